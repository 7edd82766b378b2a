/**
 * The launcher's own commands: `FLAVOR_LAUNCHER_CLI=1 ./app COMMAND`. Results go to stdout. A package that fails its
 * checks never gets here, so all of them speak of a sound one.
 */
import {mkdirSync} from 'node:fs'
import {basename, resolve} from 'node:path'
import {toHex} from '../../../src/format/bytes.ts'
import {chainWord} from '../../../src/format/chain.ts'
import {examineContent} from '../../../src/format/content.ts'
import {PackageError} from '../../../src/format/errors.ts'
import {examine, type Slot} from '../../../src/format/examination.ts'
import type {Metadata} from '../../../src/format/metadata.ts'
import {nativeCheck} from '../../../src/format/signature-check.ts'
import {publisherKey} from '../../../src/trust/decision.ts'
import {createTree} from '../../../src/unpack/tree.ts'
import {unpackSlot} from '../../../src/unpack/unpack.ts'
import {baseCandidates, findBase, isNoexec} from '../../../src/workenv/base.ts'
import {cleanBase} from '../../../src/workenv/inventory.ts'
import {buildReady} from './build.ts'
import type {Launch} from './checked.ts'
import {allCommands, chooseCommand} from './command.ts'
import {decoders} from './decoders.ts'
import {addLastingSlots, addSlot} from './late.ts'
import {cleanQuietly} from './later.ts'
import {findReady, type Ready} from './ready.ts'
import type {LastStep} from './start.ts'
import {lookAtTrust, requireTrust} from './trust.ts'
import {lookUp} from './words.ts'

type Run = (opened: Launch) => LastStep | Promise<LastStep>
type Service = (opened: Launch, args: readonly string[], run: Run) => LastStep | Promise<LastStep | undefined> | undefined

const usage = `Commands of a package's launcher:

  info               what the package is
  verify             checks every byte of it
  metadata           prints its signed metadata
  extract SLOT DIR   unpacks one slot, by number or id, below DIR
  run [ARGS]         starts it, as without FLAVOR_LAUNCHER_CLI
  slot path ID       prints where a slot is, unpacking it if need be
  prepare            makes it ready to start, and prints where
  clean              removes work environments that nobody uses
  doctor             says what a start would find on this machine
`

const services: Readonly<Record<string, Service>> = {clean, doctor, extract, help, info, metadata, prepare, run: runOn, slot, verify}

/** `run` starts the application; the warm script has it. */
export async function serve(opened: Launch, run: Run): Promise<LastStep> {
  const [name = 'info', ...args] = opened.args
  const service = services[name.replace(/^--/, '')]
  if (!service || !Object.hasOwn(services, name.replace(/^--/, ''))) throw misuse(`there is no command ${JSON.stringify(name)}`)
  return (await service(opened, args, run)) ?? (() => {})
}

function print(text: string): undefined {
  process.stdout.write(`${text}\n`)
}

function help(): undefined {
  return print(usage.trimEnd())
}

function info({opened: {index, metadata, slots, source}}: Launch): undefined {
  const rows = slots.map(
    (one) =>
      `  ${one.index}  ${one.id}  ${one.purpose || 'data'}  ${chainWord(one.chain)}  ${one.storedSize} bytes  → ${one.target || '.'}`,
  )
  return print(
    [
      `${metadata.name} ${metadata.version}`,
      ...(metadata.description ? [metadata.description] : []),
      `format    PSPF/2025, ${source.size} bytes`,
      `built by  ${metadata.build.tool || 'unknown'} ${metadata.build.toolVersion}${metadata.build.development ? ', for development' : ''}`,
      `key       ed25519 ${toHex(index.publicKey)}`,
      `command   ${metadata.argv ? lineOf(metadata.argv) : metadata.command}`,
      ...commandRows(metadata),
      'slots',
      ...rows,
    ].join('\n'),
  )
}

/** Each but the one called default, which stands above. */
function commandRows({commands = []}: Metadata): readonly string[] {
  const others = commands.filter(({name}) => name !== 'default')
  return others.length === 0 ? [] : ['commands', ...others.map(({argv, name}) => `  ${name}  ${lineOf(argv)}`)]
}

function lineOf(words: readonly string[]): string {
  return words.map((word) => JSON.stringify(word)).join(' ')
}

function verify(launch: Launch): LastStep | undefined {
  const {opened} = launch
  const results = [...examine(opened.source, nativeCheck).results, ...examineContent(opened), publisherKey(() => lookAtTrust(launch))]
  for (const {detail, name, ok} of results) print(`${ok ? 'ok  ' : 'BAD '} ${name}: ${detail}`)
  const failure = results.find(({ok}) => !ok)
  if (failure) throw new PackageError(failure.code ?? 'EFLAVOR_INTERNAL', failure.detail, failure)
  return undefined
}

function metadata({opened}: Launch): undefined {
  return print(JSON.stringify(opened.metadata.json, null, 2))
}

async function extract(launch: Launch, [which, directory]: readonly string[]): Promise<undefined> {
  if (which === undefined || directory === undefined) throw misuse('extract needs a slot and a directory')
  lookAtTrust(launch)
  const {opened} = launch
  mkdirSync(directory, {recursive: true})
  const tree = createTree(resolve(directory))
  await unpackSlot(opened, slotOf(opened.slots, which), tree, decoders)
  tree.finish()
}

function runOn(opened: Launch, args: readonly string[], run: Run): LastStep | Promise<LastStep> {
  return run({...opened, args})
}

async function slot(opened: Launch, [verb, which]: readonly string[]): Promise<undefined> {
  if (verb !== 'path' || which === undefined) throw misuse('slot needs `path` and the id of a slot')
  const wanted = slotOf(opened.opened.slots, which)
  const {made, ready} = await makeReady(opened)
  return print(await addSlot(made, ready.generation.path, wanted))
}

/** Of several commands, for each where the caller names none. */
async function prepare(opened: Launch): Promise<undefined> {
  const [first = [], ...others] = opened.env.FLAVOR_COMMAND ? [] : allCommands(opened)
  const {made, ready} = await makeReady(opened, first)
  for (const one of [made, ...others.map((args) => chooseCommand({...opened, args}))]) await addLastingSlots(one, ready)
  return print(ready.generation.path)
}

function clean(opened: Launch, [flag, id]: readonly string[]): undefined {
  const base = findBase(opened.caller)
  if (flag === '--quietly') {
    cleanQuietly(base, id ?? '', opened.policy)
    return undefined
  }
  const {inUse, leftovers, removed} = cleanBase(base)
  for (const one of removed) print(`removed  ${one.id}`)
  for (const one of inUse) print(`in use   ${one.id}`)
  for (const path of leftovers) print(`removed  ${basename(path)}`)
  return undefined
}

function doctor(opened: Launch): undefined {
  const base = findBase(opened.caller)
  const current = findReady(opened)
  return print(
    [
      `node             ${process.version}, ${process.execPath}`,
      `replace process  ${typeof process.execve === 'function' ? 'yes' : 'no: this node runs other programs as children'}`,
      `mkfifo           ${lookUp('mkfifo', opened.caller.PATH) ?? 'missing: use of work environments is judged by age'}`,
      `base directory   ${base}${isNoexec(base) ? ' (mounted noexec: programs in it cannot start)' : ''}`,
      ...[...baseCandidates(opened.caller)].map((candidate) => `                 candidate ${candidate}`),
      `work environment ${current ? current.generation.path : 'not built yet'}`,
    ].join('\n'),
  )
}

/** For the command that variable or name choose: the arguments of the launcher's command are not the application's. */
async function makeReady(opened: Launch, args: readonly string[] = []): Promise<{readonly made: Launch; readonly ready: Ready}> {
  requireTrust(opened)
  const made = chooseCommand({...opened, args})
  return {made, ready: findReady(made) ?? (await buildReady(made))}
}

function slotOf(slots: readonly Slot[], which: string): Slot {
  const found = slots.find(({id}) => id === which) ?? (/^\d+$/.test(which) ? slots[Number(which)] : undefined)
  if (!found) throw misuse(`the package has no slot ${JSON.stringify(which)}; it has ${slots.map(({id}) => id).join(', ')}`)
  return found
}

function misuse(message: string): PackageError {
  return new PackageError('EFLAVOR_LAUNCHER_USAGE', message)
}
