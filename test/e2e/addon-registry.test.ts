/** Addons published, served and found by the real program: `flavour publish` and `flavour registry serve`, as somebody types them. */
import assert from 'node:assert/strict'
import {type ChildProcess, spawn} from 'node:child_process'
import {readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {createServer, type RequestListener, type Server} from 'node:http'
import type {AddressInfo} from 'node:net'
import {join} from 'node:path'
import {createInterface} from 'node:readline'
import {after, before, describe, it} from 'mocha'
import {type OciRegistry, ociRegistryMissing, ociUser, startOciRegistry} from '../support/oci-registry.ts'
import {type Finished, repository, type Sandbox, sandbox, writeTree} from '../support/run.ts'

const blog = (version: string): string => `spec: 0.1\nmeta: {name: acme/blog, version: ${version}}\n`

interface Served {
  /** The first line of stdout. */
  readonly url: string
  readonly stderr: () => string
  /** How it ended; undefined for an end by the signal itself. */
  end(signal: NodeJS.Signals): Promise<number | undefined>
}

/** `flavour registry serve`, once it is ready. */
async function serve(box: Sandbox, args: readonly string[]): Promise<Served> {
  const words = [join(repository, 'bin/flavour.js'), 'registry', 'serve', '--port', '0', ...args]
  const child = spawn(process.execPath, words, {cwd: box.directory, env: box.env as NodeJS.ProcessEnv, stdio: ['ignore', 'pipe', 'pipe']})
  let said = ''
  child.stderr.setEncoding('utf8').on('data', (text) => (said += text))
  const ended = new Promise<number | undefined>((resolve) => child.on('close', (code) => resolve(code ?? undefined)))
  const url = await firstLine(child, () => said)
  const end = async (signal: NodeJS.Signals): Promise<number | undefined> => {
    child.kill(signal)
    return await ended
  }
  return {end, stderr: () => said, url}
}

function firstLine(child: ChildProcess, said: () => string): Promise<string> {
  return new Promise((resolve, reject) => {
    if (child.stdout) createInterface({input: child.stdout}).once('line', resolve)
    child.on('close', () => reject(new Error(said())))
  })
}

describe('addons that are served and published', function () {
  this.timeout(120_000)
  let box: Sandbox

  before(async () => {
    box = await sandbox()
    await writeTree(box.directory, {
      'addons/acme/blog/1.0.flavour': blog('1.0'),
      'addons/acme/stack': 'flavour\n',
      'bad.flavour': 'spec: 0.1\nmeta: {name: x}\n',
      'blog.flavour': blog('2.0'),
      'other.flavour': `${blog('2.0')}# other\n`,
    })
  })

  after(() => box?.remove())

  const flavour = (args: string, env: Readonly<Record<string, string>> = {}): Promise<Finished> =>
    box.run(args.split(' '), {env, name: 'flavour'})

  const flavourIn = (cwd: string, args: string): Promise<Finished> => box.run(args.split(' '), {cwd, name: 'flavour'})

  async function project(name: string, files: Readonly<Record<string, string>> = {}): Promise<string> {
    await writeTree(box.path(name), {'.git/HEAD': '', 'app.flavour': 'spec: 0.1 # ours\n', ...files})
    return box.path(name)
  }

  /** The documents that a project keeps. */
  function addonsOf(root: string): readonly string[] {
    const directory = join(root, '.flavour/addons')
    return readdirSync(directory).map((name) => readFileSync(join(directory, name), 'utf8'))
  }

  describe('the sources of a project', () => {
    before(() =>
      writeTree(box.path('project'), {
        '.flavourrc': 'sources: [file:../addons]\naliases: {blog: acme/blog, our: ./our.flavour, team/: file:team}\n',
        '.git/HEAD': '',
        'app.flavour': 'spec: 0.1\n',
        'our.flavour': blog('7'),
        'src/deep/file.txt': '',
        'team/team/shop/3.flavour': 'spec: 0.1\nmeta: {name: team/shop, version: 3}\n',
      }),
    )

    it('are found from any directory below it, by names and by other words for them', async () => {
      const {code, stderr, stdout} = await box.run(['check', 'acme/blog:1.0', 'blog:1.0', 'our', 'team/shop'], {
        cwd: box.path('project/src/deep'),
        name: 'flavour',
      })
      assert.equal(code, 0, stderr)
      assert.deepEqual(
        stdout.split('\n').map((line) => line.split(/\s+/)[1] ?? ''),
        ['acme/blog:1.0', 'acme/blog:1.0', 'acme/blog:7', 'team/shop:3', ''],
      )
    })

    it('are not asked for names that say better where they are', async () => {
      const {code, stderr} = await box.run(['check', 'team/shop', '--registry', 'http://127.0.0.1:1'], {
        cwd: box.path('project'),
        name: 'flavour',
      })
      assert.equal(code, 1)
      assert.match(stderr, /ask the registry http:\/\/127\.0\.0\.1:1\//)
    })
  })

  describe('flavour registry serve', () => {
    let served: Served
    let attempts = 0

    before(async () => {
      served = await serve(box, ['--dir', 'addons', '--verbose'])
    })

    it('says where it is, and serves what is there and what comes later', async () => {
      assert.match(served.url, /^http:\/\/127\.0\.0\.1:\d+$/)
      const first = await flavour(`check acme/blog:1.0 --registry ${served.url}`)
      assert.deepEqual([first.code, first.stdout.slice(0, 20)], [0, 'True   acme/blog:1.0'], first.stderr)
      writeFileSync(box.path('addons/acme/blog/1.1.flavour'), blog('1.1'))
      const second = await flavour(`check acme/blog --registry ${served.url}`)
      assert.match(second.stdout, /^True {3}acme\/blog:1\.1/, second.stderr)
    })

    it('says that there is none, and which registry was asked', async () => {
      const {code, stderr} = await flavour(`check acme/none:1 --registry ${served.url}`)
      assert.equal(code, 1)
      assert.ok(stderr.includes(`there is no such addon; looked in\n  ${served.url} (there is no addon acme/none:1)`), stderr)
    })

    it('gives projects their addons, for the stack that it names', async () => {
      const root = await project('from-registry')
      const {code, stderr, stdout} = await flavourIn(root, `add acme/blog:1.0 --registry ${served.url} --yes`)
      assert.deepEqual([code, stdout], [0, 'added  acme/blog:1.0\n'], stderr)
      assert.deepEqual(addonsOf(root), [blog('1.0')])
    })

    it('is asked again for what came from it, whoever has the same name elsewhere', async () => {
      rmSync(box.path('addons/acme/moved'), {force: true, recursive: true})
      await writeTree(box.path('rivals/acme/blog'), {'9.flavour': blog('9'), stack: 'flavour'})
      await writeTree(box.path('addons/acme/moved'), {'1.flavour': 'spec: 0.1\nmeta: {name: moved, version: 1}\n'})
      await writeTree(box.path('addons/acme/blog'), {'1.1.flavour': blog('1.1')})
      const root = await project(`same-place-${++attempts}`, {'.flavourrc': `sources: [file:../rivals]\n`})
      const {code, stderr} = await flavourIn(root, `add acme/blog:1.0 acme/moved --registry ${served.url} --addonmanager flavour`)
      assert.equal(code, 0, stderr)
      const kept = readFileSync(join(root, '.flavour/sources.yaml'), 'utf8')
      const entry = (name: string, asked: string) => `${name}:\n  source: ${served.url}/\n  name: ${asked}\n`
      assert.equal(kept, entry('acme/blog', 'acme/blog') + entry('moved', 'acme/moved'))

      const old = await flavourIn(root, 'outdated')
      assert.deepEqual([old.code, old.stdout.split('\n')[1]?.split(/ +/).slice(0, 3)], [1, ['acme/blog', '1.0', '1.1']], old.stderr)
      assert.equal(old.stderr, `flavour: note: this project chooses sources, in ${join(root, '.flavourrc')}\n`)
      const newer = await flavourIn(root, 'add acme/blog')
      assert.equal(newer.stdout, 'replaced  acme/blog:1.1, in place of 1.0\n')
      assert.ok(newer.stderr.includes(`note: acme/blog is looked for where it came from: acme/blog, of ${served.url}/\n`), newer.stderr)

      writeFileSync(box.path('addons/acme/moved/2.flavour'), 'spec: 0.1\nmeta: {name: other, version: 2}\n')
      const renamed = await flavourIn(root, 'outdated')
      assert.equal(renamed.code, 1)
      assert.match(renamed.stderr, /^flavour: find moved where it came from: .* is the addon other:2 now$/m)

      assert.equal((await flavourIn(root, 'remove moved')).code, 0)
      assert.equal(readFileSync(join(root, '.flavour/sources.yaml'), 'utf8'), entry('acme/blog', 'acme/blog'))
      rmSync(join(root, '.flavour/sources.yaml'))
      assert.match((await flavourIn(root, 'outdated')).stdout, /^acme\/blog +1\.1 +9 /m)
    })

    it('tells each request, and ends when it is told to', async () => {
      assert.equal(await served.end('SIGTERM'), 0)
      assert.deepEqual(served.stderr().split('\n').slice(0, 2), [
        'POST /addonversions/resolve/ acme/blog:1.0 200',
        `GET /addonversions/${Buffer.from('acme/blog:1.0').toString('base64url')}/ 200`,
      ])
      const {code, stderr} = await flavour(`check acme/blog --registry ${served.url}`)
      assert.equal(code, 1)
      assert.match(stderr, /ask the registry .*: nobody answers there/)
    })

    it('ends with Ctrl-C, too, and says with --json where it is', async () => {
      const json = await serve(box, ['--json'])
      assert.equal(json.url, '{')
      assert.deepEqual([await json.end('SIGINT'), json.stderr()], [0, ''])
    })

    it('serves no directory that is not there, and no port that is taken', async () => {
      const none = await flavour('registry serve --dir nowhere')
      const hint = '  flavour registry serve --dir DIRECTORY\n'
      assert.deepEqual([none.code, none.stderr], [1, `flavour: serve nowhere: there is no such directory\n${hint}`])
      assert.match((await flavour('registry serve --dir blog.flavour')).stderr, /serve blog\.flavour: it is no directory/)
      const other = await serve(box, [])
      const taken = await flavour(`registry serve --port ${new URL(other.url).port}`)
      assert.deepEqual([taken.code, await other.end('SIGTERM')], [1, 0])
      assert.match(taken.stderr, /listen on 127\.0\.0\.1:\d+: somebody listens there already/)
      assert.equal((await flavour('registry serve --port 70000')).code, 2)
    })
  })

  /** No registry does all of this, so a server is written that does. */
  describe('registries that fail', () => {
    let server: Server
    let url: string
    let reached: () => void = () => {}

    const failing: Readonly<Record<string, RequestListener>> = {
      circle: ({url: path}, response) => void response.writeHead(302, {location: path}).end(),
      e404: (_, response) => void response.writeHead(404).end('{"detail": "Not found."}'),
      e500: (_, response) => void response.writeHead(500).end('no'),
      huge: (_, response) => void response.end(`{"x": "${'x'.repeat(2 * 1024 ** 2)}"}`),
      none: (_, response) => void response.writeHead(400).end('{"non_field_errors": ["There is no such addon"]}'),
      pages: (_, response) => void response.end('<html>'),
      silent: () => reached(),
    }

    before(async () => {
      server = createServer((request, response) => failing[request.url?.split('/')[1] ?? '']?.(request, response))
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
      url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    })

    after(() => {
      server.closeAllConnections()
      server.close()
    })

    async function shop(): Promise<string> {
      const aliases = Object.keys(failing).map((name) => `  ${name}/: ${url}/${name}/\n`)
      return await project('shop', {'.flavourrc': `aliases:\n${aliases.join('')}  down/: http://127.0.0.1:1/\n`})
    }

    const kept = (root: string): unknown => [readdirSync(root).toSorted(), readFileSync(join(root, 'app.flavour'), 'utf8')]

    it('are told one by one, and the project is what it was', async () => {
      const root = await shop()
      const before = kept(root)
      const {code, stderr} = await flavourIn(root, 'add down/x circle/x e404/x e500/x huge/x none/x pages/x --yes')
      assert.equal(code, 1)
      assert.deepEqual(kept(root), before)
      const at = (name: string): string => `ask the registry ${url}/${name}/addonversions/resolve/:`
      for (const line of [
        'ask the registry http://127.0.0.1:1/addonversions/resolve/: nobody answers there',
        `${at('circle')} it is redirected more than 5 times`,
        `${at('e404')} the server answers 404`,
        `${at('e500')} the server answers 500`,
        `${at('huge')} it is larger than 1048576 bytes`,
        `${at('pages')} what it answers is no JSON object`,
        `${url}/none/ (There is no such addon)`,
      ])
        assert.ok(stderr.includes(line), `${line}\n${stderr}`)
    })

    it('and do not answer can be left with Ctrl-C, and the project is what it was', async () => {
      const root = await shop()
      const before = kept(root)
      const waiting = new Promise<void>((resolve) => {
        reached = resolve
      })
      const words = [join(repository, 'bin/flavour.js'), 'add', 'silent/x']
      const child = spawn(process.execPath, words, {cwd: root, env: box.env as NodeJS.ProcessEnv, stdio: 'ignore'})
      const ended = new Promise((resolve) => child.on('close', resolve))
      await waiting
      child.kill('SIGINT')
      assert.equal(await ended, 130)
      assert.deepEqual(kept(root), before)
    })
  })

  const missing = ociRegistryMissing()

  describe(`flavour publish${missing === undefined ? '' : ` (skipped: needs docker-registry, and ${missing})`}`, () => {
    let registry: OciRegistry
    let target: string

    before(async function () {
      if (missing !== undefined) this.skip()
      registry = await startOciRegistry({locked: true})
      target = `oci://${registry.host}/acme/blog`
      const auth = Buffer.from(`${ociUser.username}:${ociUser.password}`).toString('base64')
      await writeTree(box.path('home'), {'.docker/config.json': JSON.stringify({auths: {[registry.host]: {auth}}})})
    })

    after(() => registry?.stop())

    it('tries, publishes, and prints the digest by which these bytes are found', async () => {
      const tried = await flavour(`publish blog.flavour ${target} --dry-run`)
      assert.match(tried.stderr, /note: acme\/blog:2\.0 would be published: oci:/)
      assert.equal((await flavour(`check ${target}`)).code, 1)
      const {code, stderr, stdout} = await flavour(`publish blog.flavour ${target}`)
      assert.deepEqual([code, stderr, stdout], [0, `flavour: note: acme/blog:2.0 published: ${target}:2.0\n`, tried.stdout])
      const checked = await flavour(`check ${target}@${stdout.trim()}`)
      assert.match(checked.stdout, /^True {3}acme\/blog:2\.0/, checked.stderr)
    })

    it('keeps a tag that says something else, unless it is forced', async () => {
      const again = await flavour(`publish blog.flavour ${target} --json`)
      assert.deepEqual([again.code, JSON.parse(again.stdout).state], [0, 'there'])
      const other = await flavour(`publish other.flavour ${target} --json`)
      assert.deepEqual([other.code, JSON.parse(other.stdout).error.code], [1, 'EFLAVOR_EXISTS'])
      const {addon, digest, reference, state} = JSON.parse((await flavour(`publish other.flavour ${target} --force --json`)).stdout)
      assert.deepEqual([addon, reference, state], ['acme/blog:2.0', `${target}:2.0`, 'pushed'])
      assert.match(digest, /^sha256:[0-9a-f]{64}$/)
    })

    it('gives projects their addons, for the stack that was published with them', async () => {
      const root = await project('from-oci')
      const published = await flavour(`publish blog.flavour ${target}:stack --stack flavour`)
      assert.equal(published.code, 0, published.stderr)
      const {code, stderr, stdout} = await flavourIn(root, `add ${target}:stack --yes`)
      assert.deepEqual([code, stdout], [0, 'added  acme/blog:2.0\n'], stderr)
      assert.deepEqual(addonsOf(root), [blog('2.0')])
    })

    it('publishes no document that is not sound, and nothing without knowing who it is', async () => {
      const bad = await flavour(`publish bad.flavour ${target}:bad`)
      assert.deepEqual([bad.code, bad.stderr.split('\n')[1]], [1, 'bad.flavour:2:7 meta.version is missing'])
      assert.match((await flavour(`publish nowhere ${target}`)).stderr, /^flavour: read nowhere: no such file\n/)
      const unknown = await flavour(`publish blog.flavour ${target}`, {DOCKER_CONFIG: box.path('nobody')})
      assert.equal(unknown.code, 1)
      assert.match(unknown.stderr, /\n {2}docker login 127\.0\.0\.1:\d+\n$/)
    })

    it('is misused without an artifact, and with one that can be none', async () => {
      assert.equal((await flavour('publish blog.flavour')).code, 2)
      assert.equal((await flavour('publish blog.flavour https://registry.example/acme')).code, 2)
      assert.equal((await flavour(`publish blog.flavour ${target} --stack a/b`)).code, 2)
    })
  })
})
