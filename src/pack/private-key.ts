/**
 * Finds private keys in what is being packed. A key counts when it stands there as a PEM file would: the BEGIN line at
 * the start of a line, and base64 or a header on the next. So source code that only mentions such a line does not.
 */
// Short enough for the fast search, which finds nothing in a gigabyte within a tenth of a second.
const begin = Buffer.from('BEGIN ')
const dashes = 5
const shape = /(?:^|\n)-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----[ \t]*\r?\n(?:[A-Za-z0-9+/=]{16,}|[A-Za-z-]+: )/
/** More than a BEGIN line and the start of the next. */
const enough = 160

/** Fed with a file's chunks in order; true from the chunk on in which a key was seen. */
export function keyScanner(): (chunk: Uint8Array) => boolean {
  let carried = Buffer.alloc(0)
  let found = false
  return (chunk) => {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)
    // What crosses from chunk to chunk is looked at in a copy of its own, so that no chunk is copied whole.
    const seam = Buffer.concat([carried, bytes.subarray(0, enough)])
    found ||= holdsKey(seam) || holdsKey(bytes)
    carried = Buffer.concat([carried, bytes.subarray(-enough)]).subarray(-enough)
    return found
  }
}

function holdsKey(bytes: Buffer): boolean {
  for (let at = bytes.indexOf(begin); at !== -1; at = bytes.indexOf(begin, at + 1)) {
    if (shape.test(bytes.toString('latin1', Math.max(0, at - dashes - 1), at + enough))) return true
  }
  return false
}
