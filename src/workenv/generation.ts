/**
 * Generations: built in their own final place under a name nobody else uses, published by one link, replaced by one
 * rename. Whoever loses the race deletes what it built and uses the winner's.
 */
import {
  closeSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs'
import {basename} from 'node:path'
import {codeOf, systemError} from '../unpack/system-error.ts'
import {holdLive, isHeld, makeLive} from './live.ts'
import {makeDirectory} from './make-directory.ts'
import {generationsOf, idOfGeneration, type Place} from './places.ts'
import {removeTree} from './remove-tree.ts'
import {livePath} from './stamp.ts'

export interface Generation {
  readonly path: string
  /** Descriptor of its FIFO, held open. */
  readonly live: number | undefined
}

/** Where the work environment's link points, or undefined. Not followed blindly: it must be a generation of that very id. */
export function currentGeneration({base, id, link}: Place): string | undefined {
  try {
    const name = /^\.gen\/([^/]+)$/.exec(readlinkSync(link))?.[1]
    return name !== undefined && idOfGeneration(name) === id ? `${generationsOf(base)}/${name}` : undefined
  } catch {
    return undefined
  }
}

/** Takes the current generation into use. After opening the FIFO the link is looked at again: it may have gone meanwhile. */
export function holdCurrent(place: Place): Generation | undefined {
  const path = currentGeneration(place)
  if (path === undefined) return undefined
  const live = holdLive(livePath(path))
  if (live !== undefined && currentGeneration(place) === path) return {live, path}
  if (live !== undefined) closeSync(live)
  return undefined
}

/** A new, empty generation. It gets its name when it is held already, so that no cleaning takes it for a leftover. */
export function createGeneration({base, id}: Place): Generation {
  try {
    makeDirectory(generationsOf(base), 0o700)
    const draft = mkdtempSync(`${generationsOf(base)}/new.`)
    mkdirSync(`${draft}/.flavor`, {mode: 0o755})
    makeLive(livePath(draft))
    const live = holdLive(livePath(draft))
    const path = `${generationsOf(base)}/${id}${draft.slice(draft.lastIndexOf('.'))}`
    renameSync(draft, path)
    return {live, path}
  } catch (error) {
    throw systemError(error, `make a directory in ${generationsOf(base)}`)
  }
}

/**
 * Makes a generation the work environment. `replaced` is the one found broken, if any. Gives the generation that is in
 * place afterwards; when that is another one, the caller's is deleted.
 */
export function publishGeneration(place: Place, built: Generation, replaced: string | undefined): Generation {
  for (;;) {
    if (tryPublish(place, built.path, replaced)) return built
    const winner = holdCurrent(place)
    if (winner && winner.path !== replaced) {
      discardGeneration(built)
      return winner
    }
  }
}

/** The text of the link to a generation. */
export function linkTarget(generation: string): string {
  return `.gen/${basename(generation)}`
}

function tryPublish(place: Place, path: string, replaced: string | undefined): boolean {
  const target = linkTarget(path)
  try {
    symlinkSync(target, place.link)
    return true
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw systemError(error, `make ${place.link}`)
  }
  const current = currentGeneration(place)
  if (current !== undefined && current !== replaced) return false
  const beside = `${place.link}.${basename(path).slice(place.id.length + 1)}`
  try {
    symlinkSync(target, beside)
    renameSync(beside, place.link)
  } catch (error) {
    rmSync(beside, {force: true})
    throw systemError(error, `replace ${place.link}`)
  }
  return true
}

export function discardGeneration(generation: Generation): void {
  releaseGeneration(generation)
  removeTree(generation.path)
}

/** Out of use again. */
export function releaseGeneration({live}: Generation): void {
  if (live !== undefined) closeSync(live)
}

/** True when this process is to build; false when another one seems to be at it. */
export function claimBuild({base, marker}: Place, generation: string): boolean {
  for (let attempt = 0; attempt < 3; attempt++) {
    try {
      placeMarker(marker, generation)
      return true
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw systemError(error, `make ${marker}`)
    }
    if (isBuilding(base, marker)) return false
    rmSync(marker, {force: true})
  }
  return true
}

/** Appears with its content at once, so that nobody reads half of it. */
function placeMarker(marker: string, generation: string): void {
  const draft = `${generation}/.flavor/marker`
  writeFileSync(draft, basename(generation), {mode: 0o600})
  try {
    linkSync(draft, marker)
  } catch (error) {
    if (codeOf(error) === 'EEXIST') throw error
    writeFileSync(marker, basename(generation), {flag: 'wx', mode: 0o600})
  } finally {
    unlinkSync(draft)
  }
}

/** A marker is as good as the generation it names: held, or left by a process that is gone. */
export function isBuilding(base: string, marker: string): boolean {
  try {
    const name = readFileSync(marker, 'utf8')
    return idOfGeneration(name) !== undefined && isHeld(livePath(`${generationsOf(base)}/${name}`))
  } catch {
    return false
  }
}

export function releaseBuild({marker}: Place, generation: string): void {
  try {
    if (readFileSync(marker, 'utf8') === basename(generation)) unlinkSync(marker)
  } catch {
    // Somebody took it for stale; that costs double work at most.
  }
}
