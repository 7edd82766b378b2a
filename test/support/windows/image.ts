/**
 * What an image for Windows is held to, started for real as far as Wine goes: packages made by `flavor pack`, run as a user
 * would. Skipped, with the reason, where Wine or the image is not there.
 */
import assert from 'node:assert/strict'
import {spawn, spawnSync} from 'node:child_process'
import {existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'
import {after, before, describe, it} from 'mocha'
import {type Finished, type Sandbox, sandbox, writeTree} from '../run.ts'
import {openWine, type Wine} from './wine.ts'

export interface Said {
  readonly args: readonly string[]
  readonly directory: string
  readonly neighbour: string
  readonly program: string
  readonly variables: Readonly<Record<string, string>>
}

const source = fileURLToPath(new URL('./probe.go', import.meta.url))
const manifest = `
name: probe
version: 1.0.0
command: '{workenv}/bin/probe.exe own "a b"'
env: {set: {SET: by the package}, unset: [UNSET_*]}
slots:
  - {id: program, purpose: native-binary, source: probe.exe, target: bin/probe.exe}
  - {id: text, purpose: data-files, source: text, target: text}
`

export interface Launcher {
  readonly id: string
  readonly findImage: (target: string) => unknown
}

/** What tests of one launcher alone need besides. */
export interface Bench {
  readonly host: () => Sandbox
  readonly wine: () => Wine
  /** A new base directory, and the work environments in it. */
  readonly freshBase: () => string
  readonly generations: (base: string) => readonly string[]
  /** Packs a project of the host's for Windows. */
  readonly pack: (name: string, key: string, project?: string) => Promise<string>
  readonly start: (base: string, args?: readonly string[], env?: Readonly<Record<string, string>>, path?: string) => Promise<Finished>
  readonly said: (finished: Finished) => Said
}

export function holdImage({findImage, id}: Launcher, more: (bench: Bench) => void = () => {}): void {
  describe(`the ${id} image for Windows`, function () {
    this.timeout(120_000)
    let host: Sandbox
    let wine: Wine
    let opened = false
    let bases = 0

    before(async function () {
      const reason = await prepare()
      if (reason === undefined) return
      console.log(`    not run: ${reason}`)
      this.skip()
    })

    after(async () => {
      if (opened) wine.remove()
      await host?.remove()
    })

    async function prepare(): Promise<string | undefined> {
      if (findImage('win32-x64') === undefined)
        return `there is no win32-x64 image (flavor launchers build --lang ${id} --target win32-x64)`
      const found = openWine()
      if (typeof found === 'string') return found
      wine = found
      opened = true
      host = await sandbox()
      await writeTree(host.path('probe'), {'flavor.yaml': manifest, 'text/hällo wörld.txt': 'hällo'})
      const env = {...process.env, CGO_ENABLED: '0', GOARCH: 'amd64', GOFLAGS: '', GOOS: 'windows', GOTOOLCHAIN: 'local'}
      const built = spawnSync('go', ['build', '-trimpath', '-o', host.path('probe', 'probe.exe'), source], {encoding: 'utf8', env})
      if (built.status !== 0) return `there is no Go that builds the program to start: ${built.error?.message ?? built.stderr.trim()}`
      for (const name of ['first', 'second']) assert.equal((await host.run(['keygen', '--out-dir', host.path(name)])).code, 0)
      mkdirSync(join(wine.directory, 'some whére'))
      await pack('probe.exe', 'first')
      return undefined
    }

    /** Into a directory whose name is not easy. */
    async function pack(name: string, key: string, project = 'probe'): Promise<string> {
      const output = join(wine.directory, 'some whére', name)
      const keyFile = readdirSync(host.path(key)).find((file) => readFileSync(host.path(key, file), 'utf8').includes('PRIVATE KEY'))
      const words = ['pack', '--target', 'win32-x64', '--launcher', id, '--private-key', host.path(key, keyFile ?? ''), '-o', output]
      const {code, stderr} = await host.run(words, {cwd: host.path(project)})
      assert.equal(code, 0, stderr)
      return output
    }

    const file = () => join(wine.directory, 'some whére', 'probe.exe')
    const freshBase = () => join(wine.directory, `cäche ${bases++}`)
    const start = (base: string, args: readonly string[] = [], env: Readonly<Record<string, string>> = {}, path = file()) =>
      wine.run(path, args, {FLAVOR_CACHE: wine.windows(base), ...env})
    const self = (base: string, ...args: readonly string[]) => start(base, args, {FLAVOR_LAUNCHER_CLI: '1'})
    const generations = (base: string) => readdirSync(join(base, 'workenvs', '.gen')).filter((name) => name.startsWith('probe-'))
    const linkOf = (base: string) => {
      const name = readdirSync(join(base, 'workenvs')).find((one) => /^probe-[0-9a-f]{12}$/.test(one))
      return join(base, 'workenvs', name ?? 'there is none')
    }

    function said({code, stderr, stdout}: Finished): Said {
      assert.deepEqual([code, stderr], [0, ''])
      return JSON.parse(stdout) as Said
    }

    function refused({code, stderr, stdout}: Finished, error: string, exit: number): void {
      assert.deepEqual([code, stdout], [exit, ''], stderr)
      assert.match(stderr, new RegExp(`\\(${error}\\)`))
    }

    it('starts the application cold and warm, in one work environment', async () => {
      const base = freshBase()
      const cold = said(await start(base))
      assert.equal(cold.neighbour, 'hällo')
      assert.deepEqual(said(await start(base)), cold)
      assert.deepEqual(generations(base).length, 1)
      assert.equal(cold.program, `${cold.variables.FLAVOR_WORKENV}\\bin\\probe.exe`)
    })

    it('hands over arguments, directory and exit code', async () => {
      const base = freshBase()
      const args = ['plain', 'two words', 'qu"ote', 'back\\', 'end \\"', '', 'ünï', '*', '%PATH%']
      const found = said(await start(base, args))
      assert.deepEqual(found.args, ['own', 'a b', ...args])
      assert.equal(found.directory, wine.windows(wine.directory))
      assert.equal((await start(base, [], {PROBE_EXIT: '7'})).code, 7)
    })

    it('gives the environment that the package asks for', async () => {
      const base = freshBase()
      const {variables} = said(await start(base, [], {KEPT: 'as it is', SET: 'by the caller', UNSET_THIS: 'x', unset_that: 'x'}))
      assert.deepEqual([variables.KEPT, variables.SET, variables.UNSET_THIS], ['as it is', 'by the package', undefined])
      assert.equal(variables.FLAVOR_PACKAGE, wine.windows(file()))
      assert.equal(variables.FLAVOR_COMMAND_NAME, 'probe.exe')
      assert.equal(variables.FLAVOR_VERSION, '1.0.0')
      assert.ok(variables.PATH?.startsWith(`${variables.FLAVOR_WORKENV}\\bin;`), variables.PATH)
      assert.match(variables.FLAVOR_APP_DATA ?? '', /^C:\\users\\[^\\]+\\AppData\\Local\\flavor\\appdata\\probe$/)
    })

    it('refuses a package of which a byte was changed, before any of it is used', async () => {
      const bytes = readFileSync(file())
      const {regions} = JSON.parse((await host.run(['inspect', '--json', file()])).stdout) as {
        readonly regions: readonly {readonly name: string; readonly offset: number; readonly size: number}[]
      }
      for (const [name, error] of [
        ['metadata', 'EFLAVOR_METADATA_CHECKSUM'],
        ['slot 1', 'EFLAVOR_SLOT_CHECKSUM'],
      ] as const) {
        const region = regions.find((one) => one.name === name)
        assert.ok(region, name)
        const changed = Buffer.from(bytes)
        const at = region.offset + region.size - 1
        changed.writeUInt8(changed.readUInt8(at) ^ 1, at)
        const path = join(wine.directory, `${name}.exe`)
        writeFileSync(path, changed)
        const base = freshBase()
        refused(await start(base, [], {}, path), error, 107)
        assert.equal(existsSync(base) && existsSync(linkOf(base)), false)
      }
    })

    it('makes one work environment of several first starts at once', async () => {
      const base = freshBase()
      const found = await Promise.all([1, 2, 3, 4].map(() => start(base)))
      assert.equal(new Set(found.map((one) => said(one).program)).size, 1)
      assert.equal(generations(base).length, 1)
    })

    it('builds a damaged work environment anew, and follows no pointer that is none', async () => {
      const base = freshBase()
      const before = said(await start(base)).program
      rmSync(join(base, 'workenvs', '.gen', generations(base)[0] ?? '', 'bin'), {recursive: true})
      const after = said(await start(base)).program
      assert.notEqual(after, before)
      writeFileSync(linkOf(base), '..\\..\\elsewhere')
      const last = said(await start(base)).program
      assert.notEqual(last, after)
      assert.equal(said(await start(base)).program, last)
    })

    it('leaves alone what runs when it cleans', async () => {
      const base = freshBase()
      const child = spawn(wine.program, [file()], {
        env: {...wine.env, FLAVOR_CACHE: wine.windows(base), PROBE_WAIT: '1'},
        stdio: ['pipe', 'pipe', 'inherit'],
      })
      const ended = new Promise<number | null>((resolve) => child.on('close', resolve))
      await new Promise((resolve) => child.stdout.once('data', resolve))
      assert.match((await self(base, 'clean')).stdout, /^in use {3}probe-/)
      assert.ok(lstatSync(linkOf(base)).isFile())
      child.stdin.end('\n')
      assert.equal(await ended, 0)
      assert.match((await self(base, 'clean')).stdout, /^removed {2}probe-/)
      assert.deepEqual(generations(base), [])
    })

    it('does not outlive its launcher', async () => {
      const base = freshBase()
      said(await start(base))
      const child = spawn(wine.program, [file()], {
        env: {...wine.env, FLAVOR_CACHE: wine.windows(base), PROBE_WAIT: '1'},
        stdio: ['pipe', 'pipe', 'inherit'],
      })
      const closed = new Promise((resolve) => child.on('close', resolve))
      await new Promise((resolve) => child.stdout.once('data', resolve))
      child.kill('SIGKILL')
      // Its standard output is closed when the last process that holds it has ended: the application too.
      await closed
      assert.match((await self(base, 'clean')).stdout, /^removed {2}probe-/)
    })

    it('pins the key of the first start, and refuses another', async () => {
      const base = freshBase()
      const config = said(await start(base)).variables.APPDATA ?? ''
      const pins = join(wine.env.WINEPREFIX ?? '', 'drive_c', config.slice(3).replaceAll('\\', '/'), 'flavor/pins')
      assert.deepEqual(readdirSync(pins).length, 1)
      assert.match(readFileSync(join(pins, readdirSync(pins)[0] ?? ''), 'utf8'), /^ed25519 [\w+/]{43}= probe\n$/)
      refused(await start(base, [], {}, await pack('other.exe', 'second')), 'EFLAVOR_KEY_MISMATCH', 107)
      said(await start(base))
    })

    it('answers for itself', async () => {
      const base = freshBase()
      const verified = await self(base, 'verify')
      assert.equal(verified.code, 0, verified.stdout)
      assert.doesNotMatch(verified.stdout, /^BAD/m)
      assert.match((await self(base, 'slot', 'path', 'text')).stdout, /\\text\n$/)
    })

    more({freshBase, generations, host: () => host, pack, said, start, wine: () => wine})
  })
}
