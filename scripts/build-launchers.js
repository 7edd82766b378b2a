/**
 * `npm run build:launchers [-- --lang ID --target OS-ARCH --force]`: `flavor launchers build`, in a clone of the repository. Builds
 * the images of the native launchers with the toolchains that are present, and says what is missing for the others. Without any,
 * everything else works, and `launcher: auto` takes the Node launcher.
 */
import {join} from 'node:path'
import {main, root, runNode} from './node.js'

main(() => runNode([join(root, 'bin/flavor.js'), 'launchers', 'build', ...process.argv.slice(2)]))
