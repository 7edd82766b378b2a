/**
 * Why a file without a trailer at its end is no package: was it signed afterwards, was something else appended, or was it
 * never one? The answers are for people. A trailer that is found elsewhere is not used (SPEC.md, 1).
 */
import {type ByteSource, equalBytes, isZero} from './bytes.ts'
import {type Executable, type Extent, readExecutable} from './code-signature.ts'
import {PackageError} from './errors.ts'
import {endMark, startMark, trailerSize} from './registry.ts'

export function notAPackage(source: ByteSource): PackageError {
  const executable = readExecutable(source)
  const signature = executable?.signature
  if (executable && signature && trailerBelow(source, signature)) return signedAfterwards(executable)
  const appended = bytesBehindTrailer(source)
  if (appended !== undefined) return somethingAppended(appended)
  if (executable) return plainExecutable(executable)
  return new PackageError('EFLAVOR_NOT_A_PACKAGE', 'no package trailer at the end of the file: it is not a package, or it was cut short')
}

const mostZeros = 15

/** The signature ends the file, and directly below it, zero bytes aside, stands a trailer. */
function trailerBelow(source: ByteSource, {offset, size}: Extent): boolean {
  if (offset + size !== source.size || offset < trailerSize + mostZeros) return false
  const start = offset - mostZeros - trailerSize
  const tail = source.read(start, mostZeros + trailerSize)
  return Array.from({length: mostZeros + 1}, (_, zeros) => tail.length - zeros).some(
    (end) => isZero(tail.subarray(end)) && isTrailer(tail.subarray(end - trailerSize, end)),
  )
}

function isTrailer(bytes: Uint8Array): boolean {
  return equalBytes(bytes.subarray(0, startMark.length), startMark) && equalBytes(bytes.subarray(-endMark.length), endMark)
}

const searched = 1024 * 1024

/** How many, where there is a trailer not far from the end. */
function bytesBehindTrailer(source: ByteSource): number | undefined {
  const start = Math.max(0, source.size - searched)
  const tail = Buffer.from(source.read(start, source.size - start))
  for (let at = tail.lastIndexOf(endMark); at >= 0; at = at === 0 ? -1 : tail.lastIndexOf(endMark, at - 1)) {
    const end = at + endMark.length
    if (end >= trailerSize && end < tail.length && isTrailer(tail.subarray(end - trailerSize, end))) return tail.length - end
  }
  return undefined
}

function signedAfterwards({format}: Executable): PackageError {
  const what = format === 'PE' ? 'a Windows certificate table' : 'a macOS code signature'
  return new PackageError('EFLAVOR_NOT_A_PACKAGE', `${what} stands behind the package trailer: the package was signed after it was made`, {
    hint: 'pack it again and leave the result as it is; what needs such a signature can have it on the launcher, before packing',
  })
}

function somethingAppended(count: number): PackageError {
  const what = count === 1 ? 'a byte stands' : `${count} bytes stand`
  return new PackageError('EFLAVOR_NOT_A_PACKAGE', `${what} behind the package trailer: something was appended to the package`, {
    hint: 'get the file again from where it came',
  })
}

function plainExecutable({format, signature}: Executable): PackageError {
  const what = format === 'PE' ? 'a Windows executable (PE)' : 'a macOS executable (Mach-O)'
  const message = `the file is ${what}${signature ? ' with a code signature' : ''} and holds no package`
  return new PackageError('EFLAVOR_NOT_A_PACKAGE', message, {hint: 'flavor init shows how to make a package of a program'})
}
