/**
 * Slots that came into a generation after its stamp. Each has a note, `.flavor/late-<index>`, which goes together with
 * the slot and says lifecycle and target: `cached app/cache`. Notes of older launchers are empty, and say nothing here.
 */
import {readdirSync, readFileSync} from 'node:fs'

export interface LateNote {
  /** Its own path. */
  readonly note: string
  readonly lifecycle: string
  /** Relative to the generation. */
  readonly target: string
}

export function lateNotes(generation: string): readonly LateNote[] {
  const own = `${generation}/.flavor`
  return namesIn(own).flatMap((name) => (/^late-\d+$/.test(name) ? readNote(`${own}/${name}`) : []))
}

function readNote(note: string): readonly LateNote[] {
  const [, lifecycle, target] = /^([a-z]+) (.+)\n$/s.exec(text(note)) ?? []
  return lifecycle === undefined || target === undefined ? [] : [{lifecycle, note, target}]
}

function text(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

function namesIn(directory: string): readonly string[] {
  try {
    return readdirSync(directory)
  } catch {
    return []
  }
}
