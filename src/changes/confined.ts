/** Looks below a root, and through no link: a path that leads through one names nothing. */
import {lstatSync, type Stats} from 'node:fs'
import {join} from 'node:path'
import {ifThere} from './content.ts'
import {ancestors} from './paths.ts'

export function statBelow(root: string, path: string): Stats | undefined {
  return isConfined(root, path) ? ifThere(() => lstatSync(join(root, path))) : undefined
}

/** Are all directories above a path there, and none of them a link? */
export function isConfined(root: string, path: string): boolean {
  return ancestors(path).every((parent) => ifThere(() => lstatSync(join(root, parent)))?.isDirectory())
}

export function directoryBelow(root: string, path: string): Stats | undefined {
  const stat = statBelow(root, path)
  return stat?.isDirectory() ? stat : undefined
}
