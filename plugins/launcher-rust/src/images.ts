/**
 * The images that are there: `images/<target>/<program>`, with `.exe` for Windows. One counts when a release has pinned its
 * SHA-256 (`pins.ts`, part of the code), or when a build has recorded it beside it (`image.json`). Whoever chooses goes by
 * size, so that choosing reads no image; whoever opens one hashes it.
 *
 * This file is the same in the plugins of the Rust and the Go launcher, which know nothing of each other; a test compares.
 */
import {createHash} from 'node:crypto'
import {chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync} from 'node:fs'
import {fileURLToPath} from 'node:url'
import type {ImageFacts} from '@flavor/contract'
import {pins} from './pins.ts'
import {launcher, program} from './program.ts'

/** What a build leaves beside an image. */
export interface BuildRecord {
  readonly sha256: string
  readonly size: number
  readonly toolchain: string
  /** SHA-256 of all that it was built from; equal sources and toolchain need no other build. */
  readonly sources: string
}

const directory = fileURLToPath(new URL('../images/', import.meta.url))
const isTarget = (word: string): boolean => /^[a-z0-9]+-[a-z0-9]+$/.test(word)
const fileOf = (target: string): string => `${directory}${target}/${program}${target.startsWith('win32-') ? '.exe' : ''}`
const recordOf = (target: string): string => `${directory}${target}/image.json`

/** Sorted by target. */
export function listImages(): readonly ImageFacts[] {
  const targets = existsSync(directory) ? readdirSync(directory).sort() : []
  return targets.flatMap((target) => findImage(target) ?? [])
}

export function findImage(target: string): ImageFacts | undefined {
  if (!isTarget(target)) return undefined
  const size = statSync(fileOf(target), {throwIfNoEntry: false})?.size
  const known = [built(target), pinned(target)].flatMap((facts) => facts ?? [])
  return known.find((facts) => facts.size === size)
}

/** Throws where there is none, or where it is not the one that was pinned or recorded. */
export function readImage(target: string): {readonly bytes: Buffer; readonly sha256: string} {
  const again = `flavor launchers build --lang ${launcher} --target ${target} --force`
  const there = listImages().map((image) => image.target)
  if (!isTarget(target) || !existsSync(fileOf(target))) throw new Error(`no image for ${target}; there are ${there.join(', ') || 'none'}`)
  const bytes = readFileSync(fileOf(target))
  const sha256 = hash(bytes)
  if (![pinned(target), built(target)].some((facts) => facts?.sha256 === sha256))
    throw new Error(`the image for ${target} is neither a release's nor the one that was built here (SHA-256 ${sha256}): ${again}`)
  return {bytes, sha256}
}

/** Puts a program that a build has made in its place, and records it. */
export function storeImage(target: string, from: string, facts: Pick<BuildRecord, 'sources' | 'toolchain'>): ImageFacts {
  const bytes = readFileSync(from)
  const record: BuildRecord = {sha256: hash(bytes), size: bytes.length, ...facts}
  mkdirSync(`${directory}${target}`, {recursive: true})
  writeFileSync(`${fileOf(target)}.new`, bytes)
  chmodSync(`${fileOf(target)}.new`, 0o755)
  renameSync(`${fileOf(target)}.new`, fileOf(target))
  writeFileSync(recordOf(target), `${JSON.stringify(record, null, 2)}\n`)
  return findImage(target) as ImageFacts
}

/** The image, if it was built from these sources by this toolchain and lies there untouched. */
export function freshImage(target: string, {sources, toolchain}: Pick<BuildRecord, 'sources' | 'toolchain'>): ImageFacts | undefined {
  const record = readRecord(target)
  if (record?.sources !== sources || record.toolchain !== toolchain || !existsSync(fileOf(target))) return undefined
  return hash(readFileSync(fileOf(target))) === record.sha256 ? findImage(target) : undefined
}

/** Deletes what builds have put here. */
export function removeBuilt(): readonly ImageFacts[] {
  const removed = listImages().filter(({origin}) => origin === 'built')
  for (const {target} of removed) rmSync(`${directory}${target}`, {recursive: true})
  return removed
}

function pinned(target: string): ImageFacts | undefined {
  const pin = Object.hasOwn(pins, target) ? pins[target] : undefined
  if (pin === undefined) return undefined
  const record = readRecord(target)
  return {...pin, origin: 'pinned', target, ...(record?.sha256 === pin.sha256 ? {toolchain: record.toolchain} : {})}
}

function built(target: string): ImageFacts | undefined {
  const record = readRecord(target)
  if (record === undefined) return undefined
  const {sha256, size, toolchain} = record
  return sha256 === pinned(target)?.sha256 ? undefined : {origin: 'built', sha256, size, target, toolchain}
}

function readRecord(target: string): BuildRecord | undefined {
  try {
    const record = JSON.parse(readFileSync(recordOf(target), 'utf8'))
    return typeof record.sha256 === 'string' && typeof record.size === 'number' && typeof record.toolchain === 'string' ? record : undefined
  } catch {
    return undefined
  }
}

const hash = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')
