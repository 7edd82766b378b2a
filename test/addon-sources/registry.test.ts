/** Registries that speak the protocol: the one that is part of flavor, and servers that do everything wrong, which nobody but a test offers. */
import assert from 'node:assert/strict'
import {mkdirSync, writeFileSync} from 'node:fs'
import {createServer, type RequestListener, type Server} from 'node:http'
import type {AddressInfo} from 'node:net'
import {join} from 'node:path'
import {after, afterEach, before, beforeEach, describe, it} from 'mocha'
import {locate} from '../../dist/addon-sources/locate.js'
import {type RegistryRequest, type RunningRegistry, serveRegistry} from '../../dist/addon-sources/registry-server.js'
import type {SourceContext} from '../../dist/addon-sources/source.js'
import {temporaryDirectory, writeFiles} from '../support/tmp.ts'
import {contextIn, document, type Refusal, refusal} from './context.ts'

describe('a registry', () => {
  let directory: string
  let registry: RunningRegistry
  let context: SourceContext
  let told: string[]

  beforeEach(async () => {
    told = []
    directory = writeFiles(temporaryDirectory(), {
      'acme/blog/1.10.flavour': document('acme/blog', '1.10'),
      'acme/blog/1.9.flavour': `${document('acme/blog', '1.9')}# comment: ü\r\n`,
      'acme/blog/stack': 'python php\n',
      'acme/latin/1.flavour': Buffer.from('spec: 0.1\nmeta: {name: \xfc, version: 1}\n', 'latin1'),
      stack: 'node',
      'vendor/group/name/addon.flavour': document('vendor/group/name', '3'),
    })
    const onRequest = ({method, path, query, status}: RegistryRequest): void => {
      told.push(`${method} ${path.split('/')[1]} ${query ?? ''} ${status}`)
    }
    registry = await serveRegistry({directory, host: '127.0.0.1', onRequest, port: 0})
    context = contextIn('/', {sources: [registry.url]})
  })

  afterEach(() => registry.close())

  it('gives the document, byte for byte, its version and its stacks', async () => {
    const {bytes, ...facts} = await locate('acme/blog:1.9', context)
    assert.equal(Buffer.from(bytes).toString(), `${document('acme/blog', '1.9')}# comment: ü\r\n`)
    const from = `acme/blog:1.9 of ${registry.url}/`
    const keptSource = {name: 'acme/blog', source: `${registry.url}/`}
    assert.deepEqual(facts, {found: undefined, from, keptSource, kind: 'registry', stacks: ['python', 'php'], version: '1.9'})
    assert.deepEqual(told.slice(0, 2), ['POST addonversions acme/blog:1.9 200', 'GET addonversions  200'])
  })

  it('gives the newest where no version is said', async () => {
    assert.equal((await locate('acme/blog', context)).version, '1.10')
    assert.equal((await locate('acme/blog:latest', context)).version, '1.10')
  })

  it('knows names of more than two parts, a single document by its own version, and the stack of all', async () => {
    const {stacks, version} = await locate('vendor/group/name:3', context)
    assert.deepEqual({stacks, version}, {stacks: ['node'], version: '3'})
  })

  it('has a document as soon as its file is there', async () => {
    assert.equal((await refusal(locate('acme/new:1', context))).code, 'EFLAVOR_ADDON_NOT_FOUND')
    mkdirSync(join(directory, 'acme/new'))
    writeFileSync(join(directory, 'acme/new/1.flavour'), document('acme/new', '1'))
    assert.equal((await locate('acme/new:1', context)).version, '1')
  })

  it('is asked once where it is named and kept', async () => {
    const kept = new Map([['acme/blog', {name: 'acme/blog', source: `${registry.url}/`}]])
    const {message} = await refusal(locate('acme/blog:7', {...context, kept, named: registry.url}))
    assert.equal(message, `find acme/blog:7: there is no such addon; looked in\n  ${registry.url} (there is no addon acme/blog:7)`)
  })

  it('says in its own words that there is none, and is followed by the next source', async () => {
    const {hints, message} = await refusal(locate('acme/none', context))
    assert.equal(message, `find acme/none: there is no such addon; looked in\n  ${registry.url} (there is no addon acme/none)`)
    assert.equal(hints.length, 1)
    const both = {...context, cwd: writeFiles(temporaryDirectory(), {'a/acme/none/1.flavour': document('x', '1')})}
    assert.equal((await locate('acme/none', {...both, sources: [registry.url, 'file:a']})).kind, 'directory')
  })

  it('serves no document that a text cannot hold', async () => {
    assert.match((await refusal(locate('acme/latin:1', context))).message, /the server answers 500$/)
  })

  const get = async (path: string, init: RequestInit = {}): Promise<readonly [number, unknown]> => {
    const response = await fetch(registry.url + path, init)
    return [response.status, await response.json()]
  }
  const post = (body: string) => get('/addonversions/resolve/', {body: new URLSearchParams(body), method: 'POST'})

  it('answers as the protocol says', async () => {
    const [status, answer] = await post('query=acme/blog:1.9')
    const {result} = answer as {result: {id: string}}
    assert.deepEqual([status, answer], [200, {query: 'acme/blog:1.9', result: {id: result.id, identifier: 'acme/blog:1.9'}}])
    const [, version] = await get(`/addonversions/${result.id}/`)
    const {addon, identifier, stacks, yaml} = version as Record<string, unknown>
    const links = ['python', 'php'].map((stack) => `${registry.url}/stacks/${stack}/`)
    assert.deepEqual([identifier, stacks], ['1.9', links])
    assert.match(String(yaml), /^spec: 0\.1\n/)
    assert.deepEqual(await get('/platforms/python/'), [200, {id: 'python', identifier: 'python'}])
    const [, details] = await get(String(addon).slice(registry.url.length))
    assert.equal((details as {identifier: string}).identifier, 'blog')
    const [, space] = await get((details as {namespace: string}).namespace.slice(registry.url.length))
    assert.equal((space as {identifier: string}).identifier, 'acme')
    assert.equal((details as {addonversions: string[]}).addonversions.length, 2)
  })

  it('answers errors as the protocol has them', async () => {
    assert.deepEqual(await post('query=acme/none'), [400, {non_field_errors: ['there is no addon acme/none']}])
    assert.deepEqual(await post('q=1'), [400, {query: ['This field is required.']}])
    assert.deepEqual((await post(`query=${'x'.repeat(70_000)}`))[0], 400)
    for (const path of [
      '/',
      '/stacks/',
      '/constructor/x/',
      '/addonversions/bm9uZQ/',
      '/addonversions/Li4vLi4vZXRjL3g6MQ/',
      '/a/b/c/d/',
      '/%2e%2e/x/',
    ])
      assert.deepEqual(await get(path), [404, {detail: 'Not found.'}], path)
    assert.equal((await get('/addonversions/resolve/'))[0], 405)
    assert.equal((await get('/stacks/x/', {method: 'DELETE'}))[0], 405)
  })
})

describe('a server that misbehaves', () => {
  let server: Server
  let base: string
  let behave: RequestListener
  const asked: string[] = []

  before(async () => {
    server = createServer((request, response) => {
      asked.push(`${request.method} ${request.url}`)
      behave(request, response)
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  })

  after(async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })

  beforeEach(() => void asked.splice(0))

  const limits = {patience: 300, size: 10_000, time: 1500}
  const json =
    (value: unknown, status = 200): RequestListener =>
    (_, response) =>
      void response.writeHead(status).end(JSON.stringify(value))

  /** Answers by the beginning of the path; the good answers of a registry where nothing else is said. */
  function behaving(answers: Readonly<Record<string, RequestListener>>): void {
    const good: Readonly<Record<string, RequestListener>> = {
      '/addonversions/7/': json({id: '7', identifier: '1', platforms: [`${base}/platforms/2/`], yaml: document('a/b', '1')}),
      '/addonversions/resolve/': json({query: 'a/b', result: {id: 7, identifier: 'a/b:1'}}),
      '/platforms/2/': json({id: '2', identifier: 'gradle'}),
    }
    const all: Readonly<Record<string, RequestListener>> = {...good, ...answers}
    behave = (request, response) => (all[request.url ?? ''] ?? json({detail: 'Not found.'}, 404))(request, response)
  }

  const ask = (word = 'a/b', changes: Partial<SourceContext> = {}) => locate(word, contextIn('/', {limits, sources: [base], ...changes}))

  async function refused(answers: Readonly<Record<string, RequestListener>>): Promise<Refusal> {
    behaving(answers)
    const error = await refusal(ask())
    assert.deepEqual([error.exit, error.hints.length], [1, 1], error.message)
    return error
  }

  it('nothing of which is so: an older registry, with platforms and numbers', async () => {
    behaving({})
    const {stacks, version} = await ask()
    assert.deepEqual({stacks, version}, {stacks: ['gradle'], version: '1'})
  })

  const wrong: readonly (readonly [what: string, path: string, answer: RequestListener, says: RegExp])[] = [
    ['answers 500', '/addonversions/resolve/', json({}, 500), /resolve\/: the server answers 500$/],
    ['answers 500 late', '/platforms/2/', json({}, 500), /platforms\/2\/: the server answers 500$/],
    ['answers 404', '/addonversions/resolve/', json({}, 404), /the server answers 404$/],
    ['answers 404 for what it has named', '/addonversions/7/', json({}, 404), /addonversions\/7\/: the server answers 404$/],
    ['answers 400 without a reason', '/addonversions/resolve/', json({}, 400), /the server answers 400$/],
    ['answers pages', '/addonversions/resolve/', (_, response) => void response.end('<html>'), /what it answers is no JSON object$/],
    ['answers a list', '/addonversions/7/', json([]), /no JSON object$/],
    ['answers nothing', '/addonversions/7/', (_, response) => void response.end(), /no JSON object$/],
    ['names no id', '/addonversions/resolve/', json({result: {}}), /it names no id$/],
    ['names an id that leads elsewhere', '/addonversions/resolve/', json({result: {id: '..'}}), /it names no id$/],
    ['names a list as id', '/addonversions/resolve/', json({result: {id: ['7']}}), /it names no id$/],
    ['gives no document', '/addonversions/7/', json({stacks: []}), /it holds no yaml$/],
    ['gives a document that is no text', '/addonversions/7/', json({stacks: [], yaml: {}}), /it holds no yaml$/],
    ['gives stacks that are none', '/addonversions/7/', json({stacks: 'php', yaml: ''}), /its stacks are no list of links$/],
    [
      'gives more stacks than there are',
      '/addonversions/7/',
      json({stacks: Array(51).fill('/stacks/1/'), yaml: ''}),
      /it is for 51 stacks, more than there are$/,
    ],
    ['links to anything', '/addonversions/7/', json({stacks: ['file:///etc/passwd'], yaml: ''}), /is no link to a stack$/],
    ['names a stack that is none', '/platforms/2/', json({identifier: '../x'}), /it names no stack$/],
    ['answers too much', '/addonversions/7/', json({yaml: 'x'.repeat(20_000)}), /it is larger than 10000 bytes$/],
    ['never ends', '/addonversions/7/', (_, response) => void response.write('{'), /nothing came for 0\.3 seconds$/],
    ['never begins', '/addonversions/resolve/', () => {}, /nothing came for 0\.3 seconds$/],
    [
      'breaks off',
      '/addonversions/7/',
      (_, response) => void response.writeHead(200, {'content-length': 99}).write('{', () => response.destroy()),
      /7\/: (aborted|the connection broke)$/,
    ],
    [
      'compresses',
      '/addonversions/7/',
      (_, response) => void response.writeHead(200, {'content-encoding': 'gzip'}).end('x'),
      /it is sent as gzip/,
    ],
    [
      'leads in circles',
      '/addonversions/7/',
      (_, response) => void response.writeHead(302, {location: '/addonversions/7/'}).end(),
      /redirected more than 5 times$/,
    ],
    [
      'leads to another scheme',
      '/addonversions/7/',
      (_, response) => void response.writeHead(302, {location: 'file:///etc/passwd'}).end(),
      /redirected to file:\/\/\/etc\/passwd$/,
    ],
    [
      'leads to an open server',
      '/addonversions/7/',
      (_, response) => void response.writeHead(302, {location: 'http://example.test/'}).end(),
      /redirected to http:\/\/example\.test\/$/,
    ],
  ]
  for (const [what, path, answer, says] of wrong) {
    it(`${what}: one clear error`, async () => {
      const {code, message} = await refused({[path]: answer})
      assert.equal(code, 'EFLAVOR_REGISTRY')
      assert.match(message, says)
      assert.ok(message.startsWith(`ask the registry ${base}/`), message)
    })
  }

  it('drips: it gets only so much time', async () => {
    const timers: NodeJS.Timeout[] = []
    const drip: RequestListener = (_, response) => void timers.push(setInterval(() => response.write(' '), 50))
    const {message} = await refused({'/addonversions/7/': drip})
    for (const timer of timers) clearInterval(timer)
    assert.match(message, /it takes longer than 1\.5 seconds$/)
  })

  it('speaks in control characters: what it says is shown, and does nothing to the terminal', async () => {
    const {code, message} = await refused({'/addonversions/resolve/': json({non_field_errors: [`\u001b[2Jno\n${'x'.repeat(999)}`]}, 400)})
    assert.equal(code, 'EFLAVOR_ADDON_NOT_FOUND')
    assert.match(message, /\(\\x1b\[2Jno\\x0ax{293}…\)$/)
  })

  it('keeps the question when it moves', async () => {
    behaving({'/old/addonversions/resolve/': (_, response) => void response.writeHead(307, {location: '/addonversions/resolve/'}).end()})
    assert.deepEqual((await ask('a/b', {sources: [`${base}/old/`]}).catch(() => asked)) && asked.slice(0, 2), [
      'POST /old/addonversions/resolve/',
      'POST /addonversions/resolve/',
    ])
  })

  it('is down: nobody is asked in its place', async () => {
    behaving({})
    const gone = await serveRegistry({directory: '/', host: '127.0.0.1', port: 0})
    await gone.close()
    const {code, message} = await refusal(ask('a/b', {sources: [gone.url, base]}))
    assert.deepEqual([code, message], ['EFLAVOR_REGISTRY', `ask the registry ${gone.url}/addonversions/resolve/: nobody answers there`])
    assert.deepEqual(asked, [])
  })

  it('is not asked over an open connection, nor with a password in the URL', async () => {
    const {exit, message} = await refusal(ask('a/b', {sources: ['http://registry.example.test']}))
    assert.deepEqual([exit, message], [2, 'find "http://registry.example.test": it must begin with https:, not with http:'])
    assert.ok(!JSON.stringify(await refusal(ask('a/b', {sources: ['https://u:secret@127.0.0.1']}))).includes('secret'))
  })

  it('is left alone when somebody presses Ctrl-C', async () => {
    const stop = new AbortController()
    const reason = new Error('enough')
    behaving({'/addonversions/7/': () => stop.abort(reason)})
    await assert.rejects(ask('a/b', {signal: stop.signal}), (error) => error === reason)
    await assert.rejects(ask('a/b', {signal: stop.signal}), (error) => error === reason)
  })

  describe('with a document', () => {
    it('gives it', async () => {
      behaving({'/a.flavour?token=secret': (_, response) => void response.end(document('a', '1'))})
      const {from, kind} = await ask(`${base}/a.flavour?token=secret`)
      assert.deepEqual({from, kind}, {from: `${base}/a.flavour`, kind: 'url'})
    })

    it('that is not there, or too large: one clear error', async () => {
      behaving({'/huge': (_, response) => void response.end('x'.repeat(20_000))})
      const none = await refusal(ask(`${base}/none.flavour?token=secret`))
      assert.deepEqual([none.code, none.exit, none.message], ['EFLAVOR_DOWNLOAD', 1, `fetch ${base}/none.flavour: the server answers 404`])
      assert.equal((await refusal(ask(`${base}/huge`))).message, `fetch ${base}/huge: it is larger than 10000 bytes`)
    })

    it('is no place for other schemes', async () => {
      for (const word of ['ftp://127.0.0.1/x', 'http://example.test/x', 'https://', 'http://'])
        assert.equal((await refusal(ask(word))).exit, 2, word)
    })
  })
})
