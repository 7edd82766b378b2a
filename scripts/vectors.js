/**
 * Makes `format/vectors` anew, from nothing but `dist/format` and the descriptions in `scripts/vectors/`:
 *
 *     npm run build && node scripts/vectors.js
 *
 * The result is committed, and equal on every machine; a test makes it again in memory and compares. What each file
 * means is said in `format/README.md`.
 */
import {mkdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {memorySource, toHex} from '../dist/format/bytes.js'
import {openPackage} from '../dist/format/examination.js'
import {targetPath} from '../dist/format/metadata.js'
import {checkSignature} from '../dist/format/signature.js'
import {mutations} from './vectors/mutations.js'
import {packages} from './vectors/packages.js'
import {sha256, text} from './vectors/pieces.js'
import {values} from './vectors/values.js'

const errors = JSON.parse(readFileSync(new URL('../format/errors.json', import.meta.url), 'utf8'))
const document = (value) => text(`${pretty(value)}\n`)

/** JSON with one line for each thing of the outer two levels, so that a change is a line of a diff. */
function pretty(value, indent = '', depth = 0) {
  const inner = `${indent}  `
  const open = depth < 2 && value !== null && typeof value === 'object' && Object.keys(value).length > 0
  if (!open) return JSON.stringify(value)
  if (Array.isArray(value)) return `[\n${value.map((item) => inner + pretty(item, inner, depth + 1)).join(',\n')}\n${indent}]`
  const rows = Object.entries(value).filter(([, item]) => item !== undefined)
  return `{\n${rows.map(([key, item]) => `${inner}${JSON.stringify(key)}: ${pretty(item, inner, depth + 1)}`).join(',\n')}\n${indent}}`
}

/** What a reader finds in a package that it accepts. */
function found(bytes) {
  const {index, metadata, metadataBytes, regions, slots} = openPackage(memorySource(bytes), checkSignature)
  return {
    key: toHex(index.publicKey),
    exact: metadata.exact,
    metadataSha256: sha256(metadataBytes),
    regions: regions.map(({name, offset, size}) => [name, offset, size]),
    slots: slots.map((slot) => ({
      id: slot.id,
      path: targetPath(slot.target),
      chain: slot.chain,
      offset: slot.offset,
      size: slot.storedSize,
      mode: slot.mode.toString(8).padStart(4, '0'),
      lifecycle: slot.lifecycle,
    })),
  }
}

function refusal(bytes) {
  try {
    openPackage(memorySource(bytes), checkSignature)
    return undefined
  } catch (error) {
    return error.code
  }
}

/** Path below `format/vectors` → bytes. */
export function vectorFiles() {
  const files = new Map()
  for (const [sentence, {make, withKey}] of Object.entries(packages)) {
    const {bytes} = make()
    const policy = withKey && {...withKey, key: toHex(withKey.key)}
    files.set(`${sentence}/package.pspf`, bytes)
    files.set(`${sentence}/expect.json`, document({accept: true, sha256: sha256(bytes), ...found(bytes), withKey: policy}))
  }
  files.set('mutations.json', document({mutations: mutations(refusal, (code) => errors.errors[code].exit)}))
  files.set('values.json', document(values))
  return files
}

if (process.argv[1] === import.meta.filename) {
  const root = new URL('../format/vectors/', import.meta.url)
  rmSync(root, {force: true, recursive: true})
  for (const [path, bytes] of vectorFiles()) {
    const file = new URL(path, root)
    mkdirSync(new URL('./', file), {recursive: true})
    writeFileSync(file, bytes)
  }
}
