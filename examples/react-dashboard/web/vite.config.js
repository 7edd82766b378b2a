import react from '@vitejs/plugin-react'
import {defineConfig} from 'vite'

// Relative, so that the page works wherever it is served from.
export default defineConfig({base: './', plugins: [react()]})
