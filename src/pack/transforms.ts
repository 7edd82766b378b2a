/** Content through compressors, one after the other, with what waits between them bounded. */
import type {Duplex} from 'node:stream'
import {pipeline} from 'node:stream/promises'

/** A transform that ended before it has taken everything would make a slot that nobody can unpack. */
export async function* through(content: Iterable<Uint8Array>, makers: readonly (() => Duplex)[]): AsyncGenerator<Uint8Array> {
  const transforms = makers.map((make) => make())
  const [first, last] = [transforms[0], transforms.at(-1)] as [Duplex, Duplex]
  let fed = false
  // Whoever reads the last transform hears of an error; one that comes when nobody reads any more is of no interest.
  for (const transform of transforms) transform.on('error', () => {})
  if (transforms.length > 1) pipeline(transforms).catch(() => {})
  feed(content, first).then(
    () => {
      fed = true
      first.end()
    },
    (error: Error) => {
      for (const transform of transforms) transform.destroy(error)
    },
  )
  try {
    yield* last
    if (!fed) throw new Error('it ended before it had taken all of the content')
  } finally {
    for (const transform of transforms) transform.destroy()
  }
}

/** One chunk at a time: the next one may overwrite it. */
async function feed(content: Iterable<Uint8Array>, first: Duplex): Promise<void> {
  for (const chunk of content) {
    await new Promise<void>((resolve, reject) => first.write(chunk, (error) => (error ? reject(error) : resolve())))
  }
}
