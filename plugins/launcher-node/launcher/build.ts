/**
 * A cold start: building the work environment of a package, once, whoever else is at it. Order: the launcher's own hash,
 * slots (each hashed while it is unpacked), setup commands, stamp, link. Before the link nothing is used; what a build
 * that fails has written is removed with its generation.
 */
import {lstatSync, rmSync, symlinkSync, writeFileSync} from 'node:fs'
import {setTimeout as sleep} from 'node:timers/promises'
import {requireLauncher} from '../../../src/format/content.ts'
import {PackageError} from '../../../src/format/errors.ts'
import type {Slot} from '../../../src/format/examination.ts'
import {targetPath} from '../../../src/format/metadata.ts'
import {systemError} from '../../../src/unpack/system-error.ts'
import {confinedPath, createTree, type Tree} from '../../../src/unpack/tree.ts'
import {unpackSlot} from '../../../src/unpack/unpack.ts'
import {openBase, openPrivateBase} from '../../../src/workenv/base.ts'
import {
  claimBuild,
  createGeneration,
  currentGeneration,
  discardGeneration,
  type Generation,
  isBuilding,
  publishGeneration,
  releaseBuild,
} from '../../../src/workenv/generation.ts'
import {type Place, placeOf, slotKey} from '../../../src/workenv/places.ts'
import {createCopier, enterSlot, provideSlot} from '../../../src/workenv/slot-store.ts'
import {bootId, filesPath, writeFileList, writeStamp} from '../../../src/workenv/stamp.ts'
import type {Launch} from './checked.ts'
import {decoders} from './decoders.ts'
import {isUnpackedAtOnce} from './late-slot.ts'
import {cleanLater} from './later.ts'
import {createProgress, type Progress} from './progress.ts'
import {dataOf, findReady, type Ready} from './ready.ts'
import {runSetup} from './setup.ts'
import {commandWords} from './words.ts'

const pollInterval = 20
const longestWait = 120_000

export async function buildReady(opened: Launch): Promise<Ready> {
  const {base, single} = baseFor(opened)
  const place = placeOf(base, opened.id)
  const broken = currentGeneration(place)
  requireLauncher(opened.opened)
  for (const until = Date.now() + longestWait; ; ) {
    if (isBuilding(base, place.marker) && Date.now() < until) {
      await sleep(pollInterval)
      continue
    }
    const ready = findReady(opened)
    if (ready) return ready
    const generation = createGeneration(place)
    if (claimBuild(place, generation.path) || Date.now() >= until)
      return {...(await buildAndPublish(opened, place, generation, broken)), single}
    discardGeneration(generation)
  }
}

/** Where nothing lasting can be written, one run still can be given a place. */
function baseFor({caller}: Launch): {readonly base: string; readonly single: boolean} {
  try {
    return {base: openBase(caller), single: false}
  } catch (error) {
    const base = error instanceof PackageError && error.code === 'EFLAVOR_BASE_DIRECTORY' ? openPrivateBase() : undefined
    if (base === undefined) throw error
    return {base, single: true}
  }
}

async function buildAndPublish(opened: Launch, place: Place, generation: Generation, broken: string | undefined): Promise<Ready> {
  const progress = createProgress(opened.opened)
  try {
    await fill(opened, place.base, generation.path, progress)
    const published = publishGeneration(place, generation, broken)
    cleanLater(opened, place.base)
    return {base: place.base, generation: published}
  } catch (error) {
    discardGeneration(generation)
    throw systemError(error, `unpack ${opened.opened.metadata.name}`)
  } finally {
    progress.end()
    releaseBuild(place, generation.path)
  }
}

async function fill(opened: Launch, base: string, root: string, progress: Progress): Promise<void> {
  const {metadata, metadataBytes, slots} = opened.opened
  const tree = createTree(root)
  for (const {mode, path} of metadata.workenv.directories) tree.directory(confinedPath(targetPath(path)), mode)
  const shared = await unpackAll(opened, base, root, tree, slots.filter(isUnpackedAtOnce), progress)
  const written = tree.finish()
  writeOnce(`${root}/metadata.json`, metadataBytes)
  linkData(root, dataOf(opened, base))
  runSetup(opened, root)
  for (const slot of slots.filter(({lifecycle}) => lifecycle === 'volatile')) removeVolatile(root, slot)
  const files = sizesNow(root, written)
  writeFileList(filesPath(root), files)
  writeStamp(root, {
    boot: bootId(),
    metadata: opened.digest,
    name: metadata.name,
    needs: needsOf(opened, root),
    shared,
    size: [...files.values()].reduce((sum, size) => sum + size, 0),
    version: metadata.version,
  })
}

async function unpackAll(
  {opened}: Launch,
  base: string,
  root: string,
  tree: Tree,
  slots: readonly Slot[],
  progress: Progress,
): Promise<readonly string[]> {
  const copier = createCopier()
  const shared: string[] = []
  for (const slot of slots) {
    const key = isShared(slot) ? slotKey(slot.sha256 ?? '', slot.chain, targetPath(slot.target), slot.mode) : undefined
    if (key === undefined) await unpackSlot(opened, slot, tree, decoders, progress.add)
    else {
      await provideSlot(base, key, root, (store) => unpackSlot(opened, slot, store, decoders, progress.add))
      enterSlot(base, key, tree, copier)
      shared.push(key)
    }
  }
  return shared
}

function isShared({exact, lifecycle}: Slot): boolean {
  return exact?.shareable === true && (lifecycle === 'persistent' || lifecycle === 'eager')
}

/** Its whole place; of a tree that has none of its own, nothing can be told apart. */
function removeVolatile(root: string, slot: Slot): void {
  const target = confinedPath(targetPath(slot.target))
  if (target !== '') rmSync(`${root}/${target}`, {force: true, recursive: true})
}

/** Setup commands and volatile slots change what was written. */
function sizesNow(root: string, written: ReadonlyMap<string, number>): ReadonlyMap<string, number> {
  return new Map(
    [...written.keys()].flatMap((path) => {
      const stat = lstatSync(`${root}/${path}`, {throwIfNoEntry: false})
      return stat?.isFile() ? [[path, stat.size] as const] : []
    }),
  )
}

function needsOf({opened: {metadata}}: Launch, root: string): readonly string[] {
  const named = commandWords(metadata, root).flatMap((word) => word.split(root).slice(1))
  const paths = named.map((rest) => (/^\/[^:;,]*/.exec(rest)?.[0] ?? '').slice(1))
  return paths.filter((path) => path !== '' && lstatSync(`${root}/${path}`, {throwIfNoEntry: false}) !== undefined)
}

function writeOnce(path: string, bytes: Uint8Array): void {
  if (lstatSync(path, {throwIfNoEntry: false}) === undefined) writeFileSync(path, bytes, {flag: 'wx', mode: 0o644})
}

function linkData(root: string, data: string | undefined): void {
  if (data !== undefined && lstatSync(`${root}/data`, {throwIfNoEntry: false}) === undefined) symlinkSync(data, `${root}/data`)
}
