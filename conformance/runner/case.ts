/**
 * A case as it stands in its file: packages to build, steps to take, and what must come of each. `conformance/README.md`
 * says what every key means; a key that is not there is an error, so that a slip of the pen cannot make a case pass.
 */
import {readdirSync, readFileSync} from 'node:fs'
import {basename, dirname, join} from 'node:path'
import {fileURLToPath} from 'node:url'
import {parse} from 'yaml'

export interface MemberDescription {
  readonly path?: string
  readonly text?: string
  readonly base64?: string
  readonly size?: number
  readonly mode?: number
  readonly link?: string
  readonly hardlink?: string
  readonly type?: string
}

export interface SlotDescription {
  readonly id: string
  readonly target?: string
  readonly tree?: Readonly<Record<string, string | MemberDescription | null>> | readonly MemberDescription[]
  readonly file?: string
  /** Zero bytes. */
  readonly zeros?: number
  readonly tar?: {readonly base64: string}
  readonly chain?: readonly (string | number)[]
  readonly stored?: {readonly base64?: string; readonly bytes?: string}
  readonly original?: number
  readonly lifecycle?: string
  readonly mode?: string
  readonly shareable?: boolean
  readonly purpose?: string
}

export interface PackageDescription {
  readonly name?: string
  readonly version?: string
  readonly command?: string
  readonly argv?: readonly string[]
  readonly script?: string
  readonly prints?: 'arguments' | 'environment'
  readonly slots?: readonly SlotDescription[]
  readonly json?: Readonly<Record<string, unknown>>
  readonly seed?: string
  /** Statements that one key hands over to another, each a seed; `broken`: with a signature that is none. */
  readonly rotations?: readonly {readonly from: string; readonly to: string; readonly name?: string; readonly broken?: boolean}[]
  readonly development?: boolean
  /** The text that makes the key which really signs, or `zeros`. */
  readonly 'signed by'?: string
  readonly builder?: 'flavor' | 'another'
  readonly layout?: {
    readonly gap?: number
    readonly align?: number
    readonly 'tail mark'?: boolean
    readonly sums?: boolean
    readonly codes?: boolean
    readonly prefixes?: number
  }
}

export interface FileExpectation {
  readonly text?: string
  readonly matches?: string
  readonly mode?: string
  readonly link?: string
  readonly size?: number
  readonly is?: 'directory' | 'file' | 'fifo'
}

export interface Expectation {
  readonly exit?: number
  readonly signal?: string
  readonly error?: string
  readonly stdout?: string
  readonly 'stdout matches'?: string
  readonly stderr?: string
  readonly 'stderr matches'?: string
  /** Lines of stderr, all of them; `...` for any. */
  readonly log?: readonly string[]
  readonly environment?: Readonly<Record<string, string | null>>
  readonly files?: Readonly<Record<string, string | FileExpectation | null>>
}

export interface Step {
  readonly says?: string
  /** Arguments. */
  readonly start?: readonly string[] | null
  /** Arguments after `FLAVOR_LAUNCHER_CLI=1`. */
  readonly self?: readonly string[]
  readonly shell?: string
  /** Path → text. */
  readonly write?: Readonly<Record<string, string>>
  readonly flip?: string
  readonly of?: string
  readonly env?: Readonly<Record<string, string | null>>
  readonly cwd?: string
  readonly stdin?: string
  readonly times?: number
  readonly send?: {readonly signal: string; readonly after: string}
  readonly under?: string
  readonly expect?: Expectation
}

export interface Case {
  readonly rule: string
  readonly needs?: readonly string[]
  readonly skip?: Readonly<Record<string, string>>
  readonly package?: PackageDescription
  readonly others?: Readonly<Record<string, PackageDescription>>
  readonly steps: readonly Step[]
}

export interface NamedCase extends Case {
  /** The sentence that its file is called. */
  readonly name: string
  /** Of the folder: a section of SPEC.md. */
  readonly section: string
  readonly directory: string
}

const known: Readonly<Record<string, readonly string[]>> = {
  case: ['rule', 'needs', 'skip', 'package', 'others', 'steps'],
  expect: ['exit', 'signal', 'error', 'stdout', 'stdout matches', 'stderr', 'stderr matches', 'log', 'environment', 'files'],
  package: [
    ...'name version command argv script prints slots json seed development rotations'.split(' '),
    ...['signed by', 'builder', 'layout'],
  ],
  slot: 'id target tree file zeros tar chain stored original lifecycle mode shareable purpose'.split(' '),
  step: 'says start self shell write flip of env cwd stdin times send under expect'.split(' '),
}

const root = fileURLToPath(new URL('../cases/', import.meta.url))

export function loadCases(): readonly NamedCase[] {
  return readdirSync(root, {recursive: true, encoding: 'utf8'})
    .filter((path) => /\.(yaml|json)$/.test(path))
    .sort()
    .map((path) => load(join(root, path)))
}

function load(path: string): NamedCase {
  const one = parse(readFileSync(path, 'utf8')) as Case
  requireKnown(path, 'case', one)
  for (const pack of [one.package, ...Object.values(one.others ?? {})]) {
    requireKnown(path, 'package', pack)
    for (const slot of pack?.slots ?? []) requireKnown(path, 'slot', slot)
  }
  for (const step of one.steps) {
    requireKnown(path, 'step', step)
    requireKnown(path, 'expect', step.expect)
  }
  return {...one, directory: dirname(path), name: sentence(path), section: basename(dirname(path)).replaceAll('-', ' ')}
}

function sentence(path: string): string {
  return basename(path)
    .replace(/\.\w+$/, '')
    .replaceAll('-', ' ')
}

function requireKnown(path: string, kind: string, value: object | undefined): void {
  const strange = Object.keys(value ?? {}).find((key) => !known[kind]?.includes(key))
  if (strange !== undefined) throw new Error(`${path}: a ${kind} has no ${JSON.stringify(strange)}; it may have ${known[kind]?.join(', ')}`)
}
