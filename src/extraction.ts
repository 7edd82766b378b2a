/**
 * Slots of a package back on disk, as they would stand in a work environment. Everything is unpacked beside its final
 * place first, confined and hashed, and moved there when all of it is right: so a damaged or hostile package leaves
 * nothing, and nothing is overwritten unless that was asked for.
 */
import {chmodSync, constants, cpSync, lstatSync, mkdirSync, readdirSync, realpathSync, renameSync, rmSync, statSync} from 'node:fs'
import {join, resolve} from 'node:path'
import {FlavorError} from './errors.ts'
import type {Package, Slot} from './format/examination.ts'
import {targetPath} from './format/metadata.ts'
import {beside} from './partial.ts'
import {createTree} from './unpack/tree.ts'
import {type Decoders, unpackSlot} from './unpack/unpack.ts'

/** `word` is an index or an id. Throws FlavorError EFLAVOR_SLOT with the slots there are. */
export function findSlot({metadata, slots}: Package, word: string): Slot {
  const slot = slots.find(({id, index}) => id === word || String(index) === word)
  if (slot) return slot
  const known = slots.map(({id, index}) => `${index} ${id}`).join(', ')
  throw new FlavorError(`extract ${word}: ${metadata.name} has no such slot`, {code: 'EFLAVOR_SLOT', exit: 2, hints: [`it has ${known}`]})
}

/** One slot: a file becomes `out`, a tree's root becomes the directory `out`. */
export async function extractSlot(opened: Package, slot: Slot, out: string, decoders: Decoders, force: boolean): Promise<void> {
  await extract(opened, [slot], targetPath(slot.target), out, decoders, force)
}

/** All slots, each at its target below the directory `out`. */
export async function extractAll(opened: Package, out: string, decoders: Decoders, force: boolean): Promise<void> {
  await extract(opened, opened.slots, '', out, decoders, force)
}

async function extract(
  opened: Package,
  slots: readonly Slot[],
  wanted: string,
  out: string,
  decoders: Decoders,
  force: boolean,
): Promise<void> {
  const place = placeOf(out)
  if (!force) requireFree(place, out)
  await beside(place, async (partial) => {
    mkdirSync(partial)
    const tree = createTree(partial)
    for (const slot of slots) await unpackSlot(opened, slot, tree, decoders)
    tree.finish()
    merge(join(partial, wanted), place)
  })
}

/** Where a link to a directory leads: whoever names it means what is there. */
function placeOf(out: string): string {
  const place = resolve(out)
  return statSync(place, {throwIfNoEntry: false})?.isDirectory() ? realpathSync(place) : place
}

function requireFree(place: string, out: string): void {
  const there = lstatSync(place, {throwIfNoEntry: false})
  if (there === undefined || (there.isDirectory() && readdirSync(place).length === 0)) return
  throw new FlavorError(`extract to ${out}: it exists`, {
    code: 'EFLAVOR_EXISTS',
    hints: ['choose another place, or overwrite it with --force'],
  })
}

/** File by file into directories that are there: what is not in the package stays. Links that are there are replaced, never followed. */
function merge(from: string, to: string): void {
  const there = lstatSync(to, {throwIfNoEntry: false})
  const isDirectory = lstatSync(from).isDirectory()
  if (there?.isDirectory()) {
    if (!isDirectory) throw isInTheWay(to)
    for (const name of readdirSync(from)) merge(join(from, name), join(to, name))
  } else {
    if (there && isDirectory) rmSync(to)
    move(from, to)
  }
}

/** A directory without write permission cannot be moved, and `to` may be on another file system: `out` may be a mount. */
function move(from: string, to: string): void {
  const {mode} = lstatSync(from)
  const locked = (mode & (constants.S_IFMT | 0o200)) === constants.S_IFDIR
  if (locked) chmodSync(from, mode | 0o700)
  try {
    renameSync(from, to)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EXDEV') throw error
    rmSync(to, {force: true})
    cpSync(from, to, {recursive: true, verbatimSymlinks: true})
  }
  if (locked) chmodSync(to, mode)
}

function isInTheWay(directory: string): FlavorError {
  return new FlavorError(`extract to ${directory}: it is a directory, and no directory in the package`, {
    code: 'EFLAVOR_EXISTS',
    hints: ['remove it, or choose another place'],
  })
}
