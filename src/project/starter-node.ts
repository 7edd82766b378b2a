/**
 * A Node project: a package.json with `bin` or `main`, or an index.js beside it. What it depends on comes from npm by its
 * lock file; one that depends on nothing needs no lock, and its files are all there is. Node itself goes along.
 */
import {join} from 'node:path'
import {type Draft, type DraftSlot, isCommandName} from './starter-draft.ts'
import {isFile, keep, type PackageJson, present, readPackageJson, text} from './starter-files.ts'

interface Entry {
  readonly sign: string
  readonly weight: 0 | 1
  /** Paths by name. */
  readonly programs: Readonly<Record<string, string>>
}

const lock = 'npm install --package-lock-only'

export async function lookForNode(directory: string): Promise<Draft | undefined> {
  const json = await readPackageJson(directory)
  const entry = json && (await entryOf(json, directory))
  if (json === undefined || entry === undefined) return undefined
  const missing = (await keep(Object.values(entry.programs), async (path) => !(await isModule(join(directory, path)))))[0]
  const locked = (await present(directory, ['npm-shrinkwrap.json', 'package-lock.json'])).length > 0
  const depends = Object.keys({...json.dependencies, ...json.optionalDependencies}).length > 0
  const node = (path: string) => ['{workenv}/node/bin/node', `{workenv}/app/${path}`]
  return {
    ...lacking(json, missing, depends && !locked),
    commands: Object.fromEntries(Object.entries(entry.programs).map(([name, path]) => [name, node(path)])),
    file: 'package.json',
    inPackageJson: true,
    kind: 'node',
    name: text(json.name),
    sign: entry.sign,
    slots: [
      {id: 'node', note: 'Node itself for the target; options: {version: "24"} chooses another', purpose: 'node-runtime'},
      await applicationSlot(directory, depends || locked),
    ],
    version: text(json.version),
    weight: entry.weight,
  }
}

async function applicationSlot(directory: string, installed: boolean): Promise<DraftSlot> {
  const unneeded = await present(directory, ['.github', '.vscode', 'coverage', 'docs', 'test', 'tests'])
  const exclude = ['/flavor.yaml', ...unneeded.map((name) => `/${name}`)]
  const slot = {id: 'app', source: '.', target: 'app'}
  if (installed) return {...slot, exclude, note: 'with what `npm ci --omit=dev` installs for the target', purpose: 'node-environment'}
  return {...slot, exclude: ['node_modules', ...exclude], note: 'it depends on nothing else', purpose: 'application-code'}
}

async function entryOf(json: PackageJson, directory: string): Promise<Entry | undefined> {
  const bins = binsOf(json)
  if (Object.keys(bins).length > 0) return {programs: bins, sign: 'package.json with bin', weight: 1}
  const main = text(json.main)
  if (main !== undefined) return {programs: {default: plain(main)}, sign: 'package.json with main', weight: 0}
  const index = await isFile(join(directory, 'index.js'))
  return index ? {programs: {default: 'index.js'}, sign: 'package.json and index.js', weight: 0} : undefined
}

/** The one called like the package, else the first, is the default; the others keep their names. */
function binsOf({bin, name}: PackageJson): Readonly<Record<string, string>> {
  if (typeof bin === 'string') return bin === '' ? {} : {default: plain(bin)}
  const all = Object.entries(bin ?? {}).flatMap(([key, path]) => (text(path) === undefined ? [] : [[key, plain(path as string)] as const]))
  const own = (text(name) ?? '').replace(/^@[^/]*\//, '')
  const first = all.find(([key]) => key === own) ?? all[0]
  if (first === undefined) return {}
  return {default: first[1], ...Object.fromEntries(all.filter((one) => one !== first && isCommandName(one[0])))}
}

function lacking({scripts}: PackageJson, missing: string | undefined, unlocked: boolean): Pick<Draft, 'before' | 'lacks'> {
  const build = missing !== undefined && text(scripts?.build) !== undefined ? ['npm run build'] : []
  const before = [...(unlocked ? [lock] : []), ...build]
  if (missing !== undefined) return {before, lacks: `${missing}, which it starts, does not exist`}
  return unlocked ? {before, lacks: 'it has dependencies, and there is no package-lock.json'} : {}
}

/** As Node finds what it is started with. */
async function isModule(path: string): Promise<boolean> {
  const found = await keep([path, `${path}.js`, `${path}.cjs`, join(path, 'index.js')], isFile)
  return found.length > 0
}

function plain(path: string): string {
  return path.replace(/^(?:\.\/+)+/, '')
}
