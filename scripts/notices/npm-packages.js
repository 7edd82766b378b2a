/** npm packages of which esbuild has taken modules into the Node launcher's scripts. */
import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import {projectNode, root} from '../node.js'
import {textsOf} from './texts.js'
import {inScratch, run} from './tool.js'

export function npmPackages() {
  return inScratch((scratch) => {
    const list = join(scratch, 'list')
    run(projectNode(), ['plugins/launcher-node/build.js', join(scratch, 'image'), list])
    const modules = readFileSync(list, 'utf8').split('\n')
    return [...new Set(modules.flatMap((path) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path) ?? []))].map(npmPackage)
  })
}

function npmPackage(path) {
  const directory = join(root, path)
  const {license: licence, name, version} = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8'))
  const texts = textsOf({directories: [directory], licence, name})
  return {licence, name, source: `https://www.npmjs.com/package/${name}/v/${version}`, texts, version}
}
