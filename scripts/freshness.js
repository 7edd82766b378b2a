/** Has anything that the build reads changed since it last ran? Compares names, sizes and times with those noted then. */
import {existsSync, readdirSync, readFileSync, statSync, writeFileSync} from 'node:fs'
import {join, sep} from 'node:path'
import {root} from './node.js'

const note = join(root, 'dist', '.built')
const files = ['package.json', 'package-lock.json', 'tsconfig.base.json', 'tsconfig.json']
const directories = ['contract', 'format', 'plugins', 'scripts', 'src']
const passedOver = new Set(['corpus', 'dist', 'image', 'native', 'node_modules', 'test', 'vectors'])

export function isBuilt() {
  try {
    return (
      readFileSync(note, 'utf8') === inputs() &&
      [join('bundle', 'main.js'), ...packages().map((path) => join(path, 'dist'))].every((path) => existsSync(join(root, path)))
    )
  } catch {
    return false
  }
}

export function noteBuilt() {
  writeFileSync(note, inputs())
}

const packages = () => ['contract', ...readdirSync(join(root, 'plugins')).map((name) => join('plugins', name))]

function inputs() {
  return [...files, ...directories.flatMap((directory) => walk(directory))].sort().map(line).join('')
}

function line(path) {
  const {mtimeMs, size} = statSync(join(root, path))
  return `${path.split(sep).join('/')} ${size} ${mtimeMs}\n`
}

function walk(directory) {
  return readdirSync(join(root, directory), {withFileTypes: true})
    .filter(({name}) => !passedOver.has(name))
    .flatMap((entry) => (entry.isDirectory() ? walk(join(directory, entry.name)) : [join(directory, entry.name)]))
}
