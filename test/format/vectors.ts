/** The vectors of `format/`, read as any implementation would read them: nothing here knows how they were made. */
import {readdirSync, readFileSync} from 'node:fs'
import {join, relative} from 'node:path'
import {fileURLToPath} from 'node:url'

const root = new URL('../../format/vectors/', import.meta.url)
const json = <T>(path: string): T => JSON.parse(readFileSync(new URL(path, root), 'utf8')) as T

export interface Expectation {
  readonly accept: boolean
  readonly code?: string
  readonly exit?: number
}

export interface GoodVector extends Expectation {
  readonly name: string
  readonly bytes: Uint8Array
  readonly exact: boolean
  readonly key: string
  readonly metadataSha256: string
  readonly regions: readonly (readonly [string, number, number])[]
  readonly sha256: string
  readonly slots: readonly Record<string, unknown>[]
  readonly withKey?: Expectation & {readonly key: string}
}

interface Edit {
  readonly at: number
  readonly insert: string
  readonly remove: number
  readonly repeat?: number
}

export interface Mutation extends Expectation {
  readonly name: string
  readonly base: string
  readonly stage?: 'content' | 'extract'
  readonly cuts?: readonly number[]
  readonly edits?: readonly Edit[]
  readonly flips?: readonly (readonly [number, number])[]
}

export const mutations = json<{readonly mutations: readonly Mutation[]}>('mutations.json').mutations

// biome-ignore lint/suspicious/noExplicitAny: a table of many shapes, each used by one test
export const values = json<Record<string, readonly any[]>>('values.json')

export const goodVectors: readonly GoodVector[] = readdirSync(root, {withFileTypes: true})
  .filter((entry) => entry.isDirectory())
  .map(({name}) => ({...json<Omit<GoodVector, 'bytes' | 'name'>>(`${name}/expect.json`), bytes: packageBytes(name), name}))

export function packageBytes(name: string): Uint8Array {
  return new Uint8Array(readFileSync(new URL(`${name}/package.pspf`, root)))
}

/** Every file of the vectors, by its path. */
export function committedFiles(): ReadonlyMap<string, Uint8Array> {
  const directory = fileURLToPath(root)
  const files = readdirSync(directory, {recursive: true, withFileTypes: true}).filter((entry) => entry.isFile())
  return new Map(
    files.map(({name, parentPath}) => {
      const path = join(parentPath, name)
      return [relative(directory, path), new Uint8Array(readFileSync(path))]
    }),
  )
}

/** The mutants of one entry: one for its edits, or one for each cut, or one for each byte in its flips. */
export function* mutants({base, cuts = [], edits, flips = []}: Mutation): Generator<Uint8Array> {
  const bytes = packageBytes(base)
  if (edits) yield applyEdits(bytes, edits)
  for (const length of cuts) yield bytes.slice(0, length)
  for (const [from, to] of flips) {
    for (let at = from; at < to; at++) {
      const flipped = bytes.slice()
      flipped[at] = (flipped[at] as number) ^ 1
      yield flipped
    }
  }
}

function applyEdits(bytes: Uint8Array, edits: readonly Edit[]): Uint8Array {
  const parts: Uint8Array[] = []
  let done = 0
  for (const {at, insert, remove, repeat = 1} of edits) {
    parts.push(bytes.subarray(done, at), Buffer.from(insert.repeat(repeat), 'hex'))
    done = at + remove
  }
  return new Uint8Array(Buffer.concat([...parts, bytes.subarray(done)]))
}
