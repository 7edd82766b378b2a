/**
 * What a manifest means, once everything about it has been read, checked and filled in. A plan is deeply frozen, has no
 * optional members (a choice left to the purpose or the launcher is an explicit `undefined`), and its paths are
 * absolute. Whoever holds a plan never asks how the manifest was written.
 */
import type {Kind} from '@flavor/contract'
import type {Rotation, RuntimeEnvironment} from '../format/metadata.ts'
import type {LifecycleName} from '../format/registry.ts'
import type {Place} from './place.ts'

/** A place in a manifest. Line and column count from 1; undefined where the file's language does not tell (JavaScript). */
export interface Position {
  /** Absolute. */
  readonly file: string
  readonly line: number | undefined
  readonly column: number | undefined
}

/** One thing wrong with a manifest, where it stands, and what to write instead. */
export interface ManifestProblem {
  readonly at: Position
  /** `slots[0].purpose`; empty for the whole file. */
  readonly path: string
  /** Lower case, no full stop. */
  readonly message: string
  readonly hint: string | undefined
}

/** Tools of others that a package is to be restricted to. */
export type Compat = 'flavorpack'

export interface Plan {
  /** The file that the plan came from. */
  readonly manifest: string
  /** Its directory: sources are relative to it. */
  readonly project: string
  readonly name: string
  readonly version: string
  readonly description: string
  /** Of several, the one called `default`. */
  readonly command: PlannedCommand
  /** In the order of the manifest, `default` among them; empty where the manifest has one alone. */
  readonly commands: readonly PlannedNamedCommand[]
  /** An id, or `auto`. */
  readonly launcher: string
  readonly env: RuntimeEnvironment
  /** Directories of the work environment that exist at every start, relative to it. */
  readonly directories: readonly {readonly mode: number; readonly path: string}[]
  /** Statements by which one key of the publisher handed the name over to the next, as the manifest names them. */
  readonly rotations: readonly PlannedRotation[]
  /** Command lines that run once, when a work environment is built. */
  readonly setup: readonly string[]
  /** In the order of the manifest; `package-metadata` is not among them. */
  readonly slots: readonly PlannedSlot[]
  /** Which plugin wins when several offer one id: `prefer.compressors.zstd` is the plugin's name. */
  readonly prefer: Readonly<Record<Kind, Readonly<Record<string, string>>>>
  /** Where the package goes, without the suffix of a target: what the manifest says, else `dist/<name>` in the project. */
  readonly output: string
  /** Whose launchers must run the package as well as flavor's own; undefined: nobody's. */
  readonly compat: Compat | undefined
  /** Where something stands in the manifest, for problems that others find with it: its value, or what is nearest around it. */
  position(place: Place): Position
}

export interface PlannedRotation extends Rotation {
  /** As the manifest names it. */
  readonly file: string
  readonly at: Position
}

export interface PlannedCommand {
  /** Words as the application's argv will have them, `{workenv}` not yet replaced. Never empty. */
  readonly words: readonly string[]
  /** The same as one line for people and for other tools; words with spaces are quoted in it. */
  readonly text: string
}

export interface PlannedNamedCommand extends PlannedCommand {
  readonly name: string
  /** Ids; undefined: all that are not lazy. */
  readonly slots: readonly string[] | undefined
}

export interface PlannedSlot {
  readonly id: string
  /** Its number in the manifest, among the slots of all platforms. */
  readonly index: number
  /** As declared: an id, an alias, or in full `plugin:id`. */
  readonly purpose: string
  /** Undefined for a purpose that makes its own content. */
  readonly source: PlannedSource | undefined
  /** The source is an archive, and the slot the tree in it. */
  readonly unpack: boolean
  /** Systems for which it goes along, as `platforms.ts` reads them; empty: all. */
  readonly platforms: readonly string[]
  /** Relative, confined, without `{workenv}/` and trailing slashes; `` is the root; undefined: as the purpose has it. */
  readonly target: string | undefined
  readonly compression: PlannedCompression
  readonly lifecycle: LifecycleName | undefined
  /** Of a single-file slot, 0 to 0o777. */
  readonly mode: number | undefined
  /** Members of a directory keep their modes instead of becoming 0644 or 0755. */
  readonly keepModes: boolean
  /** Globs relative to the source, beside the default ones. */
  readonly exclude: readonly string[]
  /** For the purpose; the host does not look inside. */
  readonly options: Readonly<Record<string, unknown>>
}

/** `relative` is what the signed metadata shows. */
export type PlannedSource =
  | {
      readonly kind: 'directory' | 'file'
      readonly path: string
      /** With `/`, relative to the project: `app`, `../shared/data`. */
      readonly relative: string
    }
  /** What they find below `path`, each at its path relative to it. */
  | {readonly kind: 'globs'; readonly globs: readonly string[]; readonly path: string; readonly relative: string}
  /** A file to be downloaded. `relative` is the URL without its query. */
  | {readonly kind: 'url'; readonly url: string; readonly relative: string; readonly sha256: string}

export interface PlannedCompression {
  /** A sample decides whether it is compressed. */
  readonly auto?: true
  /** Names, first applied first: `['tar', 'zstd']`; `[]` stores a file as it is; undefined: as `auto`, else the purpose, has it. */
  readonly operations: readonly string[] | undefined
  /** Undefined: the compressor's default. */
  readonly level: number | undefined
  /** Which key of the manifest says so; undefined: neither. */
  readonly key: 'compression' | 'operations' | undefined
}
