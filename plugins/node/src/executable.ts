/** Reads off the first bytes of a library which platforms it was built for: ELF, Mach-O (also universal) and PE. */

const elfMachines: Readonly<Record<number, string>> = {62: 'linux-x64', 183: 'linux-arm64'}
const machOProcessors: Readonly<Record<number, string>> = {16777223: 'darwin-x64', 16777228: 'darwin-arm64'}
const peMachines: Readonly<Record<number, string>> = {34404: 'win32-x64', 43620: 'win32-arm64'}

export const headSize = 4096

/** Empty for what is none of them. An unknown processor is named by its number. */
export function builtFor(head: Uint8Array): readonly string[] {
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength)
  if (view.byteLength < 64) return []
  const magic = view.getUint32(0)
  if (magic === 0x7f454c46) return [named(elfMachines, view.getUint16(18, view.getUint8(5) === 1), 'ELF')]
  if (magic === 0xcffaedfe) return [named(machOProcessors, view.getUint32(4, true), 'Mach-O')]
  if (magic === 0xcafebabe) return universal(view)
  return view.getUint16(0) === 0x4d5a ? portableExecutable(view) : []
}

function universal(view: DataView): readonly string[] {
  const count = Math.min(view.getUint32(4), Math.floor((view.byteLength - 8) / 20))
  return Array.from({length: count}, (_, index) => named(machOProcessors, view.getUint32(8 + 20 * index), 'Mach-O'))
}

function portableExecutable(view: DataView): readonly string[] {
  const header = view.getUint32(0x3c, true)
  if (header + 6 > view.byteLength || view.getUint32(header) !== 0x50450000) return []
  return [named(peMachines, view.getUint16(header + 4, true), 'PE')]
}

function named(names: Readonly<Record<number, string>>, code: number, format: string): string {
  return names[code] ?? `another platform (${format} processor 0x${code.toString(16)})`
}
