/**
 * The build cache: what is costly to make while packing is made once and kept under a key, below `builds/` in the base directory. A key is
 * text that says all the content depends on; equal keys, equal content.
 *
 *   entry(key) ─▶ there? its directory : a draft ─▶ build ─▶ the entry, by one rename
 *
 * An entry is whole or not there: a build that fails takes its draft along, and a draft whose builder was killed goes with the next build,
 * as does what was not used for a month. Two who build under one key at once build twice; the first to finish wins. What was given out stays
 * until `close`, whoever cleans meanwhile. Where no base directory can be written to, or none is wanted, everything is built in scratch
 * directories, and nothing is kept.
 */
import {lstatSync} from 'node:fs'
import type {BuildCache} from '@flavor/contract'
import {undoIfEnded} from '../leftovers.ts'
import {makeDirectory} from '../workenv/make-directory.ts'
import {buildsOf} from '../workenv/places.ts'
import {cleanBuilds, longestIdle} from './cleaning.ts'
import {abandon, contentOf, createDraft, entryPath, type Held, holdEntry, publish, release} from './entry.ts'

export interface BuildCaches {
  /** The cache of one kind of content, such as a purpose's id: a file name. */
  of(kind: string): BuildCache
  /** False where nothing outlives this run. */
  keeps(): boolean
  /** Nothing that was given out is needed any more. */
  close(): void
}

export interface BuildPlaces {
  /** The base directory; undefined when there is none. Asked when it is first needed. */
  base(): string | undefined
  /** A new empty directory that somebody else removes. */
  scratch(): Promise<string>
}

type Build = (directory: string) => Promise<void>

export function openBuildCaches({base, scratch}: BuildPlaces): BuildCaches {
  const held: Held[] = []
  const known = new Map<string, Promise<string>>()
  let root: {readonly base: string | undefined} | undefined
  const usableBase = (): string | undefined => {
    root ??= {base: usable(base())}
    return root.base
  }
  const make = async (kind: string, key: string, build: Build): Promise<string> => {
    const place = usableBase()
    const entry = place === undefined ? undefined : await provide(place, kind, key, build)
    if (entry === undefined) return inScratch(await scratch(), build)
    held.push(entry)
    return contentOf(entry)
  }
  return {
    close: () => held.splice(0).forEach(release),
    keeps: () => usableBase() !== undefined,
    of: (kind) => ({
      // Whoever asks for the same again in this run gets the same, in scratch directories as well.
      entry: (key, build) => remember(known, `${kind}\0${key}`, () => make(kind, key, build)),
    }),
  }
}

function remember(known: Map<string, Promise<string>>, name: string, make: () => Promise<string>): Promise<string> {
  const before = known.get(name)
  if (before) return before
  const made = make()
  known.set(name, made)
  made.catch(() => known.delete(name))
  return made
}

/** Undefined when no draft can be made there. */
async function provide(base: string, kind: string, key: string, build: Build): Promise<Held | undefined> {
  const path = entryPath(base, kind, key)
  const found = holdEntry(path)
  if (found) return found
  cleanBuilds(base, {idle: longestIdle})
  const draft = tryDraft(`${buildsOf(base)}/${kind}`)
  return draft && buildIn(draft, path, build)
}

async function buildIn(draft: Held, path: string, build: Build): Promise<Held> {
  const done = undoIfEnded(() => abandon(draft))
  try {
    await build(contentOf(draft))
    return publish(draft, path)
  } catch (error) {
    abandon(draft)
    throw error
  } finally {
    done()
  }
}

async function inScratch(directory: string, build: Build): Promise<string> {
  await build(directory)
  return directory
}

function tryDraft(directory: string): Held | undefined {
  try {
    return createDraft(directory)
  } catch {
    return undefined
  }
}

/** What is built here will be signed: so nobody else may be able to write there. */
function usable(base: string | undefined): string | undefined {
  if (base === undefined) return undefined
  try {
    makeDirectory(buildsOf(base), 0o700)
    const stat = lstatSync(buildsOf(base))
    const own = process.platform === 'win32' || ((stat.uid === 0 || stat.uid === process.geteuid?.()) && (stat.mode & 0o022) === 0)
    return stat.isDirectory() && own ? base : undefined
  } catch {
    return undefined
  }
}
