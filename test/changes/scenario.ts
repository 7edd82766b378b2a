/**
 * A change with everything in it that a change can have, for tests that let it fail. As a program, with `faults.ts` before it:
 *
 *   scenario.ts commit ROOT     makes it, and prints how many calls that took
 *   scenario.ts add ROOT NAME   adds an entry to app.flavour
 *   scenario.ts exit ROOT       ends the process in the middle, with 7
 *   scenario.ts recover ROOT    undoes what another has left
 *   scenario.ts errors PLACE    lets every call fail once, and prints what was not as it should be, a JSON list
 */
import {mkdtempSync, rmSync} from 'node:fs'
import {join} from 'node:path'
import {isDeepStrictEqual} from 'node:util'
import {type Change, contentAt, fileContent} from '../../dist/changes/content.js'
import {recover, transaction} from '../../dist/changes/transaction.js'
import {readTree, type Tree, writeTree} from './tree.ts'

const {signal} = new AbortController()

export const before: Tree = {
  'app.flavour': '-644 spec: 0.1\n',
  'becomes-directory': '-600 x',
  'becomes-file': 'd755',
  'becomes-file/a': '-644 a',
  'becomes-file/b': 'd700',
  'becomes-file/b/c': 'l ../a',
  'empty-goes': 'd755',
  goes: 'd755',
  'goes/deep': 'd755',
  'goes/deep/down': '-755 #!/bin/sh\n',
  'link-turns': 'l app.flavour',
  'mode-changes': '-644 same',
  'mode-of-directory': 'd755',
  'mode-of-directory/stays': '-644 y',
  stays: '-640 z',
}

export const after: Tree = {
  '.flavour': 'd755',
  '.flavour/addons': 'd755',
  '.flavour/addons/0123': '-644 document',
  'app.flavour': '-644 spec: 0.1\naddons: {}\n',
  'becomes-directory': 'd755',
  'becomes-directory/new': '-644 n',
  'becomes-file': '-644 f',
  'empty-comes': 'd700',
  'link-turns': 'l stays',
  'mode-changes': '-755 same',
  'mode-of-directory': 'd700',
  'mode-of-directory/stays': '-644 y',
  stays: '-640 z',
}

function changes(root: string): readonly Change[] {
  const file = (path: string, text: string, mode = 0o644): Change => change(path, fileContent(Buffer.from(text), mode))
  const change = (path: string, now?: Change['after']): Change => ({after: now, before: contentAt(join(root, path), path), path})
  return [
    file('.flavour/addons/0123', 'document'),
    file('app.flavour', 'spec: 0.1\naddons: {}\n'),
    change('becomes-directory'),
    {after: fileContent(Buffer.from('n'), 0o644), before: undefined, path: 'becomes-directory/new'},
    file('becomes-file', 'f'),
    change('becomes-file/a'),
    change('becomes-file/b/c'),
    change('empty-comes', {kind: 'directory', mode: 0o700}),
    change('empty-goes'),
    change('goes/deep/down'),
    change('link-turns', {kind: 'link', target: 'stays'}),
    file('mode-changes', 'same', 0o755),
    change('mode-of-directory', {kind: 'directory', mode: 0o700}),
  ]
}

export async function commit(root: string): Promise<void> {
  await transaction(root, {signal}, ({commit}) => commit(changes(root)))
}

const hash = '0'.repeat(64)
const run = async (): Promise<never> => Promise.reject(new Error('no plan here runs anything'))
const context = {credentials: async () => undefined, has: async () => false, note: () => {}, output: () => {}, run, signal}

async function add(root: string, name: string): Promise<void> {
  // Much to load, for this alone.
  const [{applySteps}, {draft}] = await Promise.all([import('../../dist/changes/apply-steps.js'), import('../../dist/changes/draft.js')])
  await transaction(root, {signal}, async ({commit, directory}) => {
    const execution = {allow: async () => false, context, directory, kept: [], manager: 'x/y:1'}
    const {draft: added} = await applySteps(draft(root), [{hash, kind: 'add-entry', name, version: '1'}], execution)
    await commit(added.changes())
  })
}

// --- as a program -----------------------------------------------------------------------------------------------------

/** What is wrong after a change in which the `at`-th call has failed; whoever looks at the project next may tidy up, and no more. */
async function problem(root: string, at: number, kind: string): Promise<string | undefined> {
  const {fault} = await import('./faults.ts')
  writeTree(root, before)
  const old = readTree(root)
  Object.assign(fault, {at, count: 0, kind})
  const error = await commit(root).then(
    () => undefined,
    (thrown) => thrown as Error,
  )
  fault.at = 0
  const undone = kind.endsWith('+') || isDeepStrictEqual(withoutOurs(readTree(root)), error === undefined ? after : old)
  await recover(root)
  const now = readTree(root)
  if (undone && isDeepStrictEqual(now, error === undefined ? after : old)) return undefined
  if (kind.endsWith('+') && isDeepStrictEqual(now, after)) return undefined
  return `${kind} at ${at}: ${error?.message ?? 'no error'}: ${JSON.stringify(now)}`
}

function withoutOurs(tree: Tree): Tree {
  return Object.fromEntries(Object.entries(tree).filter(([path]) => !path.startsWith('.flavour-transaction.')))
}

async function problems(place: string, calls: number): Promise<readonly string[]> {
  const found: (string | undefined)[] = []
  for (const [kind, step] of [
    ['EIO', 1],
    ['EIO+', 3],
  ] as const)
    for (let at = 1; at <= calls; at += step) {
      const root = mkdtempSync(join(place, 'project-'))
      found.push(await problem(root, at, kind))
      rmSync(root, {force: true, recursive: true})
    }
  return found.flatMap((one) => one ?? [])
}

async function main(what: string | undefined, place = '', more = ''): Promise<unknown> {
  if (what === 'add') await add(place, more)
  if (what === 'commit') await commit(place)
  if (what === 'exit') await transaction(place, {signal}, async () => process.exit(7))
  if (what === 'recover') await recover(place)
  if (what === 'errors') return await problems(place, Number(more))
  return (await import('./faults.ts')).fault.count
}

if (import.meta.main) process.stdout.write(`${JSON.stringify(await main(...(process.argv.slice(2) as [string])))}\n`)
