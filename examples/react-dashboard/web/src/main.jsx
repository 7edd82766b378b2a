import {createRoot} from 'react-dom/client'
import {Dashboard} from './dashboard.jsx'
import './style.css'

createRoot(document.getElementById('root')).render(<Dashboard />)
