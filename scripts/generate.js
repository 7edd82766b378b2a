/**
 * Writes what is derived from the language-neutral tables in `format/`, so that a number stands in one place:
 *
 *     format/registry.json → src/format/registry.ts, plugins/launcher-go/native/internal/format/registry.go
 *     format/errors.json   → src/format/codes.ts, plugins/launcher-go/native/internal/format/codes.go
 *     both                 → the tables of format/SPEC.md
 *     and for the Rust launcher, where it is: plugins/launcher-rust/native/src/{registry,codes}.rs
 *
 * and for editors, from the one schema of the manifest:
 *
 *     src/project/schema.ts → format/flavor.schema.json
 *
 * The results are committed. `--check` writes nothing and fails when one of them is stale; a test runs that.
 */
import {existsSync, readFileSync, writeFileSync} from 'node:fs'

const root = new URL('../', import.meta.url)
const read = (path) => JSON.parse(readFileSync(new URL(path, root), 'utf8'))
const head = (from) => `// Generated from ${from} by \`npm run generate\`; edit that file instead.\n`
const bytes = (hex) =>
  `Uint8Array.of(${hex
    .match(/../g)
    .map((byte) => `0x${byte}`)
    .join(', ')})`
const quote = (text) => `'${text}'`
const literal = (value) => JSON.stringify(value, null, 2).replaceAll(/"([^"]*)"/g, "'$1'")

function registry() {
  const {format, lifecycleAliases, lifecycles, limits, operations, purposeClasses, targets} = read('format/registry.json')
  return `${head('format/registry.json')}
export const formatName = ${quote(format.name)}
export const metadataVersion = ${quote(format.metadataVersion)}
export const formatVersion = ${format.version}
export const startMark = ${bytes(format.startMark)}
export const endMark = ${bytes(format.endMark)}
export const indexSize = ${format.indexSize}
export const trailerSize = ${format.trailerSize}
export const descriptorSize = ${format.descriptorSize}
export const slotAlignment = ${format.slotAlignment}
export const buildTool = ${quote(format.tool)}
export const layoutVersion = ${format.layout}

export const limits = ${literal(limits)} as const

export const operations = ${literal(operations.map((row) => ({...row, code: Number(row.code)})))} as const

export const purposeClasses = ${literal(purposeClasses)} as const

export const lifecycles = ${literal(lifecycles)} as const

export const lifecycleAliases: Readonly<Record<string, LifecycleName>> = ${literal(lifecycleAliases)}

export const targets = ${literal(targets)} as const

export type LifecycleName = (typeof lifecycles)[number]['name']
export type TargetName = (typeof targets)[number]['name']
`
}

function codes() {
  const {errors, exits} = read('format/errors.json')
  const rows = Object.fromEntries(Object.entries(errors).map(([code, row]) => [code, row.exit]))
  return `${head('format/errors.json')}
/** Exit code of a launcher for each error of a package. */
export const launcherExits = ${literal(rows)} as const

export const exits = ${literal(exits)} as const

export type PackageErrorCode = keyof typeof launcherExits
`
}

const goHead = (from) => `// Code generated from ${from} by \`npm run generate\`; edit that file instead. DO NOT EDIT.\n\npackage format\n`
const goName = (text) => text.replace(/^./, (letter) => letter.toUpperCase())
const goText = (hex) => `"${hex.replaceAll(/../g, (byte) => `\\x${byte}`)}"`
const goConstants = (entries) => entries.map(([name, value]) => `const ${name} = ${value}\n`).join('')
/** A switch costs a program nothing when it starts; a map is filled each time. */
const goSwitch = (head, rows, rest) =>
  `${head} {\n\tswitch word {\n${rows.map(([words, value]) => `\tcase ${words}:\n\t\treturn ${value}\n`).join('')}\t}\n\treturn ${rest}\n}\n`

function goRegistry() {
  const {format, lifecycleAliases, lifecycles, limits, operations} = read('format/registry.json')
  const aliases = (name) => Object.keys(lifecycleAliases).filter((word) => lifecycleAliases[word] === name)
  const words = (row) => [row.name, ...aliases(row.name)].map((word) => JSON.stringify(word)).join(', ')
  return `${goHead('format/registry.json')}
${goConstants([
  ['FormatName', JSON.stringify(format.name)],
  ['FormatVersion', format.version],
  ['StartMark', goText(format.startMark)],
  ['EndMark', goText(format.endMark)],
  ['IndexSize', format.indexSize],
  ['TrailerSize', format.trailerSize],
  ['DescriptorSize', format.descriptorSize],
  ['SlotAlignment', format.slotAlignment],
  ['BuildTool', JSON.stringify(format.tool)],
  ['LayoutVersion', format.layout],
])}
${goConstants(Object.entries(limits).map(([name, value]) => [`Limit${goName(name)}`, value]))}
${goConstants(operations.map(({code, name}) => [`Operation${goName(name)}`, code]))}
// OperationName is empty for an operation that the registry does not know.
${goSwitch(
  'func OperationName(word byte) string',
  operations.map(({name}) => [`Operation${goName(name)}`, JSON.stringify(name)]),
  '""',
)}
${goConstants(lifecycles.map(({name}) => [goName(name), JSON.stringify(name)]))}
// LifecycleOf is persistent for a word that nobody knows.
${goSwitch(
  'func LifecycleOf(word string) string',
  lifecycles.map((row) => [words(row), goName(row.name)]),
  'Persistent',
)}
// LifecycleCode is the byte of a lifecycle in the slot table.
${goSwitch(
  'func LifecycleCode(word string) byte',
  lifecycles.map(({code, name}) => [goName(name), code]),
  lifecycles.find(({name}) => name === 'persistent').code,
)}`
}

function goCodes() {
  const {errors} = read('format/errors.json')
  const camel = (code) => code.replace('EFLAVOR', 'Err').replaceAll(/_(.)([A-Z]*)/g, (_, first, rest) => first + rest.toLowerCase())
  return `${goHead('format/errors.json')}
// Code names what is wrong with a package, in the words that every implementation shares.
type Code string

${goConstants(Object.keys(errors).map((code) => [`${camel(code)} Code`, JSON.stringify(code)]))}
// Exit is the launcher's exit code for the error.
${goSwitch(
  'func (word Code) Exit() int',
  Object.entries(errors).map(([code, {exit}]) => [camel(code), exit]),
  101,
)}`
}

const pascal = (word) => word.replaceAll(/(?:^|_)([a-z])([a-z]*)/gi, (_, first, rest) => first.toUpperCase() + rest.toLowerCase())
const rustText = (text) => JSON.stringify(text)
const rustBytes = (hex) =>
  `[${hex
    .match(/../g)
    .map((byte) => `0x${byte}`)
    .join(', ')}]`

function rustRegistry() {
  const {format, lifecycleAliases, lifecycles, limits, operations} = read('format/registry.json')
  const snake = (name) => name.replaceAll(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()
  const rows = (list, row) => list.map((one) => `    ${row(one)},\n`).join('')
  return `${head('format/registry.json')}
pub const FORMAT_NAME: &str = ${rustText(format.name)};
pub const FORMAT_VERSION: u32 = ${format.version};
pub const START_MARK: [u8; 4] = ${rustBytes(format.startMark)};
pub const END_MARK: [u8; 4] = ${rustBytes(format.endMark)};
pub const INDEX_SIZE: usize = ${format.indexSize};
pub const TRAILER_SIZE: usize = ${format.trailerSize};
pub const DESCRIPTOR_SIZE: usize = ${format.descriptorSize};
pub const SLOT_ALIGNMENT: u64 = ${format.slotAlignment};
pub const BUILD_TOOL: &str = ${rustText(format.tool)};
pub const LAYOUT_VERSION: u64 = ${format.layout};

pub mod limits {
${Object.entries(limits)
  .map(([name, value]) => `    pub const ${snake(name)}: u64 = ${value};\n`)
  .join('')}}

/// Code and name.
pub const OPERATIONS: &[(u8, &str)] = &[
${rows(operations, ({code, name}) => `(${code}, ${rustText(name)})`)}];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lifecycle {
${rows(lifecycles, ({name}) => pascal(name))}}

/// Lifecycle, name and code.
pub const LIFECYCLES: &[(Lifecycle, &str, u8)] = &[
${rows(lifecycles, ({code, name}) => `(Lifecycle::${pascal(name)}, ${rustText(name)}, ${code})`)}];

/// What other builders call a lifecycle.
pub const LIFECYCLE_ALIASES: &[(&str, Lifecycle)] = &[
${rows(Object.entries(lifecycleAliases), ([word, name]) => `(${rustText(word)}, Lifecycle::${pascal(name)})`)}];
`
}

function rustCodes() {
  const {errors} = read('format/errors.json')
  const names = Object.keys(errors).map((code) => [code, pascal(code.replace(/^EFLAVOR_/, ''))])
  return `${head('format/errors.json')}
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Code {
${names.map(([, name]) => `    ${name},\n`).join('')}}

impl Code {
    pub const fn name(self) -> &'static str {
        match self {
${names.map(([code, name]) => `            Code::${name} => "${code}",\n`).join('')}        }
    }

    /// Exit code of a launcher that stops for this error.
    pub const fn exit(self) -> i32 {
        match self {
${names.map(([code, name]) => `            Code::${name} => ${errors[code].exit},\n`).join('')}        }
    }
}
`
}

/** SPEC.md with what stands between each pair of its markers made anew. */
function specification() {
  const {lifecycleAliases, lifecycles, limits, operationRanges, operations, purposeClasses} = read('format/registry.json')
  const {errors} = read('format/errors.json')
  const table = (head, rows) => [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n')
  const code = (word) => `\`${word}\``
  const aliases = (name) => Object.keys(lifecycleAliases).filter((word) => lifecycleAliases[word] === name)
  const ranges = operationRanges.map(({from, owner, to}) => `${code(from)} to ${code(to)}: ${owner}.`)
  const said = {
    gap: 'bytes in a row that belong to no region',
    metadataDepth: 'depth to which the JSON may be nested',
    metadataJson: 'bytes of JSON',
    metadataStored: 'bytes of metadata as stored',
    slotCount: 'slots',
    tarPath: 'characters of a path in the work environment',
  }
  const tables = {
    classes: table(
      ['code', 'class'],
      purposeClasses.map(({code: number, name}) => [number, name]),
    ),
    errors: table(
      ['code', 'exit', 'class', 'meaning'],
      Object.entries(errors).map(([name, row]) => [code(name), row.exit, row.class, row.meaning]),
    ),
    lifecycles: table(
      ['lifecycle', 'code', 'words of other builders'],
      lifecycles.map(({code: number, name}) => [code(name), number, aliases(name).map(code).join(', ')]),
    ),
    limits: table(
      ['most', ''],
      Object.entries(limits).map(([name, value]) => [value.toLocaleString('en'), said[name]]),
    ),
    operations: `${table(
      ['code', 'name', 'words'],
      operations.map((row) => [code(row.code), row.name, row.strings.map(code).join(', ')]),
    )}\n\n${ranges.join(' ')}`,
  }
  const text = readFileSync(new URL('format/SPEC.md', root), 'utf8')
  return text.replaceAll(
    /(<!-- generated: (\w+) -->\n)[\s\S]*?(<!-- end -->)/g,
    (_, start, name, end) => `${start}\n${tables[name]}\n\n${end}`,
  )
}

const unquoteKeys = (text) => text.replaceAll(/^(\s*)'([A-Za-z_]\w*)':/gm, '$1$2:')
const stale = []
write('src/format/codes.ts', unquoteKeys(codes()))
write('src/format/registry.ts', unquoteKeys(registry()))
write('plugins/launcher-go/native/internal/format/codes.go', goCodes())
write('plugins/launcher-go/native/internal/format/registry.go', goRegistry())
write('format/SPEC.md', specification())
if (existsSync(new URL('plugins/launcher-rust/native/', root))) {
  write('plugins/launcher-rust/native/src/codes.rs', rustCodes())
  write('plugins/launcher-rust/native/src/registry.rs', rustRegistry())
}
// Only now: the schema lists what the registry holds.
const {schemaText} = await import('../src/project/schema.ts')
write('format/flavor.schema.json', schemaText())

function write(path, wanted) {
  const file = new URL(path, root)
  let found = ''
  try {
    found = readFileSync(file, 'utf8')
  } catch {}
  if (found === wanted) return
  stale.push(path)
  if (!process.argv.includes('--check')) writeFileSync(file, wanted)
}

if (process.argv.includes('--check') && stale.length > 0) {
  console.error(`stale: ${stale.join(', ')}\n  npm run generate`)
  process.exitCode = 1
}
