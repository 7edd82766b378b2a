/**
 * A source that is a URL, downloaded into the build cache. Its SHA-256 is what it is known by: a file that was downloaded once is not
 * asked for again, wherever it was; one with another hash never gets a name, and one that was spoilt later is not used.
 */
import {createHash} from 'node:crypto'
import {createWriteStream} from 'node:fs'
import type {IncomingMessage} from 'node:http'
import {join} from 'node:path'
import {Transform} from 'node:stream'
import {pipeline} from 'node:stream/promises'
import type {BuildCache} from '@flavor/contract'
import {follow, reasonOf, shownUrl} from '../http/request.ts'
import type {PlannedSource} from '../project/plan.ts'
import {fileDigest} from './digest.ts'
import {packErrors} from './errors.ts'

export interface DownloadLimits {
  /** Milliseconds in which nothing comes. */
  readonly patience: number
  /** Bytes. */
  readonly size: number
}

const usual: DownloadLimits = {patience: 60_000, size: 4 * 1024 ** 3}
const mostRedirects = 10

export type UrlSource = PlannedSource & {readonly kind: 'url'}

/** The path of the file. Throws FlavorError EFLAVOR_DOWNLOAD. */
export async function downloadedSource({sha256, url}: UrlSource, cache: BuildCache, limits: DownloadLimits = usual): Promise<string> {
  const name = fileName(new URL(url))
  let fresh = false
  const directory = await cache.entry(`${sha256} ${name}`, async (into) => {
    await download(url, sha256, join(into, name), limits)
    fresh = true
  })
  const file = join(directory, name)
  if (!fresh && (await fileDigest(file).catch(() => undefined)) !== sha256) throw packErrors.spoiltDownload(file)
  return file
}

/** Purposes may go by a file's name, as Python does with wheels. */
function fileName({pathname}: URL): string {
  const last = pathname.split('/').at(-1) ?? ''
  return /^[\w+@~-][\w.+@~-]{0,199}$/.test(last) ? last : 'download'
}

async function download(url: string, sha256: string, file: string, limits: DownloadLimits): Promise<void> {
  const shown = shownUrl(url)
  const hash = createHash('sha256')
  try {
    const {response} = await follow({url: new URL(url)}, {patience: limits.patience, redirects: mostRedirects})
    if (response.statusCode !== 200) throw refused(response)
    await pipeline(response, measured(hash, limits.size), createWriteStream(file))
  } catch (error) {
    throw packErrors.download(shown, reasonOf(error))
  }
  const found = hash.digest('hex')
  if (found !== sha256) throw packErrors.otherHash(shown, found)
}

function refused(response: IncomingMessage): Error {
  response.destroy()
  return new Error(`the server answers ${response.statusCode}`)
}

function measured(hash: ReturnType<typeof createHash>, most: number): Transform {
  let size = 0
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      size += chunk.length
      hash.update(chunk)
      if (size > most) done(new Error(`it is larger than ${most} bytes`))
      else done(null, chunk)
    },
  })
}
