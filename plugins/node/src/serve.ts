/**
 * Serves the pages of a directory to this machine: `node serve.mjs DIRECTORY`. On port PORT, else on any that is free; where
 * is the line that it prints. It is the content of a `static-server` slot: one module that imports nothing but Node's own.
 *
 * A path is looked up below the directory and nowhere else, links followed. `/dir` leads to `/dir/`, which is its index.html.
 */
import {createReadStream, realpathSync, type Stats, statSync} from 'node:fs'
import {createServer, type IncomingMessage, type ServerResponse} from 'node:http'
import type {AddressInfo} from 'node:net'
import {extname, sep} from 'node:path'

const types: Readonly<Record<string, string>> = {
  '.avif': 'image/avif',
  '.css': 'text/css; charset=utf-8',
  '.csv': 'text/csv; charset=utf-8',
  '.gif': 'image/gif',
  '.htm': 'text/html; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.jpeg': 'image/jpeg',
  '.jpg': 'image/jpeg',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.map': 'application/json',
  '.md': 'text/markdown; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.mp3': 'audio/mpeg',
  '.mp4': 'video/mp4',
  '.otf': 'font/otf',
  '.pdf': 'application/pdf',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.ttf': 'font/ttf',
  '.txt': 'text/plain; charset=utf-8',
  '.wasm': 'application/wasm',
  '.webm': 'video/webm',
  '.webmanifest': 'application/manifest+json',
  '.webp': 'image/webp',
  '.woff': 'font/woff',
  '.woff2': 'font/woff2',
  '.xml': 'application/xml',
}

interface Page {
  readonly path: string
  readonly stat: Stats
}

type Found = Page | {readonly redirect: string} | undefined

const root = realpathSync(process.argv[2] ?? '.')
const server = createServer(answer)

server.on('error', (error) => end(error.message))
server.listen(portOf(process.env.PORT), '127.0.0.1', () => {
  process.stdout.write(`http://127.0.0.1:${(server.address() as AddressInfo).port}/\n`)
})

function portOf(text = ''): number {
  if (/^\d{0,5}$/.test(text) && Number(text) < 65_536) return Number(text)
  return end(`PORT is ${JSON.stringify(text)}, which is no port`)
}

function end(reason: string): never {
  process.stderr.write(`serve: ${reason}\n`)
  process.exit(1)
}

function answer(request: IncomingMessage, response: ServerResponse): void {
  const known = request.method === 'GET' || request.method === 'HEAD'
  const found = known ? find(request.url ?? '/') : undefined
  if (!known) refuse(response, 405, {allow: 'GET, HEAD'})
  else if (found === undefined) refuse(response, 404)
  else if ('redirect' in found) refuse(response, 308, {location: found.redirect})
  else send(found, request.method === 'HEAD', response)
}

function send({path, stat}: Page, head: boolean, response: ServerResponse): void {
  const type = types[extname(path).toLowerCase()] ?? 'application/octet-stream'
  response.writeHead(200, {
    'cache-control': 'no-cache',
    'content-length': stat.size,
    'content-type': type,
    'x-content-type-options': 'nosniff',
  })
  if (head) response.end()
  else
    createReadStream(path)
      .on('error', () => response.destroy())
      .pipe(response)
}

function refuse(response: ServerResponse, status: number, headers: Readonly<Record<string, string>> = {}): void {
  response.writeHead(status, {...headers, 'content-type': 'text/plain; charset=utf-8'})
  response.end(`${status}\n`)
}

function find(url: string): Found {
  try {
    const [path = '/', query] = url.split('?', 2)
    const real = realpathSync(root + decodeURIComponent(path))
    if (real !== root && !real.startsWith(root + sep)) return undefined
    const stat = statSync(real)
    if (stat.isDirectory() && !path.endsWith('/'))
      return {redirect: `./${path.slice(path.lastIndexOf('/') + 1)}/${query === undefined ? '' : `?${query}`}`}
    return stat.isDirectory() ? page(`${real}${sep}index.html`) : path.endsWith('/') ? undefined : page(real)
  } catch {
    return undefined
  }
}

/** Also an index.html may be a link. */
function page(path: string): Page | undefined {
  const real = realpathSync(path)
  const stat = statSync(real)
  return stat.isFile() && real.startsWith(root + sep) ? {path: real, stat} : undefined
}
