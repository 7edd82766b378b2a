/**
 * Finds the borders between zstd frames (RFC 8878, 3.1) without decoding anything.
 *
 * Node's decoder stops for good at the end of a frame and drops whatever else came in the same chunk, without a word.
 * When each chunk ends at a border at the latest, it goes on with the next frame. So input is cut here first; bytes
 * that begin no frame are refused here too.
 */

export interface FrameCutter {
  /** The same bytes, in chunks of which none crosses a border. Throws where a frame should begin and none does. */
  readonly cut: (chunk: Uint8Array) => readonly Uint8Array[]
  /** True at a border, once at least one frame has passed. */
  readonly isBetweenFrames: () => boolean
}

/** A stretch of a frame: gather its `size` bytes (`head`), or let them pass (`body`), then see what follows. */
interface Stretch {
  readonly kind: 'body' | 'head'
  readonly size: number
  readonly next: (bytes: Uint8Array) => Stretch
}

const magic = 0xfd2fb528
const skippableMagic = 0x184d2a50
const rleBlock = 1
const reservedBlock = 3

const border: Stretch = head(4, (bytes) => {
  const word = littleEndian(bytes)
  if (word === magic) return head(1, ([descriptor = 0]) => frame(descriptor))
  if ((word & ~0xf) === skippableMagic) return head(4, (size) => body(littleEndian(size), () => border))
  throw new Error('bytes that begin no zstd frame')
})

export function createFrameCutter(): FrameCutter {
  let stretch = border
  let passed = 0
  let gathered: number[] = []
  let seen = false

  /** Ends stretches that are complete, empty ones too. True when that ended a frame. */
  function advance(): boolean {
    while (passed === stretch.size) {
      stretch = stretch.next(Uint8Array.from(gathered))
      passed = 0
      gathered = []
      if (stretch === border) return true
    }
    return false
  }

  function cut(chunk: Uint8Array): readonly Uint8Array[] {
    const pieces: Uint8Array[] = []
    let start = 0
    for (let at = 0; at < chunk.length; ) {
      const end = Math.min(chunk.length, at + stretch.size - passed)
      if (stretch.kind === 'head') gathered.push(...chunk.subarray(at, end))
      passed += end - at
      at = end
      if (advance()) {
        pieces.push(chunk.subarray(start, at))
        start = at
        seen = true
      }
    }
    if (start < chunk.length) pieces.push(chunk.subarray(start))
    return pieces
  }

  return {cut, isBetweenFrames: () => seen && stretch === border && passed === 0}
}

/** What follows a frame's descriptor byte: window, dictionary and content size, then blocks. */
function frame(descriptor: number): Stretch {
  const singleSegment = (descriptor & 0x20) !== 0
  const sizeFlag = descriptor >> 6
  const window = singleSegment ? 0 : 1
  const dictionary = [0, 1, 2, 4][descriptor & 3] ?? 0
  const contentSize = sizeFlag === 0 ? Number(singleSegment) : 2 ** sizeFlag
  return body(window + dictionary + contentSize, () => block((descriptor & 4) !== 0))
}

function block(checksum: boolean): Stretch {
  return head(3, (bytes) => {
    const word = littleEndian(bytes)
    const type = (word >> 1) & 3
    if (type === reservedBlock) throw new Error('a zstd block of a reserved type')
    const last = (word & 1) !== 0
    return body(type === rleBlock ? 1 : word >> 3, () => (last ? body(checksum ? 4 : 0, () => border) : block(checksum)))
  })
}

function head(size: number, next: Stretch['next']): Stretch {
  return {kind: 'head', next, size}
}

function body(size: number, next: Stretch['next']): Stretch {
  return {kind: 'body', next, size}
}

function littleEndian(bytes: Uint8Array): number {
  return bytes.reduce((word, byte, index) => (word | (byte << (8 * index))) >>> 0, 0)
}
