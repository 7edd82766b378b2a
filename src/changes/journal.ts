/** What is being done to a project, written down before it is done: the file `journal` of a transaction. While it is there, it is not done. */
import {closeSync, fsyncSync, openSync, readFileSync, renameSync, unlinkSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {ifThere} from './content.ts'
import {changeErrors} from './errors.ts'
import {type Operation, type Places, undo} from './operations.ts'

const name = 'journal'

/** From here on a killed one is undone. */
export function placeJournal({directory}: Places, operations: readonly Operation[]): void {
  const draft = join(directory, `${name}.new`)
  writeFileSync(draft, JSON.stringify(operations), {flush: true})
  renameSync(draft, join(directory, name))
  syncDirectory(directory)
}

/** From here on it is done. */
export function removeJournal({directory}: Places): void {
  unlinkSync(join(directory, name))
}

/** Where old files went that could not come back to their places; undefined when there was nothing to undo. */
export function undoJournal(places: Places): readonly string[] | undefined {
  const text = ifThere(() => readFileSync(join(places.directory, name), 'utf8'))
  if (text === undefined) return undefined
  try {
    const operations: readonly Operation[] = JSON.parse(text)
    const saved = operations.toReversed().flatMap((operation) => undo(places, operation) ?? [])
    removeJournal(places)
    return saved
  } catch (error) {
    throw changeErrors.undoFailed(places.root, error)
  }
}

/** Not every system can; those that cannot need not. */
function syncDirectory(path: string): void {
  let fd: number | undefined
  try {
    fd = openSync(path, 'r')
    fsyncSync(fd)
  } catch {
  } finally {
    if (fd !== undefined) closeSync(fd)
  }
}
