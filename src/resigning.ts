/**
 * Another signature on a finished package: key, signature and Adler sum in its index block are replaced, in one write
 * of 8 KiB in place, and nothing else is touched. Only a package that is whole is signed; whose signature it carries
 * now does not matter.
 */
import {openSync, writeSync} from 'node:fs'
import {FlavorError} from './errors.ts'
import {PackageError} from './format/errors.ts'
import {type FileSource, fileSource} from './format/file-source.ts'
import {resignIndex} from './format/index-block.ts'
import {indexSize, trailerSize} from './format/registry.ts'
import {openSoundFor} from './opening.ts'
import type {Signer} from './pack/signer.ts'

export interface Resigned {
  readonly development: boolean
  readonly name: string
  readonly version: string
}

/** Throws PackageError for a package that is not sound, FlavorError when the file cannot be written. */
export async function resignFile(path: string, signer: Signer): Promise<Resigned> {
  const source = openForWriting(path)
  try {
    const opened = openSoundFor(`sign ${path}`, source, () => true)
    const signature = await signer.sign(opened.metadataBytes)
    const index = resignIndex(opened.indexBytes, signer.publicKey, signature)
    writeSync(source.fd, index, 0, indexSize, source.size - trailerSize + 4)
    return {development: opened.metadata.build.development, name: opened.metadata.name, version: opened.metadata.version}
  } finally {
    source.close()
  }
}

function openForWriting(path: string): FileSource {
  try {
    return fileSource(openSync(path, 'r+'), path)
  } catch (error) {
    if (error instanceof PackageError) throw error
    const reasons: Readonly<Record<string, string>> = {
      EACCES: 'permission denied',
      EISDIR: 'it is a directory',
      ENOENT: 'no such file',
      EROFS: 'the file system is read-only',
      ETXTBSY: 'it is running',
    }
    const reason = reasons[(error as NodeJS.ErrnoException).code ?? ''] ?? (error as Error).message
    throw new FlavorError(`sign ${path}: ${reason}`, {cause: error, code: 'EFLAVOR_OUTPUT'})
  }
}
