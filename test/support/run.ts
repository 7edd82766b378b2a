/**
 * Runs the real programs, `bin/flavor.js` and `bin/flavour.js`, as somebody with an empty home would: no variable of this
 * process but PATH reaches them, and whatever they write lands in a directory of their own that goes away afterwards.
 */
import {spawn} from 'node:child_process'
import {mkdir, mkdtemp, readFile, rm, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {dirname, join} from 'node:path'
import {fileURLToPath} from 'node:url'

export const repository = fileURLToPath(new URL('../../', import.meta.url))

export interface Finished {
  /** Undefined when a signal ended it. */
  readonly code: number | undefined
  readonly signal: NodeJS.Signals | undefined
  readonly stderr: string
  readonly stdout: string
}

export interface RunOptions {
  readonly cwd?: string
  /** On top of the sandbox's; undefined removes a variable. */
  readonly env?: Readonly<Record<string, string | undefined>>
  readonly input?: string | Uint8Array
  readonly name?: 'flavor' | 'flavour'
  /** Flags of Node itself. */
  readonly node?: readonly string[]
}

export interface PluginFiles {
  readonly name: string
  readonly version?: string
  /** Hook to module: `{'flavor:compressors:v1': './offer.js'}`. */
  readonly hooks: Readonly<Record<string, string>>
  readonly files: Readonly<Record<string, string>>
}

export interface Sandbox {
  readonly directory: string
  readonly env: Readonly<Record<string, string | undefined>>
  /** A path inside it. */
  path(...parts: readonly string[]): string
  /** `flavor ...args` */
  run(args: readonly string[], options?: RunOptions): Promise<Finished>
  /** Writes a plugin and records it as `flavor plugins link` does. Gives its directory. */
  link(plugin: PluginFiles): Promise<string>
  remove(): Promise<void>
}

export async function sandbox(): Promise<Sandbox> {
  const directory = await mkdtemp(join(tmpdir(), 'flavor-test-'))
  const path = (...parts: readonly string[]): string => join(directory, ...parts)
  const env = {
    HOME: path('home'),
    PATH: process.env.PATH,
    TMPDIR: path('tmp'),
    USERPROFILE: path('home'),
    XDG_CACHE_HOME: path('cache'),
    XDG_CONFIG_HOME: path('config'),
    XDG_DATA_HOME: path('data'),
  }
  for (const name of ['home', 'tmp']) await mkdir(path(name))
  return {
    directory,
    env,
    link: (plugin) => link(path('data', 'flavor'), path('plugins', plugin.name), plugin),
    path,
    remove: () => rm(directory, {force: true, recursive: true}),
    run: (args, {name = 'flavor', node = [], ...options} = {}) =>
      execute(process.execPath, [...node, join(repository, 'bin', `${name}.js`), ...args], {
        cwd: options.cwd ?? directory,
        env: {...env, ...options.env},
        input: options.input,
      }),
  }
}

export interface ExecuteOptions {
  readonly cwd?: string | undefined
  readonly env?: Readonly<Record<string, string | undefined>> | undefined
  readonly input?: string | Uint8Array | undefined
}

/** Any program, to its end. */
export function execute(program: string, args: readonly string[], {cwd, env, input}: ExecuteOptions = {}): Promise<Finished> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {cwd, env: env as NodeJS.ProcessEnv, stdio: 'pipe'})
    const output = {stderr: '', stdout: ''}
    child.stdout.setEncoding('utf8').on('data', (text) => (output.stdout += text))
    child.stderr.setEncoding('utf8').on('data', (text) => (output.stderr += text))
    child.on('error', reject)
    child.on('close', (code, signal) => resolve({code: code ?? undefined, signal: signal ?? undefined, ...output}))
    // A program that does not read its input ends it; that is its right.
    child.stdin.on('error', () => {}).end(input)
  })
}

async function link(data: string, root: string, {files, hooks, name, version = '1.0.0'}: PluginFiles): Promise<string> {
  const manifest = {name, oclif: {hooks}, type: 'module', version}
  await writeTree(root, {...files, 'package.json': JSON.stringify(manifest)})
  const file = join(data, 'package.json')
  const known = await readFile(file, 'utf8').then(JSON.parse, () => ({oclif: {plugins: [], schema: 1}, private: true}))
  known.oclif.plugins.push({name, root, type: 'link'})
  await writeTree(data, {'package.json': JSON.stringify(known)})
  return root
}

/** Files by relative path; directories appear as needed. */
export async function writeTree(root: string, files: Readonly<Record<string, string | Uint8Array>>): Promise<void> {
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), {recursive: true})
    await writeFile(join(root, path), content)
  }
}
