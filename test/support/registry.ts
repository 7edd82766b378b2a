/**
 * An npm registry on the loopback that serves the given tarballs and nothing else: what `npm view` and `npm install` ask
 * of one, no more. Anything else that is asked for is not there, so a test that uses it needs no network and can prove it.
 */
import {createHash} from 'node:crypto'
import {readFileSync} from 'node:fs'
import {createServer, type Server} from 'node:http'
import type {AddressInfo} from 'node:net'
import {basename} from 'node:path'
import {list} from 'tar'

export interface Registry {
  readonly url: string
  /** Paths that were asked for, in order. */
  readonly requests: readonly string[]
  close(): Promise<void>
}

interface Published {
  readonly bytes: Uint8Array
  readonly file: string
  readonly manifest: {readonly name: string; readonly version: string}
}

export async function startRegistry(tarballs: readonly string[]): Promise<Registry> {
  const published = tarballs.map(publish)
  const requests: string[] = []
  const server = createServer(({headers: {host}, url = '/'}, response) => {
    const path = decodeURIComponent(new URL(url, 'http://registry').pathname).slice(1)
    requests.push(path)
    const tarball = published.find(({file}) => path === `-/${file}`)
    const document = published.find(({manifest}) => path === manifest.name)
    if (tarball) response.end(tarball.bytes)
    else if (document) response.setHeader('content-type', 'application/json').end(JSON.stringify(packument(document, `http://${host}`)))
    else response.writeHead(404, {'content-type': 'application/json'}).end('{"error": "not found"}')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {close: () => close(server), requests, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`}
}

function publish(path: string): Published {
  const parts: Uint8Array[] = []
  list({
    file: path,
    filter: (name) => name === 'package/package.json',
    onReadEntry: (entry) => {
      entry.on('data', (part: Uint8Array) => parts.push(part))
    },
    sync: true,
  })
  return {bytes: readFileSync(path), file: basename(path), manifest: JSON.parse(Buffer.concat(parts).toString())}
}

/** What npm reads to find a version of a package, and to check what it downloads. */
function packument({bytes, file, manifest}: Published, origin: string): unknown {
  const hash = (algorithm: string, encoding: 'base64' | 'hex'): string => createHash(algorithm).update(bytes).digest(encoding)
  const dist = {integrity: `sha512-${hash('sha512', 'base64')}`, shasum: hash('sha1', 'hex'), tarball: `${origin}/-/${file}`}
  return {'dist-tags': {latest: manifest.version}, name: manifest.name, versions: {[manifest.version]: {...manifest, dist}}}
}

function close(server: Server): Promise<void> {
  server.closeAllConnections()
  return new Promise((resolve) => server.close(() => resolve()))
}
