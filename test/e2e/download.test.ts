/** A source that is downloaded by the real program: over TLS, through a proxy, once. */
import assert from 'node:assert/strict'
import {execFileSync} from 'node:child_process'
import {createHash} from 'node:crypto'
import {mkdirSync, readFileSync} from 'node:fs'
import {createServer as createProxy, type Server as HttpServer} from 'node:http'
import {createServer, type Server} from 'node:https'
import {type AddressInfo, connect} from 'node:net'
import {gzipSync} from 'node:zlib'
import {after, before, describe, it} from 'mocha'
import {type Finished, type Sandbox, sandbox, writeTree} from '../support/run.ts'

const portOf = (server: HttpServer | Server): number => (server.address() as AddressInfo).port

/** On the loopback, on a port of its own. */
async function listening<T extends HttpServer | Server>(server: T): Promise<T> {
  server.listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  return server
}

describe('a source on a server', function () {
  this.timeout(60_000)
  const asked: string[] = []
  const through: string[] = []
  let box: Sandbox
  let server: Server
  let proxy: HttpServer
  let sha256: string

  before(async function () {
    box = await sandbox()
    try {
      makeCertificate(box)
    } catch {
      // No openssl here.
      this.skip()
    }
    const archive = gzipSync(execFileSync('tar', ['-C', tree(box), '-cf', '-', 'tool']))
    sha256 = createHash('sha256').update(archive).digest('hex')
    server = await listening(
      createServer({cert: readFileSync(box.path('cert.pem')), key: readFileSync(box.path('key.pem'))}, ({url = ''}, response) => {
        asked.push(url)
        if (url.startsWith('/open')) response.writeHead(302, {location: 'http://files.example.test/tool.tgz'}).end()
        else response.end(archive)
      }),
    )
    proxy = await listening(createProxy())
    proxy.on('connect', ({url = ''}, client) => {
      through.push(url)
      client.write('HTTP/1.1 200 OK\r\n\r\n')
      const there = connect(portOf(server), '127.0.0.1').on('error', () => client.destroy())
      client.on('error', () => there.destroy())
      there.pipe(client).pipe(there)
    })
  })

  after(async () => {
    for (const one of [server, proxy]) {
      one?.closeAllConnections()
      one?.close()
    }
    await box?.remove()
  })

  async function pack(url: string, env: Readonly<Record<string, string>> = {}): Promise<Finished> {
    await writeTree(box.path('project'), {
      'flavor.yaml': `name: hello
version: 1.0.0
command: "{workenv}/tool/hello"
launcher: node
slots:
  - {id: vendor, purpose: application-code, source: "${url}", sha256: ${JSON.stringify(sha256)}, unpack: true, target: .}
`,
    })
    return box.run(['pack', '--quiet', '--key-seed', 'x'], {
      cwd: box.path('project'),
      env: {NODE_EXTRA_CA_CERTS: box.path('cert.pem'), ...env},
    })
  }

  it('comes over TLS, without its query in the package', async () => {
    const {code, stderr} = await pack(`https://localhost:${portOf(server)}/tool.tgz?token=secret`)
    assert.deepEqual({code, stderr}, {code: 0, stderr: ''})
    assert.deepEqual(asked.splice(0), ['/tool.tgz?token=secret'])
    const {stdout} = await box.run(['inspect', '--json', box.path('project/dist/hello')])
    assert.ok(!stdout.includes('secret'))
    const listed = await box.run(['extract', '--all', box.path('project/dist/hello'), box.path('out')])
    assert.equal(listed.code, 0, listed.stderr)
    assert.equal(readFileSync(box.path('out/tool/hello'), 'utf8'), '#!/bin/sh\necho hello\n')
  })

  it('is not asked for again, though the server changes its name', async () => {
    assert.equal((await pack('https://nowhere.invalid/tool.tgz')).code, 0)
    assert.deepEqual(asked, [])
  })

  it('is not trusted with a certificate that nobody knows', async () => {
    const {code, stderr} = await pack(`https://localhost:${portOf(server)}/other.tgz`, {NODE_EXTRA_CA_CERTS: ''})
    assert.equal(code, 1)
    assert.match(stderr, /download https:\/\/localhost:\d+\/other\.tgz: .*certificate/)
  })

  it('never leads from a protected way to an open one', async () => {
    const {code, stderr} = await pack(`https://localhost:${portOf(server)}/open.tgz`)
    assert.equal(code, 1)
    assert.match(stderr, /open\.tgz: it is redirected to http:\/\/files\.example\.test\/tool\.tgz/)
  })

  it('is reached through the proxy of the environment', async function () {
    const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
    // Before, Node knew no proxies.
    if (major < 22 || (major === 22 && minor < 21) || (major === 24 && minor < 5)) this.skip()
    const env = {HTTPS_PROXY: `http://127.0.0.1:${portOf(proxy)}`}
    const {code, stderr} = await pack('https://files.example.test/through.tgz', env)
    assert.deepEqual({code, stderr}, {code: 0, stderr: ''})
    assert.deepEqual(through, ['files.example.test:443'])
  })
})

/** For `localhost` and a name that no server has. */
function makeCertificate(box: Sandbox): void {
  const names = 'subjectAltName=DNS:localhost,DNS:files.example.test'
  const words = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=localhost', '-addext', names]
  execFileSync('openssl', [...words, '-keyout', box.path('key.pem'), '-out', box.path('cert.pem')], {stdio: 'ignore'})
}

/** A directory that holds `tool/hello`. */
function tree(box: Sandbox): string {
  mkdirSync(box.path('tree/tool'), {recursive: true})
  execFileSync('sh', ['-c', 'printf "#!/bin/sh\\necho hello\\n" > hello; chmod 755 hello'], {cwd: box.path('tree/tool')})
  return box.path('tree')
}
