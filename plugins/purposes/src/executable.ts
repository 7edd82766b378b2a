/** Reads off the first bytes of a program which platforms it was built for, and what else it needs there. */

const elf = 0x7f454c46
const machO = [0xcffaedfe, 0xcefaedfe]
const machOUniversal = [0xcafebabe, 0xcafebabf]
/** Runs on several systems, though it looks like a program for Windows (Actually Portable Executable). */
const portableMark = 'MZqFpD'
const elfMachines: ReadonlyMap<number, string> = new Map([
  [0x03, 'linux-ia32'],
  [0x28, 'linux-arm'],
  [0x3e, 'linux-x64'],
  [0xb7, 'linux-arm64'],
  [0xf3, 'linux-riscv64'],
])
const machOProcessors: ReadonlyMap<number, string> = new Map([
  [0x00000007, 'darwin-ia32'],
  [0x01000007, 'darwin-x64'],
  [0x0100000c, 'darwin-arm64'],
])
const peMachines: ReadonlyMap<number, string> = new Map([
  [0x014c, 'win32-ia32'],
  [0x8664, 'win32-x64'],
  [0xaa64, 'win32-arm64'],
])
const freeBsd = 9
const programHeaderOfInterpreter = 3

/** Undefined for scripts, and for whatever else says nothing of a platform. An unknown processor is named by its number. */
export function builtFor(head: Uint8Array): readonly string[] | undefined {
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength)
  if (view.byteLength < 20 || startsWith(head, portableMark)) return undefined
  const magic = view.getUint32(0)
  if (magic === elf) return [elfPlatform(view)]
  if (machO.includes(magic)) return [named(machOProcessors, view.getUint32(4, true), 'Mach-O')]
  if (machOUniversal.includes(magic)) return universal(view, magic === machOUniversal[1] ? 32 : 20)
  return portableExecutable(view)
}

/** Does it at least say how it is to be run? */
export function isProgram(head: Uint8Array): boolean {
  return builtFor(head) !== undefined || isScript(head) || startsWith(head, portableMark)
}

export function isScript(head: Uint8Array): boolean {
  return startsWith(head, '#!')
}

/** What loads it before it runs: `/lib64/ld-linux-x86-64.so.2`. Undefined for static programs, and for those of other systems than Linux. */
export function interpreterOf(head: Uint8Array): string | undefined {
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength)
  if (view.byteLength < 64 || view.getUint32(0) !== elf || view.getUint8(4) !== 2 || view.getUint8(5) !== 1) return undefined
  const [first, size, count] = [Number(view.getBigUint64(0x20, true)), view.getUint16(0x36, true), view.getUint16(0x38, true)]
  for (let at = first; at < first + size * count && at + 56 <= view.byteLength; at += Math.max(size, 56)) {
    if (view.getUint32(at, true) !== programHeaderOfInterpreter) continue
    const [offset, length] = [Number(view.getBigUint64(at + 8, true)), Number(view.getBigUint64(at + 32, true))]
    return new TextDecoder().decode(head.subarray(offset, offset + length)).replace(/\0.*$/s, '')
  }
  return undefined
}

function elfPlatform(view: DataView): string {
  const little = view.getUint8(5) === 1
  const platform = named(elfMachines, view.getUint16(18, little), 'ELF')
  if (view.getUint8(7) === freeBsd) return platform.replace('linux', 'freebsd')
  // The same processor with short pointers is another platform.
  const short = view.getUint8(4) === 1 && /64$/.test(platform)
  return short ? `${platform} with 32-bit pointers` : platform
}

/** Java classes share this magic; they count their version where a universal program counts its processors. */
function universal(view: DataView, row: number): readonly string[] | undefined {
  const count = view.getUint32(4)
  if (count > 20 || 8 + row * count > view.byteLength) return undefined
  return Array.from({length: count}, (_, index) => named(machOProcessors, view.getUint32(8 + row * index), 'Mach-O'))
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

function startsWith(head: Uint8Array, text: string): boolean {
  return Buffer.from(head.buffer, head.byteOffset, Math.min(head.byteLength, text.length)).toString('latin1') === text
}
