/**
 * What may be written, as `schema.ts` says it, once `keepShape` has been over it. Everything may be missing, and items
 * of lists that had the wrong shape are undefined, because what was reported stays out.
 */
import type {Kind} from '@flavor/contract'
import type {Compat} from './plan.ts'

type Scalar = boolean | number | string
type List<T> = readonly (T | undefined)[]
type Texts = Readonly<Record<string, string | undefined>>

/** A line, or its words. */
export type CommandText = string | List<number | string>

export interface Manifest {
  readonly command?: CommandText
  readonly commands?: Readonly<Record<string, CommandText | ManifestCommand | undefined>>
  readonly compat?: Compat
  readonly description?: string
  readonly directories?: List<string | {readonly mode?: string; readonly path?: string}>
  readonly env?: {
    readonly map?: Texts
    readonly pass?: List<string>
    readonly set?: Readonly<Record<string, Scalar | undefined>>
    readonly unset?: List<string>
  }
  readonly launcher?: string
  readonly name?: string
  readonly output?: string
  readonly prefer?: Readonly<Partial<Record<Kind, Texts>>>
  readonly rotations?: List<string>
  readonly setup?: List<string>
  readonly slots?: List<ManifestSlot>
  readonly version?: number | string
}

export interface ManifestCommand {
  readonly command?: CommandText
  readonly slots?: List<string>
}

export interface ManifestSlot {
  readonly allow?: 'outside'
  readonly compression?: string
  readonly exclude?: List<string>
  readonly id?: string
  readonly level?: number
  readonly lifecycle?: string
  readonly mode?: string
  readonly modes?: 'keep'
  readonly operations?: List<string>
  readonly options?: Readonly<Record<string, unknown>>
  readonly platforms?: List<string>
  readonly purpose?: string
  readonly sha256?: string
  readonly source?: string | List<string>
  readonly target?: string
  readonly unpack?: boolean
}
