/** The `addon.flavour` in a directory that somebody else has filled: a file of its own, and no larger than a document can be. */
import {constants, type Stats} from 'node:fs'
import {open} from 'node:fs/promises'

const limit = 1024 ** 2

/** Undefined where there is none; a link is none, wherever it leads. */
export async function readDocument(path: string): Promise<Uint8Array | undefined> {
  const file = await open(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0)).catch(none)
  if (file === undefined) return undefined
  try {
    return isDocument(await file.stat()) ? await file.readFile() : undefined
  } finally {
    await file.close()
  }
}

function isDocument(stats: Stats): boolean {
  return stats.isFile() && stats.size <= limit
}

function none(error: NodeJS.ErrnoException): undefined {
  if (!['ELOOP', 'ENOENT', 'ENOTDIR'].includes(error.code ?? '')) throw error
}
