/**
 * Slots that came into a generation after its stamp. Each has a note, `.flavor/late-<index>`, which goes together with
 * the slot and says lifecycle and target, `cached app/cache`, and in a second line which files it brought, how large each
 * is. What a power cut has damaged loses its note, and so comes again when it is needed.
 */
import {existsSync, readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {type FileList, haveSizes} from './stamp.ts'

export interface LateNote {
  /** Its own path. */
  readonly note: string
  readonly lifecycle: string
  /** Relative to the generation. */
  readonly target: string
  readonly files: FileList
}

export function notePath(generation: string, index: number): string {
  return `${generation}/.flavor/late-${index}`
}

/** Those that can be read. */
export function lateNotes(generation: string): readonly LateNote[] {
  return notePaths(generation).flatMap((note) => readNote(note) ?? [])
}

export function writeLateNote({files, lifecycle, note, target}: LateNote): void {
  writeFileSync(note, `${lifecycle} ${target}\n${JSON.stringify(files)}\n`)
}

/** False when a note that has to go cannot. What is not there at all was dropped, and is no damage. */
export function forgetDamagedSlots(generation: string): boolean {
  try {
    for (const path of notePaths(generation)) if (!isSound(generation, readNote(path))) rmSync(path, {force: true})
    return true
  } catch {
    return false
  }
}

function isSound(generation: string, note: LateNote | undefined): boolean {
  try {
    return note !== undefined && (!existsSync(`${generation}/${note.target}`) || haveSizes(note.files, generation))
  } catch {
    return false
  }
}

/** Undefined when it cannot be read. */
export function readNote(note: string): LateNote | undefined {
  try {
    const [, lifecycle, target, files] = /^([a-z]+) (.+)\n(\[.*\])\n$/s.exec(readFileSync(note, 'utf8')) ?? []
    if (lifecycle === undefined || target === undefined || files === undefined) return undefined
    return {files: JSON.parse(files) as FileList, lifecycle, note, target}
  } catch {
    return undefined
  }
}

function notePaths(generation: string): readonly string[] {
  const own = `${generation}/.flavor`
  return namesIn(own).flatMap((name) => (/^late-\d+$/.test(name) ? [`${own}/${name}`] : []))
}

function namesIn(directory: string): readonly string[] {
  try {
    return readdirSync(directory)
  } catch {
    return []
  }
}
