/**
 * `npm run build:launchers [-- --force]`: builds the images of the native launchers with the toolchains that are present,
 * and says which are missing. Without any, everything else works, and `launcher: auto` takes the Node launcher.
 */
import {join} from 'node:path'
import {main, root, runNode} from './node.js'

const plugins = ['launcher-go', 'launcher-rust']

main(() => Math.max(...plugins.map((plugin) => runNode([join(root, 'plugins', plugin, 'build.js'), ...process.argv.slice(2)]))))
