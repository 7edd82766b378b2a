/**
 * The bytes of a slot as they will be stored, made anew or, where compressing it is costly, taken from an earlier pack: kept in the build
 * cache by chain, levels, versions of the codecs and the SHA-256 of the content. Cheap ones are not kept: the SHA-256 has to be known
 * before, and that would cost more than it saves.
 */
import {createHash} from 'node:crypto'
import {statSync} from 'node:fs'
import {readFile, writeFile} from 'node:fs/promises'
import {setImmediate as breathe} from 'node:timers/promises'
import type {BuildCache} from '@flavor/contract'
import type {BuildCaches} from '../cache/build-cache.ts'
import type {SlotInput} from '../format/writer.ts'
import {codeOf} from '../unpack/system-error.ts'
import {type ChainStep, chainText} from './chain.ts'
import {fileDigest} from './digest.ts'
import {packErrors} from './errors.ts'
import {gather} from './gather.ts'
import {streamPlugin} from './plugin-code.ts'
import type {PreparedSlot} from './slot-content.ts'
import {through} from './transforms.ts'

/** A smaller one is compressed sooner than it is looked for. */
const smallestKept = 1024 * 1024

/** `seen` is told of each piece of content on its way in. */
export function storedStream(slot: PreparedSlot, seen: (bytes: number) => void, builds: BuildCaches): SlotInput {
  const {chain, facts, originalSize} = slot
  return {facts, originalSize: () => originalSize, stored: stored()}

  function stored(): SlotInput['stored'] {
    if (chain.every(({transform}) => transform === undefined)) return counted(slot.content(), seen)
    const worthKeeping = originalSize >= smallestKept && chain.some(({costly}) => costly)
    if (worthKeeping && builds.keeps()) return kept(slot, seen, builds.of('compressed-slots'))
    return compress(slot, counted(slot.content(), seen))
  }
}

function compress({chain, facts}: PreparedSlot, content: Iterable<Uint8Array>): AsyncIterable<Uint8Array> {
  const transforms = chain.flatMap(({transform}) => (transform ? [transform] : []))
  return streamPlugin(`slot ${facts.id}`, chainText(chain), () => through(content, transforms))
}

async function* kept(slot: PreparedSlot, seen: (bytes: number) => void, cache: BuildCache): AsyncGenerator<Uint8Array> {
  const sum = await digest(slot.content())
  let made = false
  const build = async (directory: string): Promise<void> => {
    made = true
    const content = summed(counted(slot.content(), seen))
    await writeFile(`${directory}/slot`, compress(slot, content.chunks))
    // Kept under the name of other content it would go into packages to come.
    if (content.sum() !== sum) throw packErrors.changed(`slot ${slot.facts.id}`)
    await writeFile(`${directory}/sha256`, await fileDigest(`${directory}/slot`))
  }
  const directory = await cache.entry(keyOf(slot.chain, sum), build).catch((error: unknown) => {
    if (!['EDQUOT', 'ENOSPC'].includes(codeOf(error) ?? '')) throw error
    return undefined
  })
  // What is damaged would be signed as it is.
  if (directory === undefined || !(made || (await isSound(directory)))) return yield* compress(slot, slot.content())
  if (!made) seen(slot.originalSize)
  yield* gather([{path: `${directory}/slot`, size: statSync(`${directory}/slot`).size}])
}

async function isSound(directory: string): Promise<boolean> {
  try {
    return (await readFile(`${directory}/sha256`, 'utf8')) === (await fileDigest(`${directory}/slot`))
  } catch {
    return false
  }
}

function keyOf(chain: readonly ChainStep[], sum: string): string {
  return JSON.stringify(['compressed slot', chain.map(({codec, level, operation}) => [operation, codec, level ?? null]), sum])
}

async function digest(content: Iterable<Uint8Array>): Promise<string> {
  const hash = createHash('sha256')
  for (const chunk of content) {
    hash.update(chunk)
    // A signal or a tick of the progress bar may be waiting.
    await breathe()
  }
  return hash.digest('hex')
}

function summed(content: Iterable<Uint8Array>): {readonly chunks: Iterable<Uint8Array>; readonly sum: () => string} {
  const hash = createHash('sha256')
  function* chunks(): Generator<Uint8Array> {
    for (const chunk of content) {
      hash.update(chunk)
      yield chunk
    }
  }
  return {chunks: chunks(), sum: () => hash.digest('hex')}
}

function* counted(content: Iterable<Uint8Array>, seen: (bytes: number) => void): Generator<Uint8Array> {
  for (const piece of content) {
    seen(piece.length)
    yield piece
  }
}
