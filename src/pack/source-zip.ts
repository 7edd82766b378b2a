/** A zip archive into a tree: what Unix archivers note of modes and links is kept, passwords and special files are refused. */
import {constants} from 'node:fs'
import {text} from 'node:stream/consumers'
import type {Entry, ZipFile} from 'yauzl'
import yauzl from 'yauzl'
import type {Tree} from '../unpack/tree.ts'

type Kind = 'directory' | 'file' | 'symlink'

const {S_IFDIR, S_IFLNK, S_IFMT, S_IFREG} = constants
const kinds: ReadonlyMap<number, Kind> = new Map([
  [0, 'file'],
  [S_IFDIR, 'directory'],
  [S_IFLNK, 'symlink'],
  [S_IFREG, 'file'],
])
const longestLink = 4096

/** Throws PackageError for what would leave the tree, and Error for what is no sound zip. */
export async function unzip(path: string, tree: Tree): Promise<void> {
  // Names are the tree's to judge, whose errors say what they are.
  const zip = await yauzl.openPromise(path, {autoClose: false, decodeStrings: false})
  try {
    for await (const entry of zip.eachEntry()) await take(zip, entry, tree)
  } finally {
    zip.close()
  }
}

async function take(zip: ZipFile, entry: Entry, tree: Tree): Promise<void> {
  const name = nameOf(entry)
  const {kind, mode} = attributesOf(entry, name)
  if (entry.isEncrypted()) throw new Error(`${JSON.stringify(name)} has a password`)
  if (kind === 'directory') return tree.directory(name, mode)
  if (kind === 'symlink') return tree.symlink(name, await linkOf(zip, entry, name))
  const sink = tree.file(name, mode)
  try {
    for await (const chunk of await zip.openReadStreamPromise(entry)) sink.write(chunk as Uint8Array)
  } finally {
    sink.close()
  }
}

function nameOf({extraFields, fileNameRaw, generalPurposeBitFlag}: Entry): string {
  return yauzl.getFileNameLowLevel(generalPurposeBitFlag, fileNameRaw, extraFields, false)
}

/** Only Unix systems (3, and 19 of macOS) note modes. */
function attributesOf({externalFileAttributes, versionMadeBy}: Entry, name: string): {readonly kind: Kind; readonly mode: number} {
  if (name.endsWith('/')) return {kind: 'directory', mode: 0o755}
  const unix = [3, 19].includes(versionMadeBy >>> 8) ? externalFileAttributes >>> 16 : 0
  const kind = kinds.get(unix & S_IFMT)
  if (kind === undefined) throw new Error(`${JSON.stringify(name)} is a device, socket or pipe`)
  return {kind, mode: unix === 0 ? 0o644 : unix & 0o777}
}

async function linkOf(zip: ZipFile, entry: Entry, name: string): Promise<string> {
  if (entry.uncompressedSize > longestLink) throw new Error(`${JSON.stringify(name)} is a link of ${entry.uncompressedSize} bytes`)
  return text(await zip.openReadStreamPromise(entry))
}
