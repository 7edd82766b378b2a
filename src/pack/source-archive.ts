/**
 * The tree in an archive, taken out and confined as a launcher does with slots: no absolute paths, no `..`, no links that lead out, no
 * devices. What kind of archive it is, its first bytes say, not its name; tar may be compressed with whatever a plugin undoes.
 */
import {createReadStream} from 'node:fs'
import {open} from 'node:fs/promises'
import {type Duplex, Writable} from 'node:stream'
import {pipeline} from 'node:stream/promises'
import {blockSize, decodeHeader} from '../unpack/entry.ts'
import {createTree} from '../unpack/tree.ts'
import {foreignLimit} from '../unpack/unpack.ts'
import {createUntar} from '../unpack/untar.ts'
import type {Capabilities} from './capabilities.ts'
import {packErrors} from './errors.ts'
import {unzip} from './source-zip.ts'

const marks: readonly (readonly [string, string])[] = [
  ['1f8b', 'gzip'],
  ['28b52ffd', 'zstd'],
  ['425a68', 'bzip2'],
  ['fd377a585a00', 'xz'],
  ['504b0304', 'zip'],
  ['504b0506', 'zip'],
]

/** Fills `into`, an empty directory, and gives its path. `shown` is what messages call the archive. Throws FlavorError. */
export async function unpackedSource(path: string, shown: string, into: string, capabilities: Capabilities): Promise<string> {
  const kind = await kindOf(path)
  if (kind === undefined) throw packErrors.noArchive(shown)
  const decoder = kind === 'tar' || kind === 'zip' ? undefined : await decoderOf(kind, capabilities)
  const tree = createTree(into)
  try {
    if (kind === 'zip') await unzip(path, tree)
    else await untar(path, decoder, createUntar(tree))
    tree.finish()
  } catch (error) {
    throw packErrors.archive(shown, error)
  }
  return into
}

async function kindOf(path: string): Promise<string | undefined> {
  const head = await headOf(path)
  const known = marks.find(([mark]) => head.subarray(0, mark.length / 2).toString('hex') === mark)?.[1]
  if (known !== undefined) return known
  if (isTar(head)) return 'tar'
  // It has no mark of its own.
  return /\.(?:tar\.br|tbr)$/.test(path) ? 'brotli' : undefined
}

/** By its checksum: the oldest kind says in no other way what it is. */
function isTar(head: Buffer): boolean {
  if (head.length < blockSize || head.every((byte) => byte === 0)) return false
  try {
    return decodeHeader(head, {}) !== undefined
  } catch {
    return head.toString('latin1', 257, 262) === 'ustar'
  }
}

async function headOf(path: string): Promise<Buffer> {
  const file = await open(path).catch((error: unknown) => {
    throw packErrors.unreadable(path, error)
  })
  try {
    const {buffer, bytesRead} = await file.read(Buffer.alloc(blockSize), 0, blockSize, 0)
    return buffer.subarray(0, bytesRead)
  } finally {
    await file.close()
  }
}

async function decoderOf(kind: string, capabilities: Capabilities): Promise<Duplex> {
  const {default: code} = await (await capabilities.compressor(kind)).load()
  return code.decompress({limit: foreignLimit})
}

async function untar(path: string, decoder: Duplex | undefined, sink: ReturnType<typeof createUntar>): Promise<void> {
  const last = new Writable({
    write(chunk: Uint8Array, _encoding, done) {
      try {
        sink.write(chunk)
        done()
      } catch (error) {
        done(error as Error)
      }
    },
  })
  await pipeline([createReadStream(path), ...(decoder ? [decoder] : []), last])
  sink.end()
}
