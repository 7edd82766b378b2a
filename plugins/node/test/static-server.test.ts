/** The server that a static site is packed with, started as its package starts it. */
import assert from 'node:assert/strict'
import {type ChildProcess, spawn} from 'node:child_process'
import {once} from 'node:events'
import {mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync} from 'node:fs'
import {request} from 'node:http'
import type {AddressInfo} from 'node:net'
import {createServer} from 'node:net'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {after, before, describe, it} from 'mocha'

const program = join(import.meta.dirname, '../dist/serve.js')

interface Answer {
  readonly body: string
  readonly headers: Readonly<Record<string, unknown>>
  readonly status: number | undefined
}

describe('the static server', () => {
  let directory: string
  let server: ChildProcess
  let origin: URL

  before(async () => {
    directory = mkdtempSync(join(tmpdir(), 'flavor-serve-'))
    const site = join(directory, 'site')
    mkdirSync(join(site, 'a b/deep'), {recursive: true})
    writeFileSync(join(directory, 'secret'), 'secret')
    writeFileSync(join(directory, 'site-secret'), 'secret')
    writeFileSync(join(site, 'index.html'), '<p>hello</p>')
    writeFileSync(join(site, 'style.CSS'), 'p {}')
    writeFileSync(join(site, 'unknown.thing'), '?')
    writeFileSync(join(site, 'a b/index.html'), 'inner')
    symlinkSync('../secret', join(site, 'leads-out'))
    symlinkSync('index.html', join(site, 'leads-in.html'))
    server = spawn(process.execPath, [program, site], {env: {PATH: process.env.PATH}, stdio: ['ignore', 'pipe', 'inherit']})
    const [line] = await once(server.stdout as NodeJS.ReadableStream, 'data')
    origin = new URL(String(line).trim())
  })

  after(async () => {
    const closed = once(server, 'close')
    server.kill()
    await closed
    rmSync(directory, {force: true, recursive: true})
  })

  /** The path as it is: `fetch` would tidy it. */
  const ask = async (path: string, method = 'GET'): Promise<Answer> => {
    const sent = request({headers: {host: origin.host}, hostname: origin.hostname, method, path, port: origin.port})
    sent.end()
    const [response] = await once(sent, 'response')
    const chunks: Buffer[] = []
    for await (const chunk of response) chunks.push(chunk)
    return {body: Buffer.concat(chunks).toString(), headers: response.headers, status: response.statusCode}
  }

  it('gives pages with their types, and the index of a directory', async () => {
    const {body, headers, status} = await ask('/')
    assert.deepEqual(
      [status, body, headers['content-type'], headers['content-length']],
      [200, '<p>hello</p>', 'text/html; charset=utf-8', '12'],
    )
    assert.equal((await ask('/style.CSS?v=1')).headers['content-type'], 'text/css; charset=utf-8')
    assert.equal((await ask('/unknown.thing')).headers['content-type'], 'application/octet-stream')
    assert.equal((await ask('/a%20b/')).body, 'inner')
    assert.equal((await ask('/leads-in.html')).body, '<p>hello</p>')
  })

  it('sends to a directory with its slash, and not to another machine', async () => {
    const {headers, status} = await ask('/a%20b?x=1')
    assert.deepEqual([status, headers.location], [308, './a%20b/?x=1'])
    const twisted = await ask('//example.com/..%2f..')
    assert.equal(twisted.status, 404)
  })

  it('answers HEAD without the page, and other methods with 405', async () => {
    const {body, headers, status} = await ask('/', 'HEAD')
    assert.deepEqual([status, body, headers['content-length']], [200, '', '12'])
    assert.equal((await ask('/', 'POST')).status, 405)
  })

  for (const path of [
    '/missing',
    '/../secret',
    '/..%2fsecret',
    '/%2e%2e/site-secret',
    '/leads-out',
    '/index.html/',
    '/a%20b/deep/',
    '/%00',
    '/%zz',
    '/index.html%00.css',
  ]) {
    it(`finds nothing at ${path}`, async () => {
      const {body, status} = await ask(path)
      assert.deepEqual([status, body], [404, '404\n'])
    })
  }

  it('takes the port of PORT, and says when it cannot', async () => {
    const taken = createServer().listen(0, '127.0.0.1')
    await once(taken, 'listening')
    for (const [port, reason] of [
      [String((taken.address() as AddressInfo).port), /EADDRINUSE/],
      ['http', /is no port/],
      ['65536', /is no port/],
    ] as const) {
      const child = spawn(process.execPath, [program, directory], {env: {PORT: port}, stdio: ['ignore', 'ignore', 'pipe']})
      let said = ''
      child.stderr.on('data', (chunk) => (said += chunk))
      const [code] = await once(child, 'close')
      assert.equal(code, 1)
      assert.match(said, reason)
    }
    taken.close()
  })
})
