/** A file that lists what a project depends on. Changing it gives its new text, in which every other byte is as it was. */

export interface Entry {
  /** As PEP 503 compares it. */
  readonly name: string
  /** The requirement, without comments and options. */
  readonly text: string
  readonly line: number
  /** Where the requirement stands in the text, with its quotes; undefined when it cannot be replaced as a whole. */
  readonly range: readonly [number, number] | undefined
}

export interface DependencyFile {
  readonly path: string
  readonly entries: readonly Entry[]
  added(requirement: string): string
  replaced(entry: Entry, requirement: string): string
  /** Undefined when nothing is left of a file that an addon has begun. */
  removed(entry: Entry): string | undefined
}

/** Replaces ranges of a text, which do not overlap. */
export function spliced(text: string, edits: readonly (readonly [start: number, end: number, fresh: string])[]): string {
  const later = edits.toSorted(([a], [b]) => b - a)
  return later.reduce((rest, [start, end, fresh]) => rest.slice(0, start) + fresh + rest.slice(end), text)
}

/** The first one that the text has. */
export function lineEnd(text: string): string {
  return /\r\n|\n/.exec(text)?.[0] ?? '\n'
}
