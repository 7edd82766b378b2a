/** Where addons come from, as this layer and those above it speak of it. It knows no plugins: who finds addons of an ecosystem is handed in. */
import type {FoundAddon, ManagerContext} from '@flavor/contract'
import type {KeptSource} from '../addons/kept-sources.ts'

/** An `addon.flavour`, as it came: nobody has read it yet. */
export interface LocatedAddon {
  readonly bytes: Uint8Array
  /** For messages: the path, the URL, the identifier with its version. */
  readonly from: string
  readonly kind: 'directory' | 'ecosystem' | 'file' | 'oci' | 'registry' | 'url'
  /** By which it is found again, in whatever version. Paths are absolute. */
  readonly keptSource: KeptSource
  /** As the source has it, where it has one; what the document says may differ. */
  readonly version: string | undefined
  /** Stacks that the source says it is for; none when it says nothing. */
  readonly stacks: readonly string[]
  /** Of an ecosystem: what its finder says. */
  readonly found: (Pick<FoundAddon, 'origin' | 'package'> & {readonly manager: string}) | undefined
}

/** Finds addons of one ecosystem. */
export interface Finder {
  /** Id or identifier of the manager whose it is; it comes back in `LocatedAddon.found`. */
  readonly manager: string
  readonly stack: string
  /** Undefined when there is no such package or version; of the newest version when none is given. Its errors are told as they are. */
  find(wanted: {readonly name: string; readonly version: string | undefined}, signal: AbortSignal): Promise<FoundAddon | undefined>
}

export interface SourceContext {
  /** What relative paths start from. */
  readonly cwd: string
  readonly signal: AbortSignal
  /**
   * Other words for addons: `blog` for `oci://host/acme/blog`. One that ends with a slash is for every identifier that begins so, and says
   * where those are looked for, as `sources` does.
   */
  readonly aliases: Readonly<Record<string, string>>
  /**
   * Where identifiers are looked for, one after the other: `ecosystems`, the URL of a registry, `file:DIRECTORY`, `oci://host/path`. The first that
   * has it wins; one that fails ends the search, so that nobody else can slip an addon in while a registry is down.
   */
  readonly sources: readonly string[]
  /** What `--registry` says: the first of the sources, and before those that are kept. */
  readonly named?: string | undefined
  /** By their names, where addons came from that are there already: they are looked for there, and nowhere else. */
  readonly kept?: ReadonlyMap<string, KeptSource>
  /** By the first word of the identifiers: `npm` finds `npm/lodash:4.17.21`. */
  readonly finders: ReadonlyMap<string, Finder>
  readonly credentials: ManagerContext['credentials']
  readonly limits?: SourceLimits
}

export interface SourceLimits {
  /** Milliseconds in which nothing comes. */
  readonly patience: number
  /** Milliseconds for one answer, all in all. */
  readonly time: number
  /** Bytes of one answer. */
  readonly size: number
}

export const usualLimits: SourceLimits = {patience: 30_000, size: 1024 ** 2, time: 120_000}
