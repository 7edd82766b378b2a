/**
 * What to type next in the directory of a new plugin. Where this program was not installed but built, what the plugin's test needs may be in no
 * registry, or there a stranger's: it is taken from beside the program.
 */
import {existsSync} from 'node:fs'
import {join} from 'node:path'

const needed = ['contract', join('plugins', 'addons-base')]

/** `root` is where this program is. */
export function pluginSteps(directory: string, root: string): readonly string[] {
  const places = needed.map((path) => join(root, path))
  const built = places.every((place) => existsSync(join(place, 'package.json')))
  const install = built ? `npm install --no-save --install-links ${places.map(shellWord).join(' ')}` : 'npm install'
  return [`cd ${directory}`, install, 'npm test']
}

function shellWord(word: string): string {
  return /^[\w./:\\-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`
}
