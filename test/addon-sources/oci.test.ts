/** Addons in an OCI registry, a real one: published, read, refused; and what a registry must not get away with. */
import assert from 'node:assert/strict'
import {spawnSync} from 'node:child_process'
import {sign} from 'node:crypto'
import {mkdtempSync, readFileSync, rmSync} from 'node:fs'
import {createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse} from 'node:http'
import type {AddressInfo} from 'node:net'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {text} from 'node:stream/consumers'
import {after, before, describe, it} from 'mocha'
import {locate} from '../../dist/addon-sources/locate.js'
import {digestOf} from '../../dist/addon-sources/oci/manifest.js'
import {type Published, type PublishOptions, publish} from '../../dist/addon-sources/oci/publishing.js'
import type {SourceContext} from '../../dist/addon-sources/source.js'
import {readAddon} from '../../dist/addons/addon-flavour.js'
import {type OciRegistry, ociRegistryMissing, ociUser, startOciRegistry} from '../support/oci-registry.ts'
import {contextIn, document, refusal} from './context.ts'

const missing = ociRegistryMissing()
const needs = missing === undefined ? '' : ` (skipped: needs docker-registry, and ${missing})`
const usual: PublishOptions = {dryRun: false, force: false, stacks: []}

function addonOf(text: string) {
  const {addon} = readAddon('addon.flavour', Buffer.from(text))
  if (addon === undefined) throw new Error(text)
  return addon.declaration
}

const put = (text: string, target: string, options: Partial<PublishOptions> = {}, context = contextIn('/')): Promise<Published> =>
  publish(addonOf(text), target, {...usual, ...options}, context)

const pull = (word: string, changes: Partial<SourceContext> = {}) => locate(word, contextIn('/', changes))

describe(`an addon in an OCI registry${needs}`, () => {
  let registry: OciRegistry
  let root: string

  before(async function () {
    if (missing !== undefined) this.skip()
    registry = await startOciRegistry()
    root = `oci://${registry.host}`
  })

  after(() => registry?.stop())

  it('comes back as it was published, with its version and its stacks', async () => {
    const text = `${document('acme/blog', '1.2')}# ü\r\n`
    const {digest, reference, state} = await put(text, `${root}/acme/blog`, {stacks: ['python', 'node']})
    assert.deepEqual({reference, state}, {reference: `${root}/acme/blog:1.2`, state: 'pushed'})
    const {bytes, ...facts} = await pull(`${root}/acme/blog:1.2`)
    assert.equal(Buffer.from(bytes).toString(), text)
    const keptSource = {source: `${root}/acme/blog`}
    assert.deepEqual(facts, {found: undefined, from: reference, keptSource, kind: 'oci', stacks: ['node', 'python'], version: '1.2'})
    const kept = new Map([['blog', keptSource]])
    assert.equal((await locate('blog:1.2', contextIn('/', {kept}))).from, reference)
    assert.equal((await pull(`${root}/acme/blog@${digest}`)).version, '1.2')
  })

  it('is the newest version where no tag is said, and `latest` where there is one', async () => {
    for (const version of ['1.9', '1.10', '1.2']) await put(document('acme/tags', version), `${root}/acme/tags`)
    await put(document('acme/tags', '7'), `${root}/acme/tags:nightly`)
    assert.equal((await pull(`${root}/acme/tags`)).version, '1.10')
    await put(document('acme/tags', '1.9'), `${root}/acme/tags:latest`)
    assert.equal((await pull(`${root}/acme/tags`)).version, '1.9')
  })

  it('is found by its identifier where the registry is a source', async () => {
    await put(document('team/shop', '1.0+a'), `${root}/addons/team/shop`)
    const sources = [`${root}/addons/`]
    assert.equal((await pull('team/shop', {sources})).version, '1.0+a')
    assert.equal((await pull('team/shop:1.0+a', {sources})).version, '1.0+a')
    assert.match((await refusal(pull('team/none', {sources}))).message, /looked in\n {2}oci:\/\//)
    assert.equal((await refusal(pull('Team/Shop', {sources}))).code, 'EFLAVOR_ADDON_NOT_FOUND')
  })

  it('that is not there is told', async () => {
    for (const word of ['acme/none', 'acme/none:1', `acme/none@${digestOf(Buffer.from('x'))}`]) {
      const {code, exit} = await refusal(pull(`${root}/${word}`))
      assert.deepEqual([code, exit], ['EFLAVOR_ADDON_NOT_FOUND', 1], word)
    }
  })

  it('keeps its tag: other bytes need force, the same need nothing', async () => {
    const target = `${root}/acme/taken`
    const {digest} = await put(document('acme/taken', '1'), target)
    assert.deepEqual(await put(document('acme/taken', '1'), target), {digest, reference: `${target}:1`, state: 'there'})
    const other = `${document('acme/taken', '1')}# other\n`
    const {code, hints, message} = await refusal(put(other, target))
    assert.deepEqual([code, message], ['EFLAVOR_EXISTS', `publish to ${target}:1: something else is there, ${digest}`])
    assert.match(hints.join(), /--force/)
    assert.match(Buffer.from((await pull(`${target}:1`)).bytes).toString(), /version: 1}\n$/)
    assert.equal((await put(other, target, {dryRun: true, force: true})).state, 'other')
    assert.equal((await put(other, target, {force: true})).state, 'pushed')
    assert.match(Buffer.from((await pull(`${target}:1`)).bytes).toString(), /# other\n$/)
  })

  it('is not published when it is only tried', async () => {
    assert.equal((await put(document('acme/tried', '1'), `${root}/acme/tried`, {dryRun: true})).state, 'free')
    assert.equal((await refusal(pull(`${root}/acme/tried:1`))).code, 'EFLAVOR_ADDON_NOT_FOUND')
  })

  it('has a version that can be a tag, or gets one', async () => {
    const odd = document('acme/odd', '"1 beta"')
    const {exit, hints} = await refusal(put(odd, `${root}/acme/odd`))
    assert.deepEqual([exit, hints], [2, [`name one: flavor publish addon.flavour ${root}/acme/odd:TAG`]])
    assert.equal((await put(odd, `${root}/acme/odd:beta`)).state, 'pushed')
    assert.equal((await refusal(put(odd, `${root}/acme/odd@${digestOf(Buffer.from('x'))}`))).exit, 2)
  })

  it('can be read by another client', async function () {
    const {digest} = await put(document('acme/other', '1'), `${root}/acme/other`)
    const {error, stderr, stdout} = spawnSync('skopeo', [
      'inspect',
      '--raw',
      '--tls-verify=false',
      `docker://${registry.host}/acme/other:1`,
    ])
    if (error !== undefined) {
      if (this.test) this.test.title += ' (skipped: needs skopeo)'
      this.skip()
    }
    assert.equal(digestOf(stdout), digest, String(stderr))
    const {artifactType, layers} = JSON.parse(stdout.toString())
    assert.equal(artifactType, 'application/vnd.flavour.addon.v1')
    assert.equal(layers[0].annotations['org.opencontainers.image.title'], 'addon.flavour')
  })

  it('is named in full, or it is misuse', async () => {
    for (const word of ['oci://', 'oci://host', `${root}/UPPER`, `${root}/a:`, `${root}/a@sha256:12`, 'oci://u:p@host/a', `${root}/a//b`])
      assert.equal((await refusal(pull(word))).exit, 2, word)
  })
})

describe(`an OCI registry that wants to know who is there${needs}`, () => {
  let registry: OciRegistry

  before(async function () {
    if (missing !== undefined) this.skip()
    registry = await startOciRegistry({locked: true})
  })

  after(() => registry?.stop())

  it('is told, when Docker knows, and for no other registry', async () => {
    const asked: string[] = []
    const credentials = async (host: string) => {
      asked.push(host)
      return {password: ociUser.password, username: ociUser.username}
    }
    const target = `oci://${registry.host}/acme/blog`
    await put(document('acme/blog', '1'), target, {}, contextIn('/', {credentials}))
    assert.equal((await pull(target, {credentials})).version, '1')
    assert.deepEqual(asked, [registry.host, registry.host])
  })

  it('lets nobody in who is not known, and it is said how to sign in', async () => {
    const wrong = async () => ({password: 'wrong', username: ociUser.username})
    for (const credentials of [wrong, async () => undefined]) {
      const {code, exit, hints, message} = await refusal(pull(`oci://${registry.host}/acme/blog:1`, {credentials}))
      assert.deepEqual([code, exit, hints], ['EFLAVOR_REGISTRY_ACCESS', 1, [`docker login ${registry.host}`]])
      assert.ok(!message.includes('wrong'))
    }
  })
})

/** The registry is real, and checks each token; who gives them is written here, for Debian has no such server. */
describe(`an OCI registry that wants tokens${needs}`, () => {
  let registry: OciRegistry
  let server: Server
  let directory: string
  const asked: URLSearchParams[] = []

  before(async function () {
    if (missing !== undefined) this.skip()
    directory = mkdtempSync(join(tmpdir(), 'flavor-test-'))
    const [key, certificate] = [join(directory, 'key.pem'), join(directory, 'cert.pem')]
    const made = spawnSync(
      'openssl',
      `req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=flavor -keyout ${key} -out ${certificate}`.split(' '),
    )
    if (made.status !== 0) {
      if (this.test?.parent) this.test.parent.title += ' (skipped: needs openssl)'
      this.skip()
    }
    server = createServer((request, response) => void grant(request, response))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const realm = `http://127.0.0.1:${(server.address() as AddressInfo).port}/token`
    registry = await startOciRegistry({tokens: {certificate, realm}})
  })

  after(async () => {
    await registry?.stop()
    server?.closeAllConnections()
    server?.close()
    if (directory !== undefined) rmSync(directory, {force: true, recursive: true})
  })

  /** To who has the password, or a token that stands for it. */
  async function grant(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const wanted =
      request.method === 'POST' ? new URLSearchParams(await text(request)) : new URL(request.url ?? '', 'http://x').searchParams
    asked.push(wanted)
    const basic = `Basic ${Buffer.from(`${ociUser.username}:${ociUser.password}`).toString('base64')}`
    if (request.headers.authorization !== basic && wanted.get('refresh_token') !== 'long-lived') response.writeHead(401).end('{}')
    else response.end(JSON.stringify({token: token(wanted.get('scope') ?? '')}))
  }

  function token(scope: string): string {
    const [type, name, actions = ''] = scope.split(':')
    const x5c = [readFileSync(join(directory, 'cert.pem'), 'utf8').replaceAll(/-----[^-]+-----|\s/g, '')]
    const now = Math.floor(Date.now() / 1000)
    const claims = {
      access: [{actions: actions.split(','), name, type}],
      aud: 'flavor',
      exp: now + 600,
      iat: now,
      iss: 'flavor',
      nbf: now - 60,
    }
    const parts = [{alg: 'RS256', typ: 'JWT', x5c}, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')
    return `${parts}.${sign('RSA-SHA256', Buffer.from(parts), readFileSync(join(directory, 'key.pem'))).toString('base64url')}`
  }

  it('gets them, for a password and for a token that stands for one', async () => {
    const target = `oci://${registry.host}/acme/blog`
    const password = async () => ({password: ociUser.password, username: ociUser.username})
    assert.equal((await put(document('acme/blog', '1'), target, {}, contextIn('/', {credentials: password}))).state, 'pushed')
    const standing = async () => ({password: 'long-lived', username: '<token>'})
    assert.equal((await pull(target, {credentials: standing})).version, '1')
    // A registry names actions in any order.
    assert.deepEqual(
      asked.map((wanted) => wanted.get('scope')?.replace('push,pull', 'pull,push')),
      ['repository:acme/blog:pull', 'repository:acme/blog:pull,push', 'repository:acme/blog:pull'],
    )
  })

  it('lets nobody in who has none', async () => {
    const wrong = async () => ({password: 'wrong', username: 'jo'})
    for (const credentials of [wrong, async () => undefined])
      assert.equal((await refusal(pull(`oci://${registry.host}/acme/blog:1`, {credentials}))).code, 'EFLAVOR_REGISTRY_ACCESS')
  })
})

/** Nobody runs a registry that does these things, so a server is written that does. */
describe('an OCI registry that misbehaves', () => {
  let server: Server
  let host: string
  let answers: Readonly<Record<string, RequestListener>>

  before(async () => {
    server = createServer((request, response) => {
      const path = (request.url ?? '').replace(/\?.*$/, '')
      const answer = answers[path] ?? ((_, missing) => void missing.writeHead(404).end('{}'))
      answer(request, response)
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    host = `127.0.0.1:${(server.address() as AddressInfo).port}`
  })

  after(async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })

  const says =
    (value: unknown, status = 200): RequestListener =>
    (_, response) =>
      void response.writeHead(status).end(typeof value === 'string' ? value : JSON.stringify(value))
  const bytes = document('a', '1')
  const digest = digestOf(Buffer.from(bytes))
  const layer = {annotations: {'org.opencontainers.image.title': 'addon.flavour'}, digest, size: bytes.length}
  const manifest = '/v2/a/manifests/1'

  async function refused(given: Readonly<Record<string, RequestListener>>): Promise<{code: string; message: string}> {
    answers = {[`/v2/a/blobs/${digest}`]: says(bytes), ...given}
    const {code, exit, hints, message} = await refusal(pull(`oci://${host}/a:1`))
    assert.deepEqual([exit, hints.length <= 1], [1, true])
    return {code, message}
  }

  it('what other tools have put there is taken, where one layer is an addon.flavour', async () => {
    answers = {[`/v2/a/blobs/${digest}`]: says(bytes), [manifest]: says({layers: [{digest, size: 3}, layer]})}
    assert.equal((await pull(`oci://${host}/a:1`)).version, '1')
  })

  const wrong: readonly (readonly [what: string, answer: RequestListener, message: RegExp])[] = [
    ['answers pages', says('<html>'), /its manifest is no JSON object$/],
    ['has an index in its place', says({manifests: []}), /it is no artifact of layers, but something else$/],
    ['has an image in its place', says({layers: [{digest, size: 1}]}), /it holds no addon\.flavour$/],
    ['has two of them', says({layers: [layer, layer]}), /more than one addon\.flavour$/],
    ['names a path as digest', says({layers: [{...layer, digest: '../../x'}]}), /no sound digest and size$/],
    ['names a huge one', says({layers: [{...layer, size: 1e12}]}), /it is larger than 1048576 bytes/],
    ['names another size', says({layers: [{...layer, size: 3}]}), /what came is not what its digest says$/],
    ['answers 500', says({errors: [{message: 'the disk is\u001b full'}]}, 500), /it answers 500: the disk is\\x1b full$/],
    ['answers 401 and no more', says('', 401), /it does not let you at a/],
    ['answers 403', says('', 403), /it does not let you at a/],
  ]
  for (const [what, answer, message] of wrong) {
    it(`${what}: one clear error`, async () => {
      assert.match((await refused({[manifest]: answer})).message, message)
    })
  }

  it('gives its tags page by page, as long as it gives them itself', async () => {
    const listed =
      (tags: readonly string[], next?: string): RequestListener =>
      (_, response) =>
        void response.writeHead(200, next === undefined ? {} : {link: `<${next}>; rel="next"`}).end(JSON.stringify({tags}))
    answers = {
      [`/v2/a/blobs/${digest}`]: says(bytes),
      '/v2/a/manifests/2': says({layers: [layer]}),
      '/v2/a/tags/list': listed(['1'], '/v2/a/tags/more'),
      '/v2/a/tags/more': listed(['2', 'x']),
    }
    assert.equal((await pull(`oci://${host}/a`)).version, '2')
    for (const [answer, message] of [
      [listed(['1'], 'http://example.test/'), /its list of tags goes on elsewhere$/],
      [says({tags: [1]}), /its list of tags is none$/],
    ] as const) {
      answers = {'/v2/a/tags/list': answer}
      assert.match((await refusal(pull(`oci://${host}/a`))).message, message)
    }
    const others = {[`/v2/a/blobs/${digest}`]: says(bytes), '/v2/b/manifests/1': says({layers: [layer]})}
    answers = {...others, '/v2/a/tags/list': says({tags: ['1/../../../b/manifests/1']})}
    assert.equal((await refusal(pull(`oci://${host}/a`))).code, 'EFLAVOR_ADDON_NOT_FOUND')
    answers = {'/v2/a/tags/list': says({tags: null})}
    assert.equal((await refusal(pull(`oci://${host}/a`))).code, 'EFLAVOR_ADDON_NOT_FOUND')
  })

  it('gives other bytes than its digests say: refused', async () => {
    const blob = await refused({[`/v2/a/blobs/${digest}`]: says(bytes.replace('1', '2')), [manifest]: says({layers: [layer]})})
    assert.equal(blob.code, 'EFLAVOR_DIGEST')
    const other: RequestListener = (_, response) => void response.writeHead(200, {'docker-content-digest': digest}).end('{}')
    assert.equal((await refused({[manifest]: other})).code, 'EFLAVOR_DIGEST')
  })

  it('asks for a password in the open, elsewhere: it is not told', async () => {
    const challenge: RequestListener = (_, response) =>
      void response.writeHead(401, {'www-authenticate': 'Bearer realm="http://example.test/"'}).end()
    assert.match((await refused({[manifest]: challenge})).message, /it sends to http:\/\/example\.test\/ to sign in$/)
  })

  it('sends to a storage that asks for a password: it is not told', async () => {
    const elsewhere = `http://localhost:${host.split(':')[1]}`
    const told: unknown[] = []
    answers = {
      '/elsewhere/': ({headers}, response) => {
        told.push(headers.authorization)
        response.end('{"token":"T"}')
      },
      '/storage': (_, response) =>
        void response.writeHead(401, {'www-authenticate': `Bearer realm="${elsewhere}/elsewhere/",service="s"`}).end(),
      [`/v2/a/blobs/${digest}`]: (_, response) => void response.writeHead(307, {location: `${elsewhere}/storage?key=secret`}).end(),
      [manifest]: says({layers: [layer]}),
    }
    const credentials = async () => ({password: 'secret', username: 'jo'})
    const {code, message} = await refusal(pull(`oci://${host}/a:1`, {credentials}))
    assert.deepEqual(told, [])
    assert.deepEqual([code, message], ['EFLAVOR_REGISTRY', `ask the registry ${host}: it sends to ${elsewhere}/storage, which answers 401`])
  })

  it('hands the one who gives tokens on to another server: a token that stands for a password does not go there', async () => {
    const elsewhere = `http://localhost:${host.split(':')[1]}`
    const told: string[] = []
    answers = {
      '/elsewhere': (request, response) => void text(request).then((body) => response.end(told.push(body) && '{"token":"T"}')),
      '/token': (_, response) => void response.writeHead(307, {location: `${elsewhere}/elsewhere?key=secret`}).end(),
      [manifest]: (_, response) => void response.writeHead(401, {'www-authenticate': `Bearer realm="http://${host}/token"`}).end(),
    }
    const credentials = async () => ({password: 'secret', username: '<token>'})
    const {message} = await refusal(pull(`oci://${host}/a:1`, {credentials}))
    assert.deepEqual(told, [])
    assert.equal(message, `ask the registry ${host}: it is redirected to ${elsewhere}/elsewhere, which is another server`)
  })

  it('uses tokens: they are asked for with what it says, and given to it alone', async () => {
    const seen: (string | undefined)[] = []
    const credentials = async () => ({password: 'secret', username: 'jo'})
    const bearer = `Bearer realm="http://${host}/token",service="r",scope="repository:a:pull"`
    answers = {
      '/token': ({headers, url}, response) => {
        seen.push(url, headers.authorization)
        response.end('{"access_token":"T"}')
      },
      [`/v2/a/blobs/${digest}`]: ({headers}, response) => {
        seen.push(headers.authorization)
        response.writeHead(307, {location: `http://localhost:${host.split(':')[1]}/storage`}).end()
      },
      '/storage': ({headers}, response) => {
        seen.push(headers.authorization)
        response.end(bytes)
      },
      [manifest]: ({headers}, response) => {
        if (headers.authorization === 'Bearer T') response.end(JSON.stringify({layers: [layer]}))
        else response.writeHead(401, {'www-authenticate': bearer}).end()
      },
    }
    assert.equal((await pull(`oci://${host}/a:1`, {credentials})).version, '1')
    const basic = `Basic ${Buffer.from('jo:secret').toString('base64')}`
    assert.deepEqual(seen, ['/token?scope=repository%3Aa%3Apull&service=r', basic, 'Bearer T', undefined])
  })
})
