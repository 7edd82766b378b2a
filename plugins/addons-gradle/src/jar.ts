/** Looks for files in a jar, which is a ZIP file, without unpacking the rest. */
import {basename} from 'node:path'
import {buffer} from 'node:stream/consumers'
import type {Entry, ZipFile} from 'yauzl'
import yauzl from 'yauzl'
import {failures} from './failure.ts'

/** No document is larger. */
const limit = 1024 ** 2

/** The first of the names that is there. Throws a Failure where it is no jar. */
export async function fileInJar(path: string, names: readonly string[]): Promise<Uint8Array | undefined> {
  try {
    return await firstOf(path, names)
  } catch (error) {
    throw failures.jar(basename(path), (error as Error).message)
  }
}

async function firstOf(path: string, names: readonly string[]): Promise<Uint8Array | undefined> {
  const zip = await yauzl.openPromise(path, {autoClose: false})
  try {
    const found = new Map<string, Entry>()
    for await (const entry of zip.eachEntry()) if (names.includes(entry.fileName)) found.set(entry.fileName, entry)
    const first = names.flatMap((name) => found.get(name) ?? [])[0]
    return first && (await contentOf(zip, first))
  } finally {
    zip.close()
  }
}

async function contentOf(zip: ZipFile, entry: Entry): Promise<Uint8Array> {
  if (entry.uncompressedSize > limit) throw new Error(`${entry.fileName} is larger than a document can be`)
  return await buffer(await zip.openReadStreamPromise(entry))
}
