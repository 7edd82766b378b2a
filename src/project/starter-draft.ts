/** What one look at a project gives: everything that its first manifest says, before it is written down. */
export type ProjectKind = 'binary' | 'generic' | 'node' | 'python' | 'static'

export interface Draft {
  readonly kind: ProjectKind
  /** The file that gave it away, relative to the project. */
  readonly file: string
  /** The same in words: `package.json with bin`. */
  readonly sign: string
  /** Of two kinds of project in one directory the heavier counts: 2 speaks to flavor, 1 names a program, 0 has one by habit, -1 has none. */
  readonly weight: -1 | 0 | 1 | 2
  readonly name: string | undefined
  readonly version: string | undefined
  readonly description?: string | undefined
  /** Where `name` and `version` can stay, because a manifest takes them from there. */
  readonly inPackageJson?: boolean
  /** Words by name; `default` is there. */
  readonly commands: Readonly<Record<string, readonly string[]>>
  readonly commandNote?: string
  readonly env?: DraftEnv
  readonly slots: readonly DraftSlot[]
  /** Command lines to type before it can be packed. */
  readonly before?: readonly string[]
  /** Why: `target/release/crab is not built yet`. */
  readonly lacks?: string | undefined
}

export interface DraftEnv {
  readonly map?: Readonly<Record<string, string>>
  readonly pass?: readonly string[]
  readonly set?: Readonly<Record<string, string>>
  readonly unset?: readonly string[]
}

export interface DraftSlot {
  readonly id: string
  readonly purpose: string
  readonly source?: string
  readonly target?: string
  /** Globs. */
  readonly exclude?: readonly string[]
  readonly options?: Readonly<Record<string, unknown>>
  readonly note?: string
}

/** Undefined for a directory that is no such project. */
export type Look = (directory: string) => Promise<Draft | undefined>

/** Fit for a key of `commands`. */
export function isCommandName(name: string): boolean {
  return /^[a-z][a-z0-9-]{0,63}$/.test(name) && name !== 'default'
}
