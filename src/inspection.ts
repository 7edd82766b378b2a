/**
 * What a package says about itself, as far as it can be read: for `flavor inspect`, which must be of most use when a
 * package is broken. Nothing here is proof of anything; `verification.ts` is.
 */
import {toHex} from './format/bytes.ts'
import {chainWord} from './format/chain.ts'
import {PackageError} from './format/errors.ts'
import {type CheckResult, examine, type Package, type Region, type Slot} from './format/examination.ts'
import {openFileSource} from './format/file-source.ts'
import type {CommandJson, Metadata} from './format/metadata.ts'
import {formatName} from './format/registry.ts'
import {checkSignature} from './format/signature.ts'

/** The keys of pspf-2025 6.4 first, in their spelling; then ours. Unknown facts are null. */
export interface Inspection {
  readonly package: string
  readonly format: string
  readonly format_version: string | null
  readonly size: number
  readonly launcher_size: number | null
  readonly package_metadata: unknown
  readonly build_metadata: unknown
  readonly slots: readonly InspectedSlot[]
  readonly publicKey: string | null
  readonly launcher: unknown
  readonly execution: unknown
  /** Null in a package that knows one command alone, which `execution` says. */
  readonly commands: Readonly<Record<string, CommandJson>> | null
  readonly runtime: unknown
  readonly regions: readonly Region[]
  /** Failed checks, in the words of `flavor verify`. Empty for a package that a launcher would accept. */
  readonly problems: readonly Pick<CheckResult, 'code' | 'detail' | 'name'>[]
}

export interface InspectedSlot {
  readonly index: number
  readonly name: string
  readonly purpose: string
  readonly lifecycle: string
  readonly target: string
  /** Stored bytes. */
  readonly size: number | null
  readonly originalSize: number | null
  readonly operations: string
  readonly codecs: readonly string[]
  readonly sha256: string | null
  readonly mode: string
}

/** Throws PackageError EFLAVOR_IO when the file cannot be read, EFLAVOR_NOT_A_PACKAGE when it has no trailer, so that there is nothing to show. */
export function inspectFile(path: string): Inspection {
  const source = openFileSource(path)
  try {
    const {found, results} = examine(source, checkSignature)
    const [trailer] = results
    if (!found.index && trailer?.code) throw new PackageError(trailer.code, `inspect ${path}: ${trailer.detail}`, trailer)
    const problems = results.filter(({ok}) => !ok).map(({code, detail, name}) => ({code, detail, name}) as CheckResult)
    return describe(path, source.size, found, problems)
  } finally {
    source.close()
  }
}

function describe(
  path: string,
  size: number,
  {index, metadata, regions, slots}: Partial<Package>,
  problems: Inspection['problems'],
): Inspection {
  const json = metadata?.json ?? {}
  return {
    package: path,
    format: formatName,
    format_version: index ? `0x${index.formatVersion.toString(16)}` : null,
    size,
    launcher_size: index?.launcherSize ?? null,
    package_metadata: json.package ?? null,
    build_metadata: json.build ?? null,
    slots: (slots ?? metadata?.slots ?? []).map((slot) => describeSlot(slot)),
    publicKey: index ? toHex(index.publicKey) : null,
    launcher: json.launcher ?? null,
    execution: json.execution ?? null,
    commands: (json.commands as Inspection['commands'] | undefined) ?? null,
    runtime: json.runtime ?? null,
    regions: regions ?? [],
    problems,
  }
}

function describeSlot(slot: Metadata['slots'][number] | Slot): InspectedSlot {
  const placed = 'chain' in slot ? slot : undefined
  return {
    index: slot.index,
    name: slot.id,
    purpose: slot.purpose,
    lifecycle: slot.lifecycleWord || slot.lifecycle,
    target: slot.target,
    size: placed?.storedSize ?? null,
    originalSize: slot.exact?.original_size ?? null,
    operations: placed ? chainWord(placed.chain) : slot.operations,
    codecs: slot.exact?.chain.map(({codec}) => codec) ?? [],
    sha256: slot.sha256 ?? null,
    mode: slot.mode.toString(8).padStart(4, '0'),
  }
}
