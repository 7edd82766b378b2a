/**
 * Slots that FlavorPack's launchers unpack as flavor's do: their chains, their content, and what becomes of it
 * (pspf-2025, 3 and 5.6).
 */
import {isTree, operationName} from '../../format/chain.ts'
import type {LifecycleName} from '../../format/registry.ts'
import type {Place} from '../../project/place.ts'
import type {Plan} from '../../project/plan.ts'
import type {PreparedSlot} from '../slot-content.ts'
import type {TreeEntry} from '../tree.ts'
import type {Problem} from './problem.ts'

/** Both launchers unpack everything at the first start and keep it; `cached` differs only where flavor has cleaned. */
const kept: readonly LifecycleName[] = ['cached', 'eager', 'persistent']

/** The Go launcher logs the first 16 bytes of each slot without asking whether there are as many. */
const fewest = 16

/** The Go launcher reads a slot in one call, which gives at most this much. */
const most = 2 ** 30

type Finding = Omit<Problem, 'place'> & {readonly key?: 'chain' | 'lifecycle' | 'target'}

/** `slots` begin with the one that flavor adds, which no manifest can make a problem. */
export function slotProblems(plan: Plan, slots: readonly PreparedSlot[]): readonly Problem[] {
  return slots
    .slice(1)
    .flatMap((slot, index) =>
      [...chainFindings(slot), ...lifecycleFindings(slot), ...environmentFindings(slot), ...contentFindings(slot)].map(
        ({hint, key, message}) => ({hint, message, place: placeOf(plan, index, key)}),
      ),
    )
}

/** What can only be known of compressed slots once they are written. */
export function sizeProblems(sizes: readonly number[]): readonly Problem[] {
  return sizes.slice(1).flatMap((size, index) => sizeFindings(size).map((finding) => ({...finding, place: ['slots', index]})))
}

/** The Rust launcher makes the directories first, and puts what it unpacked in the place of everything of that name. */
export function directoryProblems({directories}: Plan, slots: readonly PreparedSlot[]): readonly Problem[] {
  const entries = slots.flatMap((slot) => slot.entries)
  const [names, paths] = [new Set(tops(entries)), new Set(entries.map(({path}) => path))]
  return [...directories.entries()].flatMap(([index, {path}]) => {
    if (!names.has(top(path)) || paths.has(path)) return []
    const hint = `put an empty directory into the slot that makes ${top(path)}, or choose a place outside of it`
    return [{hint, message: "is inside what a slot makes, and FlavorPack's Rust launcher loses it", place: ['directories', index]}]
  })
}

function placeOf({slots}: Plan, index: number, key: Finding['key']): Place {
  const written = key === 'chain' ? slots[index]?.compression.key : key
  return ['slots', index, ...(written === undefined ? [] : [written])]
}

function chainFindings({chain}: PreparedSlot): readonly Finding[] {
  const [first, ...rest] = chain.map(({operation}) => operationName(operation)).filter((name, index) => name !== 'tar' || index > 0)
  if (first === undefined || (first === 'gzip' && rest.length === 0)) return []
  const names = chain.map(({operation}) => operationName(operation)).join(', ')
  return [{hint: 'use gzip or none', key: 'chain', message: `gives ${names}; FlavorPack's launchers undo gzip once, and nothing else`}]
}

function lifecycleFindings({facts: {lifecycle}}: PreparedSlot): readonly Finding[] {
  if (kept.includes(lifecycle)) return []
  const message = `is ${lifecycle}; FlavorPack's launchers unpack every slot at the first start and keep it`
  return [{hint: `use ${kept.join(' or ')}`, key: 'lifecycle', message}]
}

/** What a slot adds with placeholders would go to `workenv.env`, and its directories to `workenv.path`. */
function environmentFindings({environment: {path = [], set = {}}}: PreparedSlot): readonly Finding[] {
  const places = path.filter((directory) => directory !== 'bin').map((directory) => `${directory} first on PATH`)
  const values = Object.entries(set).flatMap(([name, value]) => (value.includes('{workenv}') ? [`${name} to ${value}`] : []))
  const hint = 'give it a purpose that sets nothing, such as application-code, and name its programs in full: {workenv}/…/bin/…'
  return [
    ...places.map((what) => ({hint, message: `puts ${what}, and FlavorPack's launchers know bin only`})),
    ...values.map((what) => ({hint, message: `sets ${what}, which FlavorPack's Go launcher does not fill in`})),
  ]
}

function contentFindings(slot: PreparedSlot): readonly Finding[] {
  const tree = isTree(slot.chain.map(({operation}) => operation))
  const stored = slot.chain.every(({transform}) => transform === undefined) ? sizeFindings(slot.originalSize) : []
  return [...stored, ...(tree ? treeFindings(slot) : fileFindings(slot))]
}

function sizeFindings(size: number): readonly Omit<Problem, 'place'>[] {
  if (size < fewest)
    return [{hint: 'compress it: compression: gzip', message: `stores ${size} bytes; FlavorPack's Go launcher fails below ${fewest}`}]
  if (size < most) return []
  return [
    {
      hint: 'divide it into several slots, or compress it',
      message: `stores ${size} bytes; FlavorPack's Go launcher reads less than ${most}`,
    },
  ]
}

// --- trees -----------------------------------------------------------------------------------------------------------

function treeFindings({entries}: PreparedSlot): readonly Finding[] {
  if (entries.length === 0) return [{hint: 'put a file into it', message: "is empty, which FlavorPack's Rust launcher takes for no tar"}]
  return [...entries.flatMap(entryFindings), ...flattened(entries)]
}

function entryFindings({kind, link, mode, path}: TreeEntry): readonly Finding[] {
  if (kind === 'symlink') {
    const hint = 'put a copy of what it leads to in its place, or leave it out with `exclude`'
    return [{hint, message: `has the link ${path} to ${link}, and FlavorPack's launchers know links to files of the same slot only`}]
  }
  if (kind === 'file' || (mode & 0o300) === 0o300) return []
  return [
    {
      hint: 'make it writable, or leave `modes: keep` out',
      message: `has ${path}, which FlavorPack's launchers cannot fill without its owner's w and x`,
    },
  ]
}

/** The Go launcher takes such names for its own, and moves what is inside to the root. */
function flattened(entries: readonly TreeEntry[]): readonly Finding[] {
  const names = tops(entries.filter(({path}) => path.includes('/'))).filter((name) => name.startsWith('slot_'))
  return names.map((name) => ({
    hint: 'rename it',
    key: 'target',
    message: `makes a directory ${name}, which FlavorPack's Go launcher takes apart`,
  }))
}

const top = (path: string): string => path.split('/', 1)[0] ?? ''

const tops = (entries: readonly TreeEntry[]): readonly string[] => [...new Set(entries.map(({path}) => top(path)))]

// --- files -----------------------------------------------------------------------------------------------------------

function fileFindings(slot: PreparedSlot): readonly Finding[] {
  const root =
    slot.facts.target === '.'
      ? [{hint: 'name the file: target: app.bin', key: 'target', message: 'is the work environment itself'} as const]
      : []
  if (!looksLikeTar(slot)) return root
  const hint = 'unpack it and name the directory, or compress it once more yourself'
  return [...root, {hint, message: "is a tar file, which FlavorPack's Go launcher unpacks"}]
}

function looksLikeTar(slot: PreparedSlot): boolean {
  for (const chunk of slot.content()) return Buffer.from(chunk.subarray(257, 262)).toString('latin1') === 'ustar'
  return false
}
