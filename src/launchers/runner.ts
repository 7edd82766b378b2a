/** How programs of a target are started here: as they are, or by an emulator that is on the PATH. */
import {existsSync} from 'node:fs'
import {delimiter, join} from 'node:path'
import {thisSystem} from '../pack/image-target.ts'

export interface Runner {
  /** What stands before the program: `['qemu-aarch64-static']`. */
  readonly words: readonly string[]
  readonly env: Readonly<Record<string, string>>
  /** Emulators speak on stderr too. */
  readonly emulated: boolean
}

/** A runner, or why there is none. */
export function findRunner(target: string, scratch: string): Runner | string {
  if (target === thisSystem || (target === 'any-any' && process.platform !== 'win32')) return {emulated: false, env: {}, words: []}
  if (target === 'any-any') return 'it needs a Unix system'
  if (target === 'darwin-x64' && thisSystem === 'darwin-arm64') return {emulated: true, env: {}, words: ['arch', '-x86_64']}
  const emulators = process.platform === 'linux' ? (emulatorsOf[target] ?? []) : []
  const found = emulators.flatMap((name) => findProgram(name) ?? [])[0]
  if (found !== undefined) return {emulated: true, env: {WINEDEBUG: '-all,err+module', WINEPREFIX: join(scratch, 'wine')}, words: [found]}
  return emulators.length === 0 ? `this is ${thisSystem}` : `this is ${thisSystem}, and ${emulators[0]} is not on the PATH`
}

const emulatorsOf: Readonly<Record<string, readonly string[]>> = {
  'linux-arm64': ['qemu-aarch64-static', 'qemu-aarch64'],
  'linux-x64': ['qemu-x86_64-static', 'qemu-x86_64'],
  'win32-x64': ['wine64', 'wine', '/usr/lib/wine/wine64'],
}

function findProgram(name: string): string | undefined {
  const directories = name.startsWith('/') ? [''] : (process.env.PATH ?? '').split(delimiter)
  return directories.map((directory) => (directory === '' ? name : join(directory, name))).find((path) => existsSync(path))
}
