/** Reads off the first bytes of a program which platforms it was built for. */

const elf = 0x7f454c46
const machO64 = 0xcffaedfe
const machOUniversal = 0xcafebabe
const elfMachines: ReadonlyMap<number, string> = new Map([
  [0x3e, 'linux-x64'],
  [0xb7, 'linux-arm64'],
])
const machOProcessors: ReadonlyMap<number, string> = new Map([
  [0x01000007, 'darwin-x64'],
  [0x0100000c, 'darwin-arm64'],
])
const peMachines: ReadonlyMap<number, string> = new Map([
  [0x8664, 'win32-x64'],
  [0xaa64, 'win32-arm64'],
])

/** Undefined for scripts, and for whatever else says nothing of a platform. An unknown processor is named by its number. */
export function builtFor(head: Uint8Array): readonly string[] | undefined {
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength)
  if (view.byteLength < 20) return undefined
  const magic = view.getUint32(0)
  if (magic === elf) return [named(elfMachines, view.getUint16(18, view.getUint8(5) === 1), 'ELF')]
  if (magic === machO64) return [named(machOProcessors, view.getUint32(4, true), 'Mach-O')]
  if (magic === machOUniversal) return universal(view)
  return portableExecutable(view)
}

/** Java classes share this magic; they count their version where a universal program counts its processors. */
function universal(view: DataView): readonly string[] | undefined {
  const count = view.getUint32(4)
  if (count > 20 || 8 + 20 * count > view.byteLength) return undefined
  return Array.from({length: count}, (_, index) => named(machOProcessors, view.getUint32(8 + 20 * index), 'Mach-O'))
}

function portableExecutable(view: DataView): readonly string[] | undefined {
  if (view.getUint16(0) !== 0x4d5a || view.byteLength < 0x40) return undefined
  const header = view.getUint32(0x3c, true)
  if (header + 6 > view.byteLength || view.getUint32(header) !== 0x50450000) return undefined
  return [named(peMachines, view.getUint16(header + 4, true), 'PE')]
}

function named(names: ReadonlyMap<number, string>, code: number, format: string): string {
  return names.get(code) ?? `another platform (${format} processor 0x${code.toString(16)})`
}
