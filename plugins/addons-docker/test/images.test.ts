/** Managers that are images, through the plugin alone, on directories: what they are given, what they may do, and what is left of them. */
import assert from 'node:assert/strict'
import {createHash} from 'node:crypto'
import {existsSync, readdirSync, readFileSync} from 'node:fs'
import {createServer, type Server, Socket} from 'node:net'
import {hostname} from 'node:os'
import {join} from 'node:path'
import type {Duplex} from 'node:stream'
import {createServer as createTlsServer, type TlsOptions} from 'node:tls'
import type {AddonDeclaration, AddonFailure, ImageManager, ImageOptions, ManagerContext, WorkPlace, WorkStep} from '@flavor/contract'
import {after, afterEach, before, beforeEach, describe, it} from 'mocha'
import {managerContext} from '../../../contract/src/testkit/context.ts'
import {useEngine} from '../../../test/support/docker.ts'
import {buildManager} from '../../../test/support/manager-image.ts'
import {execute} from '../../../test/support/run.ts'
import {temporaryDirectory, writeFiles} from '../../../test/support/tmp.ts'
import docker from '../dist/docker.js'

const addon = (
  name: string,
  text = `spec: 0.1\nmeta: {name: ${name}, version: 1}\ninstall: {package: ${name}==1}\n`,
): AddonDeclaration => ({
  bytes: Buffer.from(text),
  install: {package: `${name}==1`},
  name,
  version: '1',
})

/** What the odd one does for an addon of that name. */
const oddities = {
  chatty: "yes 'a line of sixty-three characters, and as many more as are wanted.' | head -c 10485760; echo 'the end'; exit 3",
  endless: 'echo started; while :; do sleep 1; done',
  facts: `echo "user $(id -u):$(id -g) home $HOME in $(pwd) as $FAM_IDENTIFIER"
    grep -E '^(CapEff|CapBnd|NoNewPrivs):' /proc/self/status
    echo "net $(ls /sys/class/net | tr '\\n' ' ')"
    touch /tmp/x && echo 'tmp can be written'`,
  half: "echo broken >app.flavour; echo new >new.txt; echo 'there is no such package.' >&2; exit 1",
  keeping: 'cat vendor/there; touch vendor/more || exit 0; exit 1',
  nosy: 'wget -T 2 -O - http://127.0.0.1:$(cat port) >page 2>&1 || echo "it has no network"',
}
const odd = `. /lib/manager.sh\ncase $name in\n${Object.entries(oddities)
  .map(([name, script]) => `${name}) ${script} ;;`)
  .join('\n')}\nesac\n`

/** Says what it sees, and tries to write. */
const looking = '. /lib/manager.sh\nfail "it sees $(ls -A | tr "\\n" " ")and says $(touch x 2>&1)"\n'

interface Heard {
  readonly context: ManagerContext
  readonly notes: string[]
  output: string
  /** Settles when its output holds a text. */
  until(text: string): Promise<void>
}

function hearing({signal = new AbortController().signal, credentials = async () => undefined}: Partial<ManagerContext> = {}): Heard {
  const waiting: {readonly text: string; readonly resolve: () => void}[] = []
  const heard: Heard = {
    context: {
      ...managerContext,
      credentials,
      note: (line) => heard.notes.push(line),
      output: (text) => {
        heard.output += text
        for (const one of waiting) if (heard.output.includes(one.text)) one.resolve()
      },
      signal,
    },
    notes: [],
    output: '',
    until: (text) => new Promise((resolve) => waiting.push({resolve, text})),
  }
  return heard
}

const image = (reference: string, options: Partial<ImageOptions> = {}, {context} = hearing()): Promise<ImageManager> =>
  docker.image?.(reference, {fresh: false, network: false, ...options}, context) as Promise<ImageManager>

const nothing = {addons: async () => [], documents: async () => new Map(), list: async () => [], read: async () => undefined}

/** Carries out its plan, which is a single piece of work. */
async function change(
  word: 'add' | 'remove',
  manager: ImageManager,
  one: AddonDeclaration,
  place: Partial<WorkPlace> = {},
  {context} = hearing(),
) {
  const [step, ...more] = (await manager.plan(word, one, nothing, context)) as readonly WorkStep[]
  assert.deepEqual([step?.kind, more], ['work', []])
  await step?.work({directory: place.directory ?? temporaryDirectory(), kept: place.kept ?? []}, context)
}

async function failure(work: Promise<unknown>): Promise<AddonFailure> {
  return await work.then(
    () => assert.fail('it should have failed'),
    (error) => (error instanceof Error && 'problem' in error ? (error as AddonFailure) : Promise.reject(error)),
  )
}

describe('an image as an addon manager', function () {
  const engine = useEngine(this)
  const hosts = process.env.DOCKER_HOST

  before(async function () {
    this.timeout(120_000)
    process.env.DOCKER_HOST = engine().host
    await buildManager(engine(), 'acme/fam-sound:1', {identifier: 'acme/fam-sound:0.1'})
    await buildManager(engine(), 'acme/fam-odd', {identifier: 'acme/fam-odd:0.1', scripts: {add: odd, check: looking}})
    await buildManager(engine(), 'acme/fam-elsewhere:1', {directory: '/fam/bin', lines: ['ENTRYPOINT ["/bin/false"]', 'VOLUME /data']})
    await engine().build('acme/no-manager:1', {Dockerfile: 'FROM scratch\nCOPY tools /tools\n'})
  })
  beforeEach(() => {
    process.env.DOCKER_HOST = engine().host
  })
  after(() => {
    if (hosts === undefined) delete process.env.DOCKER_HOST
    else process.env.DOCKER_HOST = hosts
  })
  afterEach(async function () {
    // Only those that ran to their end: a skipped one has no engine.
    if (this.currentTest?.state === 'passed') assert.deepEqual(await engine().containers(), [], 'a container is left')
  })

  describe('that keeps the protocol', () => {
    const text = 'spec: 0.1\nmeta: {name: django, version: 5.2} # für alle\r\ninstall:\n  package: django==5.2'
    const django = {...addon('django', text), version: '5.2'}
    const hash = createHash('sha256').update(text).digest('hex')

    it('adds and removes in the directory that it is given, what it reads being the document byte for byte', async () => {
      const root = writeFiles(temporaryDirectory(), {'app.flavour': 'spec: 0.1 # ours\n'})
      const manager = await image('acme/fam-sound:1')
      assert.deepEqual(await manager.check(django, hearing().context), [])
      await change('add', manager, django, {directory: root})
      const entry = `addons:\n  django:5.2:\n    manager: acme/fam-sound:0.1\n    hash: ${hash}\n`
      assert.equal(readFileSync(join(root, 'app.flavour'), 'utf8'), `spec: 0.1 # ours\n${entry}`)
      assert.equal(readFileSync(join(root, '.flavour/addons', hash), 'utf8'), text)
      assert.equal(readFileSync(join(root, 'requirements.txt'), 'utf8'), 'django==5.2\n')
      await change('remove', manager, django, {directory: root})
      assert.deepEqual(readdirSync(root), ['app.flavour'])
      assert.equal(readFileSync(join(root, 'app.flavour'), 'utf8'), 'spec: 0.1 # ours\n')
    })

    it('refuses an addon in its own words', async () => {
      const manager = await image('acme/fam-sound:1')
      const bare = addon('bare', 'spec: 0.1\nmeta: {name: bare, version: 1}\n')
      const refused = await manager.check(bare, hearing().context)
      assert.deepEqual(refused, [{message: 'is refused by acme/fam-sound:1: install.package is missing'}])
    })

    it('sees the project when it checks, and cannot write to it', async () => {
      const root = writeFiles(temporaryDirectory(), {'app.flavour': 'spec: 0.1\n', 'manage.py': ''})
      const manager = await image('acme/fam-odd')
      const said = async (project?: string) => (await manager.check(django, hearing().context, project))[0]?.message
      assert.equal(
        await said(root),
        'is refused by acme/fam-odd:latest: it sees app.flavour manage.py and says touch: x: Read-only file system',
      )
      assert.equal(await said(), 'is refused by acme/fam-odd:latest: it sees and says touch: x: Read-only file system')
      assert.deepEqual(readdirSync(root), ['app.flavour', 'manage.py'])
    })

    it('says who it is: FAM_IDENTIFIER, or else its reference, and that is worth a note', async () => {
      const [heard, other] = [hearing(), hearing()]
      assert.equal((await image('acme/fam-sound:1', {}, heard)).identifier, 'acme/fam-sound:0.1')
      assert.equal((await image('acme/fam-elsewhere:1', {}, other)).identifier, 'acme/fam-elsewhere:1')
      assert.deepEqual([heard.notes, other.notes], [[], ['acme/fam-elsewhere:1 states no FAM_IDENTIFIER, so its name stands for it']])
    })

    it('is found on the PATH of the image, whatever its entry point is', async () => {
      const root = writeFiles(temporaryDirectory(), {'app.flavour': 'spec: 0.1\n'})
      await change('add', await image('acme/fam-elsewhere:1'), django, {directory: root})
      assert.match(readFileSync(join(root, 'app.flavour'), 'utf8'), /^ {4}manager: acme\/fam-elsewhere:1$/m)
    })

    it('is the newest when no tag is given', async () => {
      assert.equal((await image('acme/fam-odd')).identifier, 'acme/fam-odd:0.1')
    })
  })

  describe('in its container', () => {
    it('is the caller, with no rights, no network, and a home and a /tmp of its own', async () => {
      const heard = hearing()
      await change('add', await image('acme/fam-odd'), addon('facts'), {}, heard)
      const none = '0000000000000000'
      assert.deepEqual(heard.output.replaceAll('\t', ' ').trim().split('\n'), [
        `user ${process.getuid?.()}:${process.getgid?.()} home /tmp in /app as acme/fam-odd:0.1`,
        `CapEff: ${none}`,
        `CapBnd: ${none}`,
        'NoNewPrivs: 1',
        'net lo ',
        'tmp can be written',
      ])
    })

    it('reaches nobody on this machine either', async () => {
      const server = createServer((socket) => socket.end('HTTP/1.0 200 OK\r\n\r\nsecret'))
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
      try {
        const {port} = server.address() as {port: number}
        const [heard, root] = [hearing(), writeFiles(temporaryDirectory(), {port: String(port)})]
        await change('add', await image('acme/fam-odd'), addon('nosy'), {directory: root}, heard)
        assert.match(heard.output, /it has no network/)
        assert.doesNotMatch(readFileSync(join(root, 'page'), 'utf8'), /secret/)
      } finally {
        server.close()
      }
    })

    it('has the network of the engine when that is asked for, no log, and a limit of processes', async () => {
      const end = new AbortController()
      const heard = hearing({signal: end.signal})
      const work = change('add', await image('acme/fam-odd', {network: true}), addon('endless'), {}, heard)
      await heard.until('started')
      const [name = ''] = await engine().containers()
      const {HostConfig: config} = await engine().ask<{
        readonly HostConfig: {readonly LogConfig: {readonly Type: string}; readonly NetworkMode: string; readonly PidsLimit: number}
      }>('GET', `/containers${name}/json`)
      end.abort(new Error('enough'))
      await assert.rejects(work, /^Error: enough$/)
      assert.notEqual(config.NetworkMode, 'none')
      assert.deepEqual([config.PidsLimit, config.LogConfig.Type], [1024, 'none'])
    })

    it('sees directories that were not copied, and cannot write there', async () => {
      const [root, source, heard] = [temporaryDirectory(), writeFiles(temporaryDirectory(), {'deep/file': '', there: 'there\n'}), hearing()]
      const kept = ['vendor', 'vendor/deep'].map((path) => ({path, source: join(source, path.slice('vendor'.length))}))
      await change('add', await image('acme/fam-odd'), addon('keeping'), {directory: root, kept}, heard)
      for (const line of [/^there$/m, /vendor\/more: Read-only file system$/m]) assert.match(heard.output, line)
      assert.deepEqual([readdirSync(root), readdirSync(source)], [[], ['deep', 'there']])
    })
  })

  describe('that does not', () => {
    const add = async (name: string, heard = hearing()): Promise<AddonFailure> =>
      await failure(change('add', await image('acme/fam-odd'), addon(name), {}, heard))

    it('fails halfway: its exit status, and its last words', async () => {
      const {output, problem} = await add('half')
      assert.deepEqual([problem.message, output], ['add of acme/fam-odd:latest failed with exit status 1', ['there is no such package.']])
    })

    it('prints 10 MB: they are told as they come, and twenty lines are kept', async () => {
      let [bytes, longest] = [0, 0]
      const heard = hearing()
      const context: ManagerContext = {
        ...heard.context,
        output: (text) => {
          bytes += text.length
          longest = Math.max(longest, text.length)
        },
      }
      const {output = [], problem} = await add('chatty', {...heard, context})
      assert.match(problem.message, /exit status 3$/)
      assert.equal(bytes, 10485760 + 'the end\n'.length)
      assert.ok(longest <= 1 << 20, `${longest} bytes were held at once`)
      assert.ok(output.length <= 20 && /the end$/.test(output.at(-1) ?? ''), output.join('\n'))
    })

    it('never ends: it is ended when its time is over', async () => {
      const end = new AbortController()
      const heard = hearing({signal: end.signal})
      const work = change('add', await image('acme/fam-odd'), addon('endless'), {}, heard)
      await heard.until('started')
      end.abort(new Error('time is over'))
      await assert.rejects(work, /^Error: time is over$/)
    })

    it('has no such program', async () => {
      const {problem} = await failure((await image('acme/no-manager:1')).check(addon('x'), hearing().context))
      assert.deepEqual(problem, {
        hint: 'docker run --rm --entrypoint check acme/no-manager:1',
        message: 'acme/no-manager:1 has no program check on its PATH: it is no addon manager',
      })
    })

    it('is begun when it is over already', async () => {
      const manager = await image('acme/fam-odd')
      const context = {...hearing().context, signal: AbortSignal.abort(new Error('over'))}
      await assert.rejects(manager.check(addon('x'), context), /^Error: over$/)
    })
  })

  describe('whose flavour was killed', () => {
    const container = async (owner: object): Promise<string> => {
      const labels = {'flavor.addon-manager': 'acme/fam-odd:latest', 'flavor.owner': JSON.stringify(owner)}
      const made = await engine().ask<{readonly Id: string}>('POST', '/containers/create', {
        Cmd: ['add'],
        Image: 'acme/fam-odd',
        Labels: labels,
      })
      return made.Id
    }

    it('is removed by the next one, and those of others stay', async () => {
      const {stdout} = await execute(process.execPath, ['-p', 'process.pid'])
      await container({host: hostname(), pid: Number(stdout), start: '1'})
      await container({host: hostname(), pid: process.pid, start: 'another one of the same number'})
      const others = [await container({host: 'elsewhere', pid: Number(stdout), start: '1'}), await container({})]
      await image('acme/fam-odd')
      const left = await engine().ask<readonly {readonly Id: string}[]>('GET', '/containers/json?all=1')
      for (const {Id: id} of left) await engine().ask('DELETE', `/containers/${id}?force=1`)
      assert.deepEqual(left.map(({Id}) => Id).toSorted(), others.toSorted())
    })
  })

  describe('is looked for', () => {
    it('under names that images can have', async () => {
      for (const name of ['Acme/Fam', 'acme/fam x', '../fam', 'acme//fam', 'acme/fam:', ''])
        assert.match((await failure(image(name))).problem.message, /^".*" is no name of an image$/, name)
    })

    /** Lets connections of a server through to the engine, each direction until its own end. */
    function through(open: Set<Duplex>): (socket: Duplex) => void {
      return (socket) => {
        const there = new Socket({allowHalfOpen: true}).connect(engine().socket)
        for (const one of [socket, there]) open.add(one.on('error', () => {}))
        socket.pipe(there).pipe(socket)
      }
    }

    async function checkedThrough(server: Server, open: Set<Duplex>): Promise<void> {
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
      try {
        process.env.DOCKER_HOST = `tcp://127.0.0.1:${(server.address() as {port: number}).port}`
        assert.deepEqual(await (await image('acme/fam-sound:1')).check(addon('x'), hearing().context), [])
      } finally {
        for (const socket of open) socket.destroy()
        server.close()
      }
    }

    it('on the engine of DOCKER_HOST, also through TCP', async () => {
      const open = new Set<Duplex>()
      await checkedThrough(createServer({allowHalfOpen: true}, through(open)), open)
    })

    it('on an engine that wants a certificate, and has one', async function () {
      const [directory, open] = [temporaryDirectory(), new Set<Duplex>()]
      const line = `req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 1 -subj /CN=engine -addext subjectAltName=IP:127.0.0.1
        -keyout ${directory}/key.pem -out ${directory}/cert.pem`
      const made = await execute('openssl', line.split(/\s+/), {env: process.env}).catch(() => undefined)
      if (made?.code !== 0) this.skip()
      const [cert, key] = ['cert', 'key'].map((name) => readFileSync(join(directory, `${name}.pem`)))
      writeFiles(directory, {'ca.pem': cert as Buffer})
      const mutual = {ca: cert, cert, key, rejectUnauthorized: true, requestCert: true}
      Object.assign(process.env, {DOCKER_CERT_PATH: directory, DOCKER_TLS_VERIFY: '1'})
      try {
        await checkedThrough(createTlsServer({...mutual, allowHalfOpen: true} as TlsOptions, through(open)), open)
      } finally {
        delete process.env.DOCKER_CERT_PATH
        delete process.env.DOCKER_TLS_VERIFY
      }
    })

    it('on the engine of the Docker context that was chosen', async () => {
      const id = createHash('sha256').update('mine').digest('hex')
      const meta = {Endpoints: {docker: {Host: engine().host}}, Name: 'mine'}
      const root = writeFiles(temporaryDirectory(), {
        'config.json': JSON.stringify({currentContext: 'mine'}),
        [`contexts/meta/${id}/meta.json`]: JSON.stringify(meta),
      })
      delete process.env.DOCKER_HOST
      process.env.DOCKER_CONFIG = root
      try {
        assert.equal((await image('acme/fam-sound:1')).identifier, 'acme/fam-sound:0.1')
        process.env.DOCKER_CONTEXT = 'yours'
        assert.match((await failure(image('acme/fam-sound:1'))).problem.message, /^there is no Docker context "yours"/)
      } finally {
        delete process.env.DOCKER_CONFIG
        delete process.env.DOCKER_CONTEXT
      }
    })
  })

  it('works on directories that the engine sees', async () => {
    const place = {directory: join(temporaryDirectory(), 'nowhere')}
    const {problem} = await failure(change('add', await image('acme/fam-sound:1'), addon('x'), place))
    assert.equal(problem.message, `the container engine at ${engine().host} does not see ${place.directory}`)
    assert.equal(existsSync(place.directory), false)
  })
})
