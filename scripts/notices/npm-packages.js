/** npm packages of which esbuild has taken modules: into the Node launcher's scripts, or into the host. */
import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import {projectNode, root} from '../node.js'
import {textsOf} from './texts.js'
import {inScratch, run} from './tool.js'

export function packagesOfLauncher() {
  return inScratch((scratch) => {
    const list = join(scratch, 'list')
    run(projectNode(), ['plugins/launcher-node/build.js', join(scratch, 'image'), list])
    return packagesOf(readFileSync(list, 'utf8').split('\n'))
  })
}

/** By the paths of their modules from the root of the repository. */
export function packagesOf(modules) {
  return [...new Set(modules.flatMap((path) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path) ?? []))].map(npmPackage)
}

function npmPackage(path) {
  const directory = join(root, path)
  const {license: licence, name, version} = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8'))
  const texts = textsOf({directories: [directory], licence, name})
  return {licence, name, source: 'npm package', texts, version}
}
