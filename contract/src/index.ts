/**
 * The whole contract between flavor and its plugins, on one page.
 *
 * A plugin is an npm package that answers one or more oclif hooks, declared in its package.json:
 *
 *     "oclif": {"hooks": {"flavor:compressors:v1": "./dist/offer.js"}}
 *
 * The hook's module exports one default function, `Offer<Kind>`, which returns small descriptors. A descriptor holds
 * the facts the host needs to choose; the code sits behind `load`, so that choosing loads nothing. The integer at the
 * end of the hook's name is the version of this page: within a version only optional members are added, and both sides
 * ignore members that they do not know (the host adds a random one to each question to keep plugins honest).
 *
 * Promises a plugin makes: it answers within five seconds, prints nothing, never exits the process, and returns the
 * same answer each time. It receives plain data and streams; it never sees oclif's `Config`.
 *
 * Nothing here runs: the page is types only, and a plugin needs it as a devDependency alone.
 */
import type {Duplex, Readable} from 'node:stream'

/** The four kinds of capability: what the host must know of each (`facts`), and what it can do (`code`). */
export interface Kinds {
  'addon-managers': {facts: AddonManagerFacts; code: AddonManager}
  compressors: {facts: CompressorFacts; code: Compressor}
  launchers: {facts: LauncherFacts; code: Launcher}
  purposes: {facts: PurposeFacts; code: SlotPurpose}
}

export type Kind = keyof Kinds

/** Everything the host needs to choose; nothing it needs to run. */
export type Descriptor<K extends Kind = Kind> = Kinds[K]['facts'] & {
  /** `[a-z][a-z0-9-]*`, unique within its kind. */
  readonly id: string
  /** Other ids under which it can be chosen. */
  readonly aliases?: readonly string[]
  /** One line, no full stop. */
  readonly summary: string
  /** Optional abilities, by name; unknown names are ignored. */
  readonly features?: readonly string[]
  readonly load: () => Promise<{readonly default: Kinds[K]['code']}>
}

export interface Question {
  readonly host: {readonly version: string}
}

/** The default export of a hook's module. oclif calls it with its own context as `this`; a plugin has no use for it. */
export type Offer<K extends Kind> = (question: Question) => Promise<readonly Descriptor<K>[]>

/** One thing that is wrong with a declaration: what, and what to type or change instead. */
export interface Problem {
  readonly message: string
  readonly hint?: string
}

// --- compressors -----------------------------------------------------------------------------------------------------

export interface CompressorFacts {
  /** PSPF operation byte: the specification's where it has one, else 0xD0 to 0xFE. */
  readonly operation: number
  /** Of a file compressed with it, with its dot: `.zst`. */
  readonly extension: string
  readonly levels: {
    readonly default: number
    readonly max: number
    readonly min: number
    /** What `pack --fast` asks for; `min` when it is not stated. */
    readonly fast?: number
    /** What `pack --small` asks for, in no more than 400 MB; `default` when it is not stated. */
    readonly small?: number
    /** From which level on compressing takes so long that flavor keeps the result for the next pack; never when it is not stated. */
    readonly costly?: number
  }
}

export interface Compressor {
  /** Name and version of the codec; it becomes part of the signed metadata because bytes depend on it: `zstd 1.5.7`. */
  readonly version: string
  /**
   * Equal input and level give equal bytes, however the input is cut into chunks. Memory is bounded. A chunk's memory is
   * used again once its write was acknowledged, so whatever is still needed of it by then has to be copied.
   */
  compress(options: {readonly level: number}): Duplex
  /**
   * Destroys the stream with an error whose `code` is `EFLAVOR_SLOT_LIMIT` rather than give out more than `limit` bytes.
   * Input that is cut short or followed by other bytes is an error; so is damage, where the feature `checksum` is named.
   */
  decompress(options: {readonly limit: number}): Duplex
}

// --- slot purposes ---------------------------------------------------------------------------------------------------

export type Lifecycle = 'cached' | 'eager' | 'lazy' | 'persistent' | 'temporary' | 'volatile'

export interface PurposeFacts {
  /** Class byte in the slot table: 0 data, 1 code, 2 config, 3 media. The id, not the byte, identifies a purpose. */
  readonly class: 0 | 1 | 2 | 3
  readonly defaults: {
    readonly lifecycle: Lifecycle
    /** Mode of a single-file slot, as a number: 0o644. */
    readonly mode: number
    /** Chain for a directory and for a single file, first applied first: `{directory: ['tar', 'zstd'], file: []}`. */
    readonly operations: {readonly directory: readonly string[]; readonly file: readonly string[]}
    /** The same under `compat: flavorpack`, whose launchers know tar and gzip only; else gzip stands in for what they do not know. */
    readonly flavorpack?: {readonly directory: readonly string[]; readonly file: readonly string[]}
    /**
     * Where the slot appears in the work environment when the manifest does not say. `{id}` is the slot's id; `{suffix}` the one that a
     * single file needs to be a program of the platform: on Windows its own or `.exe`, elsewhere nothing.
     */
    readonly target: string
  }
  /** True when several packages may share one extracted copy of such a slot: its files are never written to. */
  readonly shareable: boolean
}

/** A slot as its manifest declares it, with every default filled in. Paths are absolute, targets relative. */
export interface SlotDeclaration {
  readonly id: string
  /** The file or directory on disk, or undefined for a purpose that makes its own content. */
  readonly source: string | undefined
  readonly target: string
  /** `linux-x64`, …, or `any-any`. */
  readonly platform: string
  readonly package: {readonly description: string; readonly name: string; readonly version: string}
  /** The manifest's directory. */
  readonly project: string
  /** Keys of the slot that the host does not know; the purpose decides what they mean. */
  readonly options: Readonly<Record<string, unknown>>
}

/** What goes into a slot: a tree, a file, or bytes made up here. */
export type SlotContent =
  | {readonly kind: 'bytes'; readonly bytes: Uint8Array}
  | {readonly kind: 'directory'; readonly path: string}
  | {readonly kind: 'file'; readonly path: string}

/** What a slot adds to the application's environment. Values may contain `{workenv}`. */
export interface EnvironmentAddition {
  readonly set?: Readonly<Record<string, string>>
  /** Directories relative to the work environment that come first on PATH. */
  readonly path?: readonly string[]
}

/** Costly content, made once and kept between packs. */
export interface BuildCache {
  /**
   * The directory that an earlier build under this key has left, or a new one that `build` has filled: whole, or not at all when `build`
   * throws. The key is text that says all the content depends on: SHA-256 of a lock file, versions of tools, platform, options. Nobody
   * writes to the directory afterwards. It is fit for packing when building it again would give the same: no times, no paths of this
   * machine in its files.
   */
  entry(key: string, build: (directory: string) => Promise<void>): Promise<string>
}

/** What the host gives a purpose at work. */
export interface PrepareContext {
  /** The purpose's own: no other sees its keys. Where nothing can be kept, it builds anew each time. */
  readonly cache: BuildCache
  /**
   * What a directory holds that may go along: paths relative to it, a directory before what is in it. The slot's `exclude`, what is never
   * packed and `exclude` here, globs as in the manifest, leave the rest out. For who makes content out of a part of a source, or a hash.
   */
  files(directory: string, exclude?: readonly string[]): readonly string[]
  /** Tells the user on stderr what was decided for them: one line, no full stop. */
  note(message: string): void
}

/** What `prepare` throws when what it was given is at fault, and not its own code: told as any problem of the slot. */
export interface SlotFailure extends Error {
  readonly problem: Problem
  /** The last useful lines of the tool that gave up. */
  readonly output?: readonly string[]
  /** The copy is not there where the work would be done, and nothing was done: another one, in the project, may be seen. */
  readonly unseen?: true
}

export interface SlotPurpose {
  /** Pure: looks at the declaration and its source, changes nothing. */
  check(slot: SlotDeclaration): Promise<readonly Problem[]>
  /** Gives the slot's content; may build it inside `scratch`, an empty directory that the host removes afterwards, or in the cache. */
  prepare(slot: SlotDeclaration, scratch: string, context: PrepareContext): Promise<SlotContent>
  environment?(slot: SlotDeclaration): EnvironmentAddition
}

// --- launchers -------------------------------------------------------------------------------------------------------

export interface LauncherFacts {
  /** PSPF format versions that it starts: `[0x20250001]`. */
  readonly formats: readonly number[]
  /** Operation bytes it can undo, besides none. */
  readonly operations: readonly number[]
  /** Those that there is an image for: `linux-x64`, …; `any-any` when one image serves every Unix system. */
  readonly targets: readonly string[]
  /** Those that its code can build an image for, where the toolchain is; then `targets` may be empty, and the code has `build`. */
  readonly builds?: readonly string[]
}

export interface LauncherImage {
  /** Of the whole image, 64 lower-case hex digits. */
  readonly sha256: string
  /** In bytes. */
  readonly size: number
  stream(): Readable
}

/** A package that the host has verified, whose key it accepts, and which it keeps open, to be started now. */
export interface StartRequest {
  /** File descriptor of the package, open for reading. The launcher reads from it, not from `path`. */
  readonly fd: number
  readonly path: string
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string | undefined>>
  /** Why the host accepts the key, and the file that says so: for the log. */
  readonly trust?: {readonly result: string; readonly file?: string} | undefined
}

/** What is known of an image without reading it. */
export interface ImageFacts {
  readonly target: string
  /** In bytes. */
  readonly size: number
  /** 64 lower-case hex digits. */
  readonly sha256: string
  /** `pinned`: it came with a release, whose code holds this SHA-256. `built`: a build has put it here, and recorded it. */
  readonly origin: 'built' | 'pinned'
  /** What made it, where that is on record: `rustc 1.95.0 for x86_64-unknown-linux-musl`. */
  readonly toolchain?: string
}

export interface BuildRequest {
  readonly target: string
  /** Build it even when it is there and neither its sources nor the toolchain have changed. */
  readonly force: boolean
}

/** `missing`: the sources or a tool are not here. `failed`: they are, and could not make it; `output` is their last word. */
export type BuildOutcome =
  | {readonly state: 'built' | 'fresh'; readonly image: ImageFacts}
  | {readonly state: 'failed'; readonly problems: readonly Problem[]; readonly output?: string}
  | {readonly state: 'missing'; readonly problems: readonly Problem[]}

export interface Launcher {
  /** Refuses an image whose bytes are neither those of the release nor those that a build has recorded. */
  open(target: string): Promise<LauncherImage>
  /** Runs a package as its image would. Replaces this process where the system can; else gives the exit code. */
  start?(request: StartRequest): Promise<number>
  /** Of each target that is offered. */
  images?(): Promise<readonly ImageFacts[]>
  /** Builds an image from sources that the plugin holds. One that cannot be built is an outcome, never a throw. */
  build?(request: BuildRequest): Promise<BuildOutcome>
  /** Deletes the images that were built here, never one of a release, and says which they were. */
  clean?(): Promise<readonly ImageFacts[]>
  /** The licences of all that its images hold, its own among them, as text: whoever passes a package on passes that on as well. */
  notices?(): Promise<string>
}

// --- addon managers --------------------------------------------------------------------------------------------------

export interface AddonManagerFacts {
  /** The stack it serves: `python`, `node`, `php`, … */
  readonly stack: string
  /** What it writes into `app.flavour`: `flavour/fam-python:0.1`. */
  readonly identifier: string
  /** Id of the manager that it builds upon: that one's checks and steps come first, and the host joins the two. Most build upon `base`. */
  readonly extends?: string
  /** First word of the addons of its ecosystem: `npm` in `npm/lodash:4.17.21`. Then its code has `find`. */
  readonly ecosystem?: string
}

/** An `addon.flavour` document: its exact bytes, and what they say. All scalars are strings. */
export interface AddonDeclaration {
  readonly bytes: Uint8Array
  readonly name: string
  readonly version: string
  readonly install: Readonly<Record<string, unknown>>
}

/** An addon that `app.flavour` lists. */
export interface InstalledAddon {
  readonly name: string
  readonly version: string
  /** Identifier of the manager that put it there. */
  readonly manager: string
  /** SHA-256 of its `addon.flavour`, 64 lower-case hex digits; the document itself is `.flavour/addons/<hash>`. */
  readonly hash: string
}

/** Read-only sight of the project; paths are relative to its root and confined to it. */
export interface ProjectView {
  /** In the order of `app.flavour`. */
  addons(): Promise<readonly InstalledAddon[]>
  /** By their hash, what the documents of these addons say. Those that are gone, or that somebody has changed by hand, are left out. */
  documents(): Promise<ReadonlyMap<string, AddonDeclaration>>
  /** Undefined for what is no file. */
  read(path: string): Promise<Uint8Array | undefined>
  /** Names in a directory, sorted; none for what is no directory. */
  list(path: string): Promise<readonly string[]>
}

/**
 * One change. The host shows it, executes it, and can undo it.
 *
 * `app.flavour` is changed by entries alone, which the host splices into it: a plan never depends on how the user has written the file. An
 * entry that is added takes the place of the entries of the same name.
 *
 * `run` and `work` never touch the project: they get a copy of it, as the steps before them would have left it, and what they change there
 * becomes part of the change.
 */
export type Step =
  | {readonly kind: 'add-entry'; readonly hash: string; readonly name: string; readonly version: string}
  | {readonly kind: 'remove-entry'; readonly name: string; readonly version: string}
  | {readonly kind: 'remove'; readonly path: string}
  | {readonly kind: 'write'; readonly bytes: Uint8Array; readonly path: string}
  | RunStep
  | WorkStep
  | SuggestStep

/** A program that is run without a shell, in the copy. */
export interface RunStep {
  readonly kind: 'run'
  /** Program and arguments: `['npm', 'install', '--package-lock-only']`. */
  readonly command: readonly string[]
  /** All it may change; anything else is an error. `['.']` is the whole project. */
  readonly writes: readonly string[]
  /** All it needs to see, which is then all that is copied; the whole project when it is not stated. What is not there is left out. */
  readonly reads?: readonly string[]
  /** Whose words these are. What an `addon.flavour` brings is run only when the user allows it, having seen it. */
  readonly from?: 'addon'
}

/** Code that knows only how to write: a container, for one. Throws an `AddonFailure`. */
export interface WorkStep {
  readonly kind: 'work'
  /** What it does, for the user: `run add of acme/fam-x:1`. */
  readonly title: string
  /** The copy may lie in this machine's memory, below no directory of the user's. Who turns out not to see it there says `unseen`. */
  readonly anywhere?: true
  /** All it does stays in the copy. So it may begin while the addon is still being checked; when that is refused, the copy is thrown away. */
  readonly isolated?: true
  /** With a context of its own: the signal of the one that `plan` had says nothing any more. */
  work(place: WorkPlace, context: ManagerContext): Promise<void>
}

export interface WorkPlace {
  /** Absolute path of the copy. */
  readonly directory: string
  /** Directories that were too big to be copied, such as `.git`: there to be read at `source`, and not to be written. */
  readonly kept: readonly {readonly path: string; readonly source: string}[]
}

/** What the user should type once the change is made, because flavour itself installs nothing: `npm install`. */
export interface SuggestStep {
  readonly kind: 'suggest'
  readonly command: string
}

/** How a program is run. */
export interface ProgramOptions {
  readonly cwd: string
  /** Beside the variables of this process, of which those of flavor's own are left out; undefined takes one away. */
  readonly env?: Readonly<Record<string, string | undefined>>
  /** What it finds on stdin; nothing, unless it is stated. */
  readonly input?: string | Uint8Array
}

/** A program that has ended, whatever became of it. */
export interface ProgramResult {
  /** Undefined where a signal has ended it. */
  readonly code: number | undefined
  /** The last 16 MiB of what it printed. */
  readonly stdout: string
  readonly stderr: string
}

/** What the host gives a manager at work. */
export interface ManagerContext {
  /** Aborted by Ctrl-C, and when the manager has had its time. Whatever was started ends then. */
  readonly signal: AbortSignal
  /** Is there such a program on this machine? */
  has(program: string): Promise<boolean>
  /**
   * Runs a program without a shell, in a process group of its own, which ends whole: with the program, or when `signal` is aborted, whose reason
   * it then rejects with. Where there is no such program it rejects with what the user is to be told; any exit code is a result.
   */
  run(command: readonly string[], options: ProgramOptions): Promise<ProgramResult>
  /** Tells the user on stderr what was decided for them: one line, no full stop. */
  note(message: string): void
  /** What a tool prints, as it comes: shown with `--verbose`, else its last lines if the manager fails. */
  output(text: string): void
  /** How the user signs in to a registry of images: from Docker's configuration. */
  credentials(host: string): Promise<{readonly password: string; readonly username: string} | undefined>
}

/** What is thrown when something outside the manager is at fault, and not its own code: told without a stack. */
export interface AddonFailure extends Error {
  readonly problem: Problem
  /** The last useful lines of the tool that gave up. */
  readonly output?: readonly string[]
}

/** An `addon.flavour` of an ecosystem. */
export interface FoundAddon {
  readonly bytes: Uint8Array
  /** `package`: it lay inside the native package. `derived`: there is none, and this was made from name and version. */
  readonly origin: 'derived' | 'package'
  /** The native package with its version, as its ecosystem writes it: `lodash@4.17.21`. */
  readonly package: string
}

export interface AddonManager {
  /** Is this an addon for my stack? That the document is a sound one is known by then. */
  check(addon: AddonDeclaration, context: ManagerContext): Promise<readonly Problem[]>
  /**
   * Says what should happen; does nothing. What is so already needs no step: adding what is there, or removing what is not, may be an empty
   * plan. Managers with the feature `restores` promise that adding and then removing gives back the bytes that were there.
   */
  plan(change: 'add' | 'remove', addon: AddonDeclaration, project: ProjectView, context: ManagerContext): Promise<readonly Step[]>
  /**
   * The addon that a package of the ecosystem is, of the newest version when none is given. `scratch` is an empty directory that the host removes
   * afterwards. Undefined when there is no such package or version.
   */
  find?(
    wanted: {readonly name: string; readonly version: string | undefined},
    scratch: string,
    context: ManagerContext,
  ): Promise<FoundAddon | undefined>
  /** With the feature `images`: the manager that an image is. */
  image?(reference: string, options: ImageOptions, context: ManagerContext): Promise<ImageManager>
}

export interface ImageOptions {
  /** Look for a newer image even when there is one on this machine. */
  readonly fresh: boolean
  /** May it use the network? */
  readonly network: boolean
}

/** A manager like any other, but for the facts, which only the image knows. Its plans are a single `work`. */
export interface ImageManager extends Pick<AddonManager, 'plan'> {
  /** The image's `FAM_IDENTIFIER`, or its reference where it states none. */
  readonly identifier: string
  /** `project`: its directory, which may be read and not written; not stated where there is none. */
  check(addon: AddonDeclaration, context: ManagerContext, project?: string): Promise<readonly Problem[]>
}
