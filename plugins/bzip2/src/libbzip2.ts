/**
 * libbzip2 itself, as WebAssembly. Of the package `bzip2-wasm` only the compiled library is used: the JavaScript around it would put
 * `require` and `__dirname` among the globals of the process.
 */
import {readFileSync} from 'node:fs'
import {createRequire} from 'node:module'

interface Exports {
  readonly memory: WebAssembly.Memory
  readonly __wasm_call_ctors: () => void
  readonly emscripten_stack_init: () => void
  readonly malloc: (size: number) => number
  readonly free: (pointer: number) => void
  readonly BZ2_bzBuffToBuffCompress: (
    to: number,
    toLength: number,
    from: number,
    length: number,
    blockSize: number,
    verbosity: number,
    workFactor: number,
  ) => number
}

const pageSize = 65_536
/** libbzip2's own default: how soon it gives up on data that repeats itself. */
const workFactor = 30

const library = load()

/** One whole bzip2 stream. `level` is the size of its blocks, in hundreds of kilobytes. */
export function compressWhole(bytes: Uint8Array, level: number): Uint8Array {
  const room = Math.ceil(bytes.length * 1.01) + 600
  const from = allocate(bytes.length)
  const to = allocate(room)
  const length = allocate(4)
  try {
    new Uint8Array(library.memory.buffer).set(bytes, from)
    new DataView(library.memory.buffer).setUint32(length, room, true)
    const result = library.BZ2_bzBuffToBuffCompress(to, length, from, bytes.length, level, 0, workFactor)
    if (result !== 0) throw new Error(`libbzip2 says ${result}`)
    return new Uint8Array(library.memory.buffer, to, new DataView(library.memory.buffer).getUint32(length, true)).slice()
  } finally {
    for (const pointer of [from, to, length]) library.free(pointer)
  }
}

function allocate(size: number): number {
  const pointer = library.malloc(Math.max(1, size))
  if (pointer === 0) throw new Error(`no memory for ${size} bytes`)
  return pointer
}

function load(): Exports {
  const file = createRequire(import.meta.url).resolve('bzip2-wasm/bzip2-1.0.8/bzip2.wasm')
  const {exports} = new WebAssembly.Instance(new WebAssembly.Module(readFileSync(file)), {
    env: {
      emscripten_memcpy_big: (to: number, from: number, size: number) => new Uint8Array(memory().buffer).copyWithin(to, from, from + size),
      emscripten_resize_heap: (size: number) => grow(memory(), size),
      exit: refuse,
    },
    wasi_snapshot_preview1: {fd_close: refuse, fd_seek: refuse, fd_write: refuse},
  })
  const loaded = exports as unknown as Exports
  const memory = (): WebAssembly.Memory => loaded.memory
  loaded.emscripten_stack_init()
  loaded.__wasm_call_ctors()
  return loaded
}

function grow(memory: WebAssembly.Memory, size: number): number {
  try {
    memory.grow(Math.ceil((size - memory.buffer.byteLength) / pageSize))
    return 1
  } catch {
    return 0
  }
}

/** It writes nothing but complaints about itself. */
function refuse(): never {
  throw new Error('libbzip2 has failed')
}
