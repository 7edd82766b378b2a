/**
 * Room in the memory of this machine, for copies that are gone in a moment: a disk makes and deletes a thousand files in the time in which
 * all else is done. Linux has such a place, `/dev/shm`; elsewhere there is none, and none is needed.
 *
 *   link ─▶ /dev/shm/flavour-<random>      made in this order, so that whoever finds the link of a killed one finds all that it has left
 *
 * What is removed by a link is only what can be such a room: a link may come from anybody.
 */
import {randomBytes} from 'node:crypto'
import {lstatSync, mkdirSync, readFileSync, readlinkSync, statfsSync, symlinkSync, unlinkSync} from 'node:fs'
import {dirname, join} from 'node:path'
import {removeTree} from '../workenv/remove-tree.ts'
import {ifThere} from './content.ts'

export interface Room {
  readonly directory: string
  /** How many it may take. */
  readonly bytes: number
}

/** Asked when it is needed; the same room each time, undefined where there is none. */
export type Memory = () => Room | undefined

const place = '/dev/shm'
/** `f_type` of statfs(2). */
const tmpfs = 0x01021994
const mostBytes = 1 << 26
const roomName = /^flavour-[0-9a-f]{24}$/

export function memoryBehind(link: string): Memory {
  let room: Room | undefined | null = null
  return () => {
    if (room === null) room = openRoom(link)
    return room
  }
}

function openRoom(link: string): Room | undefined {
  try {
    const bytes = freeBytes()
    if (bytes === 0) return undefined
    const directory = join(place, `flavour-${randomBytes(12).toString('hex')}`)
    symlinkSync(directory, link)
    mkdirSync(directory, 0o700)
    return {bytes, directory}
  } catch {
    return undefined
  }
}

/** A quarter of what is free, for we are not alone. Nothing where programs of a project could not be run. */
function freeBytes(): number {
  const {bavail, bsize, type} = statfsSync(place)
  return type === tmpfs && isExecutable() ? Math.min(mostBytes, (bavail * bsize) / 4) : 0
}

/** By proc(5): the fifth field is where a file system is mounted, the sixth how. */
function isExecutable(): boolean {
  const mounts = readFileSync('/proc/self/mountinfo', 'utf8').split('\n')
  const options = mounts.map((line) => line.split(' ')).findLast((fields) => fields[4] === place)?.[5]
  return options !== undefined && !options.split(',').includes('noexec')
}

/** Removes the room, and the link, where there are any; gives what is left where that may not be: nobody is held up by it. */
export function releaseMemory(link: string): string | undefined {
  let directory: string | undefined
  try {
    directory = ifThere(() => (lstatSync(link).isSymbolicLink() ? readlinkSync(link) : undefined))
    if (directory === undefined) return undefined
    if (isRoom(directory)) removeTree(directory)
    unlinkSync(link)
    return undefined
  } catch {
    return directory ?? link
  }
}

function isRoom(directory: string): boolean {
  const stat = ifThere(() => lstatSync(directory))
  return (
    dirname(directory) === place &&
    roomName.test(directory.slice(place.length + 1)) &&
    stat?.isDirectory() === true &&
    stat.uid === process.geteuid?.()
  )
}
