/**
 * What all slots of a package put into one work environment, looked at together: two of them may share directories and
 * nothing else, none may take a place of the launcher's own, and no link may lead out. A launcher would find the same,
 * but on the user's machine.
 */
import {isReserved} from '../project/target.ts'
import {leadsInCircles, staysInside} from '../unpack/links.ts'
import {packErrors} from './errors.ts'
import type {PreparedSlot} from './slot-content.ts'
import type {TreeEntry} from './tree.ts'

interface Place {
  readonly entry: TreeEntry
  readonly slot: PreparedSlot
}

/** Throws FlavorError for the first thing that cannot be. */
export function requirePlaces(slots: readonly PreparedSlot[]): void {
  const places = slots.flatMap((slot) => slot.entries.map((entry) => ({entry, slot})))
  for (const {facts, entries} of slots.slice(1)) requireFree(facts.id, entries)
  refuseDoubles(places)
  refuseEscapes(places)
}

function requireFree(slot: string, entries: readonly TreeEntry[]): void {
  const taken = entries.find(({path}) => isReserved(firstName(path)))
  if (taken === undefined) return
  throw packErrors.slotProblem(slot, `it writes ${taken.path}, and flavor itself uses ${firstName(taken.path)} in each work environment`, [
    'give it another target',
  ])
}

function refuseDoubles(places: readonly Place[]): void {
  const seen = new Map<string, Place>()
  for (const place of places) {
    const other = seen.get(folded(place.entry.path))
    if (other === undefined) seen.set(folded(place.entry.path), place)
    else requireShared(place, other)
  }
  for (const place of places) refuseInside(place, seen)
}

/** Of two places that are one, at least to some systems. */
function requireShared(place: Place, other: Place): void {
  const {path} = place.entry
  if (path !== other.entry.path) throw packErrors.caseCollision(other.entry.source, place.entry.source)
  if (place.entry.kind !== 'directory' || other.entry.kind !== 'directory') throw double(place, path, other)
}

function refuseInside(place: Place, seen: ReadonlyMap<string, Place>): void {
  for (let path = above(folded(place.entry.path)); path !== ''; path = above(path)) {
    const other = seen.get(path)
    if (other && other.entry.kind !== 'directory') throw double(place, other.entry.path, other)
  }
}

function refuseEscapes(places: readonly Place[]): void {
  const links = new Map(places.flatMap(({entry}) => (entry.kind === 'symlink' ? [[entry.path, entry] as const] : [])))
  for (const {link, path, source} of links.values()) {
    const linkAt = (at: string): string | undefined => links.get(at)?.link
    if (staysInside(path, link, linkAt)) continue
    throw leadsInCircles(path, link, linkAt) ? packErrors.circularLink(source, link) : packErrors.escapingLink(source, link)
  }
}

function double({entry, slot}: Place, path: string, other: Place): Error {
  const inside = entry.path === path ? '' : ` to put ${entry.path} inside`
  return packErrors.slotProblem(slot.facts.id, `it writes ${path}${inside}, and so does slot ${other.slot.facts.id}`, [
    'give one of them another target',
  ])
}

/** As systems that ignore case, or compose letters, see a name. */
function folded(path: string): string {
  return path.normalize('NFC').toLowerCase()
}

function firstName(path: string): string {
  return path.split('/', 1)[0] ?? ''
}

function above(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')))
}
