/**
 * Slots that several packages may share exist once: extracted into `slots/<key>/tree`, without write permission, and
 * entered into each generation by reflink where the file system has it, else by hard links in directories of its own,
 * else by copying. Never by a link to a directory: programs that ask for the real path of a file would then look for
 * its neighbours in the wrong place.
 */
import {
  chmodSync,
  constants,
  copyFileSync,
  existsSync,
  linkSync,
  lstatSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import {basename} from 'node:path'
import {codeOf, systemError} from '../unpack/system-error.ts'
import {createTree, type Tree} from '../unpack/tree.ts'
import {makeDirectory} from './make-directory.ts'
import {slotsOf} from './places.ts'
import {removeTree} from './remove-tree.ts'
import {agreesWithList, bootId, sameBoot, writeFileList} from './stamp.ts'

/** How file contents get into a generation; found out with the first file, then kept. */
export interface Copier {
  copy(from: string, to: string): void
}

/**
 * Makes sure that the key's content exists; `fill` extracts it when it does not. `builder` is the generation it is done
 * for. False when it was there.
 */
export async function provideSlot(base: string, key: string, builder: string, fill: (tree: Tree) => Promise<void>): Promise<boolean> {
  const home = `${slotsOf(base)}/${key}`
  if (isSound(home)) return false
  const draft = `${slotsOf(base)}/.${basename(builder)}.${key}`
  try {
    makeDirectory(`${draft}/tree`, 0o700)
    const tree = createTree(`${draft}/tree`)
    await fill(tree)
    const files = tree.finish()
    for (const path of files.keys()) withoutWriting(`${draft}/tree/${path}`)
    writeFileList(`${draft}/files`, files)
    writeFileSync(`${draft}/boot`, bootId())
    settle(draft, home)
    return true
  } catch (error) {
    removeTree(draft)
    throw systemError(error, `make ${home}`)
  }
}

/** Enters a stored slot into a generation's tree. */
export function enterSlot(base: string, key: string, tree: Tree, copier: Copier): void {
  const root = `${slotsOf(base)}/${key}/tree`
  const visit = (path: string): void => {
    for (const name of readdirSync(`${root}/${path}`)) {
      const inner = path === '' ? name : `${path}/${name}`
      const stat = lstatSync(`${root}/${inner}`)
      if (stat.isDirectory()) {
        tree.directory(inner, stat.mode)
        visit(inner)
      } else if (stat.isSymbolicLink()) tree.symlink(inner, readlinkSync(`${root}/${inner}`))
      else tree.place(inner, stat.size, (to) => copier.copy(`${root}/${inner}`, to))
    }
  }
  visit('')
  touch(`${slotsOf(base)}/${key}`)
}

/** Reflink, else hard link, else copy. */
export function createCopier(): Copier {
  const ways = [reflink, linkSync, copyFileSync]
  return {
    copy(from, to) {
      for (;;) {
        try {
          ways[0]?.(from, to)
          return
        } catch (error) {
          if (ways.length === 1 || ['EEXIST', 'ENOSPC', 'EDQUOT'].includes(codeOf(error) ?? '')) throw error
          if (codeOf(error) === 'EMLINK') {
            copyFileSync(from, to)
            return
          }
          ways.shift()
        }
      }
    },
  }
}

function reflink(from: string, to: string): void {
  copyFileSync(from, to, constants.COPYFILE_FICLONE_FORCE | constants.COPYFILE_EXCL)
}

/** Present, untouched, and either of this boot or with every file as large as it was. */
function isSound(home: string): boolean {
  if (!existsSync(`${home}/boot`)) return false
  const whole = sameBoot(readFileSync(`${home}/boot`, 'utf8'), bootId()) || agreesWithList(`${home}/files`, `${home}/tree`)
  if (whole && isUntouched(`${home}/tree`, lstatSync(`${home}/boot`).mtimeMs)) return true
  removeTree(home)
  return false
}

/**
 * Whoever has one of the hard links can give itself the right to write, and what it then does to its own files happens to all. Here it ends:
 * nothing that was written to, added, taken away or made writable gets into another generation.
 */
function isUntouched(path: string, made: number): boolean {
  const stat = lstatSync(path)
  if (stat.mtimeMs > made) return false
  if (stat.isDirectory()) return readdirSync(path).every((name) => isUntouched(`${path}/${name}`, made))
  return !stat.isFile() || process.platform === 'win32' || (stat.mode & 0o222) === 0
}

/** The first to finish wins; a draft that comes too late is deleted. */
function settle(draft: string, home: string): void {
  try {
    renameSync(draft, home)
  } catch (error) {
    if (codeOf(error) !== 'ENOTEMPTY' && codeOf(error) !== 'EEXIST') throw error
    removeTree(draft)
  }
}

function withoutWriting(path: string): void {
  chmodSync(path, lstatSync(path).mode & 0o555)
}

function touch(path: string): void {
  try {
    utimesSync(path, Date.now() / 1000, Date.now() / 1000)
  } catch {
    // Its age only matters to cleaning.
  }
}
