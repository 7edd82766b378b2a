/** How much room work environments take together. Each knows the size of all its files; what several of them share is on the disk once. */
import {lstatSync, readdirSync} from 'node:fs'
import {slotsOf} from './places.ts'

export interface Tenant {
  /** Bytes of its regular files. */
  readonly size: number
  /** Keys of the shared slots in it. */
  readonly shared: readonly string[]
}

export interface Room {
  bytes(): number
  /** Without one of them; what others share with it stays. */
  leave(tenant: Tenant): void
}

export function roomOf(base: string, tenants: readonly Tenant[]): Room {
  const sizes = new Map<string, number>()
  const users = new Map<string, number>()
  const sizeOf = (key: string): number => {
    const size = sizes.get(key) ?? sizeBelow(`${slotsOf(base)}/${key}/tree`)
    sizes.set(key, size)
    return size
  }
  let bytes = 0
  for (const {shared, size} of tenants) {
    bytes += size
    for (const key of shared) {
      const before = users.get(key) ?? 0
      users.set(key, before + 1)
      if (before > 0) bytes -= sizeOf(key)
    }
  }
  return {
    bytes: () => bytes,
    leave({shared, size}) {
      bytes -= size
      for (const key of shared) {
        const left = (users.get(key) ?? 1) - 1
        users.set(key, left)
        if (left > 0) bytes += sizeOf(key)
      }
    },
  }
}

function sizeBelow(path: string): number {
  const stat = lstatSync(path, {throwIfNoEntry: false})
  if (!stat?.isDirectory()) return stat?.isFile() ? stat.size : 0
  return readdirSync(path).reduce((sum, name) => sum + sizeBelow(`${path}/${name}`), 0)
}
