/**
 * The signed JSON of a package: its one truth about itself. Two shapes live here. `MetadataJson` is what flavor writes,
 * key by key; `Metadata` is what any builder's JSON means once read, with every difference between the known builders
 * (pspf-2025, 4 and 10) resolved, so that the rest of the code never asks who built a package.
 *
 * The JSON never holds an offset, its own size or the package's size: those would be circular.
 */
import {chainWord} from './chain.ts'
import {PackageError} from './errors.ts'
import {buildTool, formatName, type LifecycleName, lifecycleAliases, lifecycles, limits} from './registry.ts'

/** Names to remove, to keep, to rename and to set, in the order of pspf-2025 5.8. Globs know `*` and `?`. */
export interface RuntimeEnvironment {
  readonly map: Readonly<Record<string, string>>
  readonly pass: readonly string[]
  readonly set: Readonly<Record<string, string>>
  readonly unset: readonly string[]
}

export interface SlotJson {
  readonly slot: number
  readonly id: string
  readonly source: string
  readonly target: string
  /** Stored bytes; after undoing the chain: `original_size`. For a tree that is the size of its tar stream. */
  readonly size: number
  readonly original_size: number
  /** `sha256:` and 64 hex digits, of the stored bytes. */
  readonly checksum: string
  /** The chain as a word, for people and other tools. */
  readonly operations: string
  /** The chain as numbers, each with the codec that made it: bytes depend on its version. */
  readonly chain: readonly {readonly operation: number; readonly codec: string}[]
  readonly purpose: string
  readonly class: number
  readonly shareable: boolean
  readonly lifecycle: LifecycleName
  /** Octal, four digits. */
  readonly permissions: string
}

export interface MetadataJson {
  readonly format: typeof formatName
  readonly format_version: string
  readonly package: {readonly name: string; readonly version: string; readonly description: string}
  readonly slots: readonly SlotJson[]
  readonly execution: {
    readonly primary_slot: number
    readonly command: string
    readonly argv?: readonly string[]
    readonly env: Readonly<Record<string, string>>
    readonly environment: Readonly<Record<string, string>>
  }
  readonly verification: {
    readonly integrity_seal: {readonly required: true; readonly algorithm: 'ed25519'}
    readonly signed: true
    readonly require_verification: true
  }
  readonly build: {
    readonly tool: string
    readonly tool_version: string
    /** RFC 3339. */
    readonly timestamp: string
    readonly deterministic: true
    /** True when nobody's lasting key signed it. */
    readonly development: boolean
    readonly platform: {readonly os: string; readonly arch: string; readonly host: string}
  }
  readonly launcher: {
    readonly tool: string
    readonly tool_version: string
    readonly size: number
    readonly checksum: string
    readonly capabilities: readonly string[]
    readonly target: string
  }
  readonly compatibility: {readonly min_format_version: string; readonly features: readonly string[]}
  readonly runtime?: {readonly env: RuntimeEnvironment}
  readonly workenv?: {
    readonly directories?: readonly {readonly path: string; readonly mode?: string}[]
    readonly env?: Readonly<Record<string, string>>
    /** Directories of the work environment that come first on PATH. flavor's own key. */
    readonly path?: readonly string[]
  }
  readonly setup_commands?: readonly SetupCommand[]
  readonly commands?: Readonly<Record<string, CommandJson>>
  readonly rotations?: readonly Rotation[]
}

/** `slots` are ids; without them the command needs all slots that are not lazy. */
export interface CommandJson {
  readonly argv: readonly string[]
  readonly slots?: readonly string[]
}

/** `from` hands the package's name over to `to`. Keys are 64 lower-case hex digits, the signature by `from` 128. */
export interface Rotation {
  readonly from: string
  readonly to: string
  readonly signature: string
}

export type SetupCommand =
  | {readonly type: 'chmod'; readonly path: string; readonly mode: string}
  | {
      readonly type: 'enumerate_and_execute'
      readonly command: string
      readonly enumerate: {readonly path: string; readonly pattern: string}
    }
  | {readonly type: 'execute'; readonly command: string}
  | {readonly type: 'write_file'; readonly path: string; readonly content: string}

export interface SlotMetadata {
  readonly index: number
  readonly id: string
  readonly source: string
  /** As written; see `targetPath` for where it means. */
  readonly target: string
  /** 64 lower-case hex digits, or undefined for a self-referential slot. */
  readonly sha256: string | undefined
  readonly operations: string
  readonly purpose: string
  readonly lifecycle: LifecycleName
  /** The builder's own word, which `lifecycle` interprets. */
  readonly lifecycleWord: string
  readonly mode: number
  readonly selfReferential: boolean
  /** Only in packages built by flavor; there, exact. */
  readonly exact: Pick<SlotJson, 'chain' | 'class' | 'original_size' | 'shareable' | 'size'> | undefined
}

export interface Metadata {
  readonly name: string
  readonly version: string
  readonly description: string
  readonly formatVersion: string
  readonly slots: readonly SlotMetadata[]
  readonly command: string
  /** Present in packages built by flavor from a list of words; then `command` is only its picture. */
  readonly argv: readonly string[] | undefined
  /** Undefined in a package that knows one command alone. The words of the one called `default` stand above. */
  readonly commands: readonly NamedCommand[] | undefined
  readonly executionEnv: Readonly<Record<string, string>>
  readonly runtimeEnv: RuntimeEnvironment | undefined
  readonly workenv: {
    readonly directories: readonly {readonly path: string; readonly mode: number}[]
    readonly env: Readonly<Record<string, string>>
    readonly path: readonly string[]
  }
  readonly setup: readonly SetupCommand[]
  /** Of the right shape; whether their signatures are good is asked only where a key differs. */
  readonly rotations: readonly Rotation[]
  readonly build: {readonly tool: string; readonly toolVersion: string; readonly timestamp: string; readonly development: boolean}
  readonly launcher: {readonly tool: string; readonly size: number; readonly sha256: string; readonly target: string} | undefined
  /** Built by flavor, so that every byte of index and table can be recomputed from this JSON. */
  readonly exact: boolean
  /** As parsed, for people and tools that want to see all of it. */
  readonly json: Readonly<Record<string, unknown>>
}

export interface NamedCommand extends CommandJson {
  readonly name: string
}

/** Throws EFLAVOR_METADATA naming the key that is missing or of the wrong type. */
export function parseMetadata(bytes: Uint8Array): Metadata {
  const json = object(parseJson(bytes), 'the metadata')
  if (json.format !== formatName) throw bad(`format is ${JSON.stringify(json.format)}, not ${JSON.stringify(formatName)}`)
  const identity = object(json.package, 'package')
  const execution = object(json.execution, 'execution')
  const build = optionalObject(json.build, 'build')
  const exact = build.tool === buildTool
  const slots = array(json.slots, 'slots').map((slot, index) => parseSlot(object(slot, `slots[${index}]`), index, exact))
  return {
    argv: parseArgv(execution.argv, 'execution.argv'),
    build: {
      development: build.development === true,
      timestamp: typeof build.timestamp === 'number' ? String(build.timestamp) : word(build.timestamp, 'build.timestamp'),
      tool: word(build.tool, 'build.tool'),
      toolVersion: word(build.tool_version, 'build.tool_version'),
    },
    command: string(execution.command, 'execution.command'),
    commands: parseCommands(json.commands, slots),
    description: word(identity.description, 'package.description'),
    exact,
    executionEnv: {...stringMap(execution.environment, 'execution.environment'), ...stringMap(execution.env, 'execution.env')},
    formatVersion: word(json.format_version, 'format_version'),
    json,
    launcher: parseLauncher(json.launcher, exact),
    name: string(identity.name, 'package.name'),
    rotations: parseRotations(json.rotations),
    runtimeEnv: parseRuntime(json.runtime),
    setup: parseSetup(json.setup_commands),
    slots,
    version: string(identity.version, 'package.version'),
    workenv: parseWorkenv(json.workenv),
  }
}

/** `{workenv}/bin/x`, `bin/x` → `bin/x`; `{workenv}`, `.`, `` → ``. */
export function targetPath(target: string): string {
  const path = target.replaceAll('{workenv}/', '').replaceAll('{workenv}', '').replace(/\/+$/, '')
  return path === '.' ? '' : path
}

/** `persistent` for a word that nobody knows, as the existing tools have it. */
export function lifecycleOf(word: string): LifecycleName {
  const alias = Object.hasOwn(lifecycleAliases, word) ? lifecycleAliases[word] : undefined
  return lifecycles.find((row) => row.name === word)?.name ?? alias ?? 'persistent'
}

export function serializeMetadata(metadata: MetadataJson): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(metadata))
}

/** A slot of `sizes` not yet known: numbers as wide as they can get, so that the JSON's final size has a bound. */
export function widestSlot(slot: Omit<SlotJson, 'checksum' | 'operations' | 'original_size' | 'size'>): SlotJson {
  const widest = Number.MAX_SAFE_INTEGER
  return {
    ...slot,
    checksum: `sha256:${'0'.repeat(64)}`,
    operations: chainWord(slot.chain.map(({operation}) => operation)),
    original_size: widest,
    size: widest,
  }
}

function parseSlot(slot: JsonObject, index: number, exact: boolean): SlotMetadata {
  const at = `slots[${index}]`
  const lifecycleWord = word(slot.lifecycle, `${at}.lifecycle`)
  return {
    exact: exact ? parseExact(slot, at) : undefined,
    id: string(slot.id, `${at}.id`),
    index,
    lifecycle: lifecycleOf(lifecycleWord),
    lifecycleWord,
    mode: parseMode(word(slot.permissions, `${at}.permissions`)),
    operations: word(slot.operations, `${at}.operations`),
    purpose: word(slot.purpose, `${at}.purpose`),
    selfReferential: slot.self_ref === true || slot.source === '$SELF',
    sha256: parseChecksum(word(slot.checksum, `${at}.checksum`), `${at}.checksum`),
    source: word(slot.source, `${at}.source`),
    target: string(slot.target, `${at}.target`),
  }
}

function parseExact(slot: JsonObject, at: string): SlotMetadata['exact'] {
  const chain = array(slot.chain, `${at}.chain`).map((step) => {
    const {operation, codec} = object(step, `${at}.chain`)
    return {codec: string(codec, `${at}.chain.codec`), operation: count(operation, `${at}.chain.operation`)}
  })
  if (chain.length > 8 || chain.some(({operation}) => operation < 1 || operation > 0xff)) throw bad(`${at}.chain is no chain of operations`)
  if (parseChecksum(word(slot.checksum, `${at}.checksum`), `${at}.checksum`) === undefined) throw bad(`${at}.checksum is missing`)
  const purposeClass = count(slot.class, `${at}.class`)
  if (purposeClass > 0xff) throw bad(`${at}.class is ${purposeClass}; 255 is the most`)
  return {
    chain,
    class: purposeClass,
    original_size: count(slot.original_size, `${at}.original_size`),
    shareable: slot.shareable === true,
    size: count(slot.size, `${at}.size`),
  }
}

function parseArgv(value: unknown, at: string): Metadata['argv'] {
  if (value === undefined || value === null) return undefined
  const argv = strings(value, at)
  if (argv.length === 0) throw bad(`${at} is empty`)
  return argv
}

function parseCommands(value: unknown, slots: readonly SlotMetadata[]): Metadata['commands'] {
  if (value === undefined || value === null) return undefined
  return Object.entries(object(value, 'commands')).map(([name, command]) => parseCommand(name, command, slots))
}

/** A lower-case letter, then lower-case letters, digits and hyphens, at most 64 in all. */
export function isCommandName(name: string): boolean {
  return name.length <= 64 && /^[a-z][a-z0-9-]*$/.test(name)
}

function parseCommand(name: string, value: unknown, known: readonly SlotMetadata[]): NamedCommand {
  if (!isCommandName(name)) throw bad(`commands has a key ${JSON.stringify(name)}, which names no command`)
  const at = `commands.${name}`
  const command = object(value, at)
  const argv = parseArgv(command.argv, `${at}.argv`)
  if (argv === undefined) throw bad(`${at}.argv is missing`)
  if (command.slots === undefined || command.slots === null) return {argv, name}
  const slots = strings(command.slots, `${at}.slots`)
  const strange = slots.find((id) => !known.some((slot) => slot.id === id))
  if (strange !== undefined) throw bad(`${at}.slots names ${JSON.stringify(strange)}, which is no slot`)
  return {argv, name, slots}
}

function parseLauncher(value: unknown, exact: boolean): Metadata['launcher'] {
  if (!exact && (value === undefined || value === null)) return undefined
  const launcher = object(value, 'launcher')
  const sha256 = parseChecksum(word(launcher.checksum, 'launcher.checksum'), 'launcher.checksum')
  if (sha256 === undefined) {
    if (exact) throw bad('launcher.checksum is missing')
    return undefined
  }
  return {
    sha256,
    size: count(launcher.size, 'launcher.size'),
    target: word(launcher.target, 'launcher.target'),
    tool: word(launcher.tool, 'launcher.tool'),
  }
}

function parseRuntime(value: unknown): RuntimeEnvironment | undefined {
  const {env} = optionalObject(value, 'runtime')
  if (env === undefined || env === null) return undefined
  const {map, pass, set, unset} = object(env, 'runtime.env')
  return {
    map: stringMap(map, 'runtime.env.map'),
    pass: strings(pass ?? [], 'runtime.env.pass'),
    set: stringMap(set, 'runtime.env.set'),
    unset: strings(unset ?? [], 'runtime.env.unset'),
  }
}

function parseWorkenv(value: unknown): Metadata['workenv'] {
  const {directories, env, path} = optionalObject(value, 'workenv')
  return {
    directories: array(directories ?? [], 'workenv.directories').map((entry) => {
      const directory = object(entry, 'workenv.directories')
      return {
        mode: parseMode(word(directory.mode, 'workenv.directories.mode') || '0700'),
        path: string(directory.path, 'workenv.directories.path'),
      }
    }),
    env: stringMap(env, 'workenv.env'),
    path: strings(path ?? [], 'workenv.path'),
  }
}

function parseSetup(value: unknown): readonly SetupCommand[] {
  return array(value ?? [], 'setup_commands').map((entry, index) => {
    const at = `setup_commands[${index}]`
    if (typeof entry === 'string') return {command: entry, type: 'execute'}
    const command = object(entry, at)
    switch (command.type) {
      case 'chmod':
        return {mode: word(command.mode, `${at}.mode`) || '700', path: string(command.path, `${at}.path`), type: 'chmod'}
      case 'enumerate_and_execute': {
        const {path, pattern} = object(command.enumerate, `${at}.enumerate`)
        return {
          command: string(command.command, `${at}.command`),
          enumerate: {path: string(path, `${at}.enumerate.path`), pattern: word(pattern, `${at}.enumerate.pattern`) || '*'},
          type: 'enumerate_and_execute',
        }
      }
      case 'execute':
        return {command: string(command.command, `${at}.command`), type: 'execute'}
      case 'write_file':
        return {content: word(command.content, `${at}.content`), path: string(command.path, `${at}.path`), type: 'write_file'}
      default:
        throw bad(`${at}.type is ${JSON.stringify(command.type)}, which is no setup command`)
    }
  })
}

const mostRotations = 16

function parseRotations(value: unknown): readonly Rotation[] {
  const list = array(value ?? [], 'rotations')
  if (list.length > mostRotations) throw bad(`rotations has ${list.length} statements; ${mostRotations} is the most`)
  return list.map((entry, index) => {
    const at = `rotations[${index}]`
    const {from, signature, to} = object(entry, at)
    return {from: hex(from, 64, `${at}.from`), signature: hex(signature, 128, `${at}.signature`), to: hex(to, 64, `${at}.to`)}
  })
}

function hex(value: unknown, digits: number, at: string): string {
  const text = string(value, at)
  if (text.length !== digits || !/^[0-9a-f]*$/.test(text)) throw bad(`${at} is not ${digits} lower-case hex digits`)
  return text
}

/** `0755`, `755` and `0o755` are 0o755; anything else, and nothing, is 0o600 (pspf-2025, 3.1). */
function parseMode(text: string): number {
  const digits = text.replace(/^0o/, '')
  const mode = /^[0-7]{1,6}$/.test(digits) ? Number.parseInt(digits, 8) : 0
  return mode === 0 || mode > 0o7777 ? 0o600 : mode
}

/** `sha256:<hex>`, the prefix repeated or missing (pspf-2025, 10); undefined for the empty text of a self-referential slot. */
function parseChecksum(text: string, at: string): string | undefined {
  const hex = text.replace(/^(sha256:)+/, '').toLowerCase()
  if (hex === '') return undefined
  if (!/^[0-9a-f]{64}$/.test(hex)) throw bad(`${at} is not a SHA-256 in hex`)
  return hex
}

type JsonObject = Readonly<Record<string, unknown>>

function bad(message: string): PackageError {
  return new PackageError('EFLAVOR_METADATA', `the metadata is unusable: ${message}`)
}

function parseJson(bytes: Uint8Array): unknown {
  requireShallow(bytes)
  try {
    return JSON.parse(new TextDecoder('utf-8', {fatal: true, ignoreBOM: true}).decode(bytes))
  } catch (error) {
    throw new PackageError('EFLAVOR_METADATA', 'the metadata is not JSON in UTF-8', {cause: error})
  }
}

const [quote, backslash, openBrace, closeBrace, openBracket, closeBracket] = Buffer.from('"\\{}[]')

/** Looks at brackets outside of texts only, before anything is parsed, so that no parser's recursion decides. */
function requireShallow(bytes: Uint8Array): void {
  let depth = 0
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at]
    if (byte === quote) at = endOfText(bytes, at)
    else if (byte === openBrace || byte === openBracket) depth++
    else if (byte === closeBrace || byte === closeBracket) depth--
    if (depth > limits.metadataDepth) throw bad(`it is nested more than ${limits.metadataDepth} deep`)
  }
}

/** Of the text that begins at a quote: where its other quote is, or the end of all. */
function endOfText(bytes: Uint8Array, start: number): number {
  let end = start
  do end = bytes.indexOf(quote as number, end + 1)
  while (end !== -1 && isEscaped(bytes, end))
  return end === -1 ? bytes.length : end
}

function isEscaped(bytes: Uint8Array, at: number): boolean {
  let first = at
  while (bytes[first - 1] === backslash) first--
  return (at - first) % 2 === 1
}

function object(value: unknown, at: string): JsonObject {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw bad(`${at} is not an object`)
  return value as JsonObject
}

function optionalObject(value: unknown, at: string): JsonObject {
  return value === undefined || value === null ? {} : object(value, at)
}

function array(value: unknown, at: string): readonly unknown[] {
  if (!Array.isArray(value)) throw bad(`${at} is not a list`)
  return value
}

/** Paths, names, words and environment values: none can hold a NUL, and half a surrogate pair is no text at all. */
function string(value: unknown, at: string): string {
  if (typeof value !== 'string' || value.includes('\0') || !value.isWellFormed()) throw bad(`${at} is not a text`)
  return value
}

/** An optional text: empty when absent or null. */
function word(value: unknown, at: string): string {
  return value === undefined || value === null ? '' : string(value, at)
}

function strings(value: unknown, at: string): readonly string[] {
  return array(value, at).map((item) => string(item, at))
}

function count(value: unknown, at: string): number {
  if (!Number.isSafeInteger(value) || (value as number) < 0) throw bad(`${at} is not a whole number`)
  return value as number
}

function stringMap(value: unknown, at: string): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(optionalObject(value, at)).map(([key, item]) => [variable(key, at), string(item, `${at}.${key}`)]),
  )
}

/** The name of an environment variable. */
function variable(name: string, at: string): string {
  if (name === '' || name.includes('=')) throw bad(`${at} has a key ${JSON.stringify(name)}, which names no environment variable`)
  return string(name, at)
}
