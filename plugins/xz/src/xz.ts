/**
 * xz, written by the Rust library lzma-rust2 as a prebuilt binary for each system, and read by WebAssembly.
 *
 * Writing gives one stream of one block with a CRC-64. Memory follows the level: about 100 MB at 6, 700 MB at 9. The binary is loaded when
 * something is compressed, not before: packages can be read where there is none.
 */
import {createRequire} from 'node:module'
import {Transform} from 'node:stream'
import type {Compressor} from '@flavor/contract'
import {decompress} from './read.ts'

const packageName = '@napi-rs/lzma'
/** As pinned in package.json; a test holds them together. */
const packageVersion = '1.5.3'

interface Encoder {
  update(chunk: Uint8Array): Uint8Array
  finish(): Promise<Uint8Array>
}

interface Library {
  readonly Compressor: new (options: {readonly preset: number}) => Encoder
}

function compress({level}: {readonly level: number}): Transform {
  const encoder = new (loadLibrary().Compressor)({preset: level})
  return new Transform({
    flush(done) {
      encoder.finish().then((rest) => done(null, rest), done)
    },
    transform(chunk: Uint8Array, _encoding, done) {
      try {
        done(null, encoder.update(chunk))
      } catch (error) {
        done(error as Error)
      }
    },
  })
}

function loadLibrary(): Library {
  try {
    return createRequire(import.meta.url)(`${packageName}/xz`) as Library
  } catch (error) {
    const {arch, platform, version} = process
    throw new Error(`${packageName} ${packageVersion} has no binary for Node ${version} on ${platform}-${arch}`, {cause: error})
  }
}

const xz: Compressor = {compress, decompress, version: `${packageName} ${packageVersion}`}

export default xz
