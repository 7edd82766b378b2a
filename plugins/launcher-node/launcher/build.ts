/**
 * A cold start: building the work environment of a package, once, whoever else is at it. Order: the launcher's own hash,
 * slots (each hashed while it is unpacked), setup commands, stamp, link. Before the link nothing is used; what a build
 * that fails has written is removed with its generation.
 */
import {lstatSync, rmSync, symlinkSync, writeFileSync} from 'node:fs'
import {setTimeout as sleep} from 'node:timers/promises'
import {PackageError} from '../../../src/format/errors.ts'
import type {Slot} from '../../../src/format/examination.ts'
import {targetPath} from '../../../src/format/metadata.ts'
import {systemError} from '../../../src/unpack/system-error.ts'
import {confinedPath, createTree, type DiskTree, type Tree} from '../../../src/unpack/tree.ts'
import {unpackSlot} from '../../../src/unpack/unpack.ts'
import {openBase, openPrivateBase} from '../../../src/workenv/base.ts'
import {isConfiguration, settleConfiguration} from '../../../src/workenv/configuration.ts'
import {
  claimBuild,
  createGeneration,
  currentGeneration,
  discardGeneration,
  type Generation,
  isBuilding,
  linkTarget,
  publishGeneration,
  releaseBuild,
} from '../../../src/workenv/generation.ts'
import {notePath, readNote} from '../../../src/workenv/late-notes.ts'
import {type Place, placeOf, slotKey} from '../../../src/workenv/places.ts'
import {createCopier, enterSlot, provideSlot} from '../../../src/workenv/slot-store.ts'
import {bootId, filesPath, sizesNow, writeFileList, writeStamp} from '../../../src/workenv/stamp.ts'
import {checkLauncher, type Launch} from './checked.ts'
import {decoders} from './decoders.ts'
import {addSlot} from './late.ts'
import {isLasting, isNamed, isNeeded, isNeverLate, writeNote} from './late-slot.ts'
import {cleanLater} from './later.ts'
import {needsOf} from './needs.ts'
import {createProgress, type Progress} from './progress.ts'
import {dataOf, type Ready, readyIn, tellBase} from './ready.ts'
import {namedWords, runSetup} from './setup.ts'
import {tellSlot} from './slot-log.ts'

const pollInterval = 20
const longestWait = 120_000

export async function buildReady(opened: Launch): Promise<Ready> {
  const {base, single} = baseFor(opened)
  const place = placeOf(base, opened.id)
  const there = readyIn(opened, base)
  if (there) return tellWarm(opened, there)
  const broken = currentGeneration(place)
  if (!opened.strict) checkLauncher(opened)
  for (const until = Date.now() + longestWait; ; ) {
    if (isBuilding(base, place.marker) && Date.now() < until) {
      await sleep(pollInterval)
      continue
    }
    const ready = readyIn(opened, base)
    if (ready) return tellWarm(opened, ready)
    const generation = createGeneration(place)
    if (claimBuild(place, generation.path) || Date.now() >= until) {
      const built = await buildAndPublish(opened, place, generation, broken)
      if (!single) cleanLater(opened, base)
      return {...built, single}
    }
    discardGeneration(generation)
  }
}

/** Another process has made it meanwhile, or the search did not get there: some places refuse only who really makes something. */
function tellWarm({log}: Launch, ready: Ready): Ready {
  log?.tell('workenv', {path: ready.generation.path, state: 'warm'})
  return ready
}

/** Where nothing lasting can be written, one run still can be given a place. */
function baseFor({caller, log}: Launch): {readonly base: string; readonly single: boolean} {
  try {
    return {base: openBase(caller, (candidate) => tellBase(log, candidate)), single: false}
  } catch (error) {
    const base = error instanceof PackageError && error.code === 'EFLAVOR_BASE_DIRECTORY' ? openPrivateBase() : undefined
    if (base === undefined) throw error
    tellBase(log, {base, path: base})
    return {base, single: true}
  }
}

async function buildAndPublish(opened: Launch, place: Place, generation: Generation, broken: string | undefined): Promise<Ready> {
  const progress = createProgress(opened.opened)
  opened.log?.tell('workenv', {path: generation.path, state: 'cold'})
  try {
    await fill(opened, place.base, generation.path, progress)
    const published = publishGeneration(place, generation, broken)
    const ready = {base: place.base, generation: published}
    if (published.path !== generation.path) tellWarm(opened, ready)
    else opened.log?.tell('link', {path: place.link, target: linkTarget(generation.path)})
    return ready
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
  const first = slots.filter((slot) => isUnpackedAtOnce(opened, slot))
  const {configuration, shared} = await unpackAll(opened, base, root, tree, first, progress)
  const written = tree.finish()
  writeOnce(`${root}/metadata.json`, metadataBytes)
  for (const slot of first) if (!isNeverLate(opened, slot)) writeNote(root, slot, [])
  const added = await addSetUpSlots(opened, root)
  const data = dataOf(opened, base)
  linkData(opened, root, data)
  settleConfiguration(data, root, configuration, (path, action) => opened.log?.tell('configuration', {action, path}))
  runSetup(opened, root)
  for (const slot of slots.filter(({lifecycle}) => lifecycle === 'volatile')) removeVolatile(opened, root, slot)
  const files = sizesNow(root, [...written.keys(), ...added])
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

/** Gives files that setup commands may change, which cannot come again without them; what is cached comes as it was brought. */
async function addSetUpSlots(opened: Launch, root: string): Promise<readonly string[]> {
  const files: string[] = []
  for (const slot of opened.opened.slots.filter((one) => !isLasting(one) && isSetUp(opened, one))) {
    await addSlot(opened, root, slot)
    if (slot.lifecycle === 'cached') continue
    const note = readNote(notePath(root, slot.index))
    files.push(...(note?.files ?? []).map(([path]) => path))
    if (note) writeNote(root, slot, [])
  }
  return files
}

/** The others come later, if at all. */
function isUnpackedAtOnce(opened: Launch, slot: Slot): boolean {
  const wanted = isConfiguration(slot) || (isLasting(slot) && (isNeeded(opened, slot) || isSetUp(opened, slot)))
  return isNeverLate(opened, slot) || wanted
}

/** A setup command names it, in a package with several commands. */
function isSetUp({opened: {metadata}}: Launch, {target}: Slot): boolean {
  return metadata.commands !== undefined && metadata.setup.some((command) => isNamed(namedWords(command, metadata), target))
}

interface Unpacked {
  /** Files that are the user's to change. */
  readonly configuration: readonly string[]
  /** Keys of shared slots. */
  readonly shared: readonly string[]
}

async function unpackAll(
  launch: Launch,
  base: string,
  root: string,
  tree: DiskTree,
  slots: readonly Slot[],
  progress: Progress,
): Promise<Unpacked> {
  const copier = createCopier()
  const shared: string[] = []
  const configuration: string[] = []
  for (const slot of slots) {
    const unpack = (into: Tree) => unpackSlot(launch.opened, slot, into, decoders, progress.add)
    const key = isShared(slot) ? slotKey(slot.sha256 ?? '', slot.chain, targetPath(slot.target), slot.mode) : undefined
    const before = new Set(isConfiguration(slot) ? tree.files.keys() : [])
    let unpacked = true
    if (key === undefined) await unpack(tree)
    else {
      unpacked = await provideSlot(base, key, root, unpack)
      enterSlot(base, key, tree, copier)
      shared.push(key)
    }
    if (isConfiguration(slot)) configuration.push(...[...tree.files.keys()].filter((path) => !before.has(path)))
    tellSlot(launch, unpacked ? 'unpacked' : 'shared', slot)
  }
  return {configuration, shared}
}

function isShared(slot: Slot): boolean {
  return slot.exact?.shareable === true && isLasting(slot)
}

/** Its whole place; of a tree that has none of its own, nothing can be told apart. */
function removeVolatile(launch: Launch, root: string, slot: Slot): void {
  const target = confinedPath(targetPath(slot.target))
  if (target === '') return
  rmSync(`${root}/${target}`, {force: true, recursive: true})
  tellSlot(launch, 'removed', slot)
}

function writeOnce(path: string, bytes: Uint8Array): void {
  if (lstatSync(path, {throwIfNoEntry: false}) === undefined) writeFileSync(path, bytes, {flag: 'wx', mode: 0o644})
}

function linkData({log}: Launch, root: string, data: string | undefined): void {
  const path = `${root}/data`
  if (data === undefined || lstatSync(path, {throwIfNoEntry: false}) !== undefined) return
  symlinkSync(data, path)
  log?.tell('link', {path, target: data})
}
