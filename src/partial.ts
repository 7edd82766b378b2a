/**
 * What takes long to make is made beside its final place, under a name that nobody takes for the real one, and moved
 * there when it is whole. Whatever ends the work before that, an error or a signal, leaves nothing behind: no part of
 * it, and no directory that was made for it.
 */
import {randomBytes} from 'node:crypto'
import {rmdirSync} from 'node:fs'
import {dirname, join} from 'node:path'
import {undoIfEnded} from './leftovers.ts'
import {makeDirectory} from './workenv/make-directory.ts'
import {removeTree} from './workenv/remove-tree.ts'

/** A name of `beside`, as a glob: such a file is nobody's work, but the rest of a process that was killed. */
export const partialNames = '.flavor-????????????.partial'

/** Runs `work`, which makes something at the path it is given and moves it to `place`, an absolute path. */
export async function beside<T>(place: string, work: (partial: string) => Promise<T>): Promise<T> {
  const parent = dirname(place)
  const partial = join(parent, `.flavor-${randomBytes(6).toString('hex')}.partial`)
  let made: string | undefined
  const undo = (): void => {
    removeTree(partial)
    if (made !== undefined) removeEmpty(parent, made)
  }
  // Before the first directory is made: a signal may come at once.
  const done = undoIfEnded(undo)
  try {
    made = makeDirectory(parent, 0o777)
    const result = await work(partial)
    removeTree(partial)
    return result
  } catch (error) {
    undo()
    throw error
  } finally {
    done()
  }
}

/** From `directory` up to `highest`, as far as there is nothing else in them by now. */
function removeEmpty(directory: string, highest: string): void {
  try {
    for (let empty = directory; empty.length >= highest.length; empty = dirname(empty)) rmdirSync(empty)
  } catch {}
}
