/** Small files that others read at any moment: written beside their place, and put there whole. */
import {randomBytes} from 'node:crypto'
import {closeSync, fchmodSync, fsyncSync, linkSync, openSync, renameSync, unlinkSync, writeSync} from 'node:fs'

/** Throws EEXIST when something is there already. */
export function placeFile(path: string, text: string, mode: number): void {
  withDraft(path, text, mode, (draft) => {
    linkSync(draft, path)
    unlinkSync(draft)
  })
}

export function replaceFile(path: string, text: string | Uint8Array, mode: number): void {
  withDraft(path, text, mode, (draft) => renameSync(draft, path))
}

function withDraft(path: string, text: string | Uint8Array, mode: number, place: (draft: string) => void): void {
  const draft = `${path}.${randomBytes(6).toString('hex')}.new`
  try {
    writeDraft(draft, Buffer.from(text as string), mode)
    place(draft)
  } catch (error) {
    remove(draft)
    throw error
  }
}

/** On the disk before it has its name: a power cut leaves the old file or the new one, never an empty one. */
function writeDraft(path: string, bytes: Uint8Array, mode: number): void {
  const fd = openSync(path, 'wx', mode)
  try {
    fchmodSync(fd, mode)
    for (let done = 0; done < bytes.length; ) done += writeSync(fd, bytes, done)
    fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
}

function remove(path: string): void {
  try {
    unlinkSync(path)
  } catch {
    // It never came to be.
  }
}
