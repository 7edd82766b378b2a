/** Small projects to pack with the real program, and what tests do with the results. */
import assert from 'node:assert/strict'
import {readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {memorySource} from '../../dist/format/bytes.js'
import type {Region} from '../../dist/format/examination.js'
import {examine} from '../../dist/format/examination.js'
import {checkSignature} from '../../dist/format/signature.js'
import {type Sandbox, writeTree} from './run.ts'

export const manifest = `name: hello
version: 1.0.0
command: node {workenv}/app/index.js
launcher: node
slots:
  - id: app
    purpose: application-code
    source: app
`

export const application = {
  'app/index.js': 'console.log("hello", ...process.argv.slice(2))\n',
  'flavor.yaml': manifest,
}

/** Packs the project in a directory of the sandbox; gives the package's path. */
export async function packed(box: Sandbox, directory: string, args: readonly string[] = []): Promise<string> {
  const output = box.path(`${directory}.package`)
  const {code, stderr} = await box.run(['pack', '--quiet', '--key-seed', 'e2e', '--output', output, ...args], {cwd: box.path(directory)})
  assert.equal(code, 0, stderr)
  return output
}

export async function packedApplication(box: Sandbox, files: Readonly<Record<string, string | Uint8Array>> = application): Promise<string> {
  await writeTree(box.path('project'), files)
  return packed(box, 'project')
}

/** The regions of a sound package, padding included. */
export function regionsOf(path: string): readonly Region[] {
  const bytes = readFileSync(path)
  const {regions = []} = examine(memorySource(bytes), checkSignature).found
  const gaps = regions.slice(1).flatMap((region, index) => {
    const before = regions[index] as Region
    const end = before.offset + before.size
    return region.offset > end ? [{name: 'padding', offset: end, size: region.offset - end}] : []
  })
  return [...regions, ...gaps]
}

/** A copy of a file with one byte of it changed. */
export function flipped(path: string, at: number, to: string): string {
  const bytes = readFileSync(path)
  bytes[at] = (bytes[at] as number) ^ 0x01
  writeFileSync(to, bytes, {mode: 0o755})
  return to
}

export function fixture(...parts: readonly string[]): string {
  return join(import.meta.dirname, '../e2e/fixtures', ...parts)
}
