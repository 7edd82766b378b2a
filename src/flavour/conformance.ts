/**
 * Does an addon manager keep the protocol? It is led through one story (check, add, add again, add another version, remove, and documents that
 * are none), each time as `flavour` does it, and what it has made of a project is held to the rules, one line each. What the protocol only
 * recommends is a warning.
 */
import {createHash} from 'node:crypto'
import type {AddonDeclaration, ManagerContext} from '@flavor/contract'
import {entryKey} from '../addons/entry-key.ts'
import type {ReadyManager} from './managers.ts'
import {failureOf, type Sight, type TrialProject, type TrialWishes, trialProject} from './trial.ts'

export interface Verdict {
  readonly rule: string
  readonly state: 'failed' | 'passed' | 'warned'
  /** Why it does not hold; null when it does. */
  readonly reason: string | null
}

export interface ConformanceRequest {
  readonly manager: ReadyManager
  /** One that it accepts, in two versions. */
  readonly addons: readonly [AddonDeclaration, AddonDeclaration]
  /** What it is tried on. */
  readonly trial: TrialWishes
  /** Gives each call of the manager its time. */
  timed<T>(work: (context: ManagerContext) => Promise<T>): Promise<T>
}

export async function conformance(request: ConformanceRequest): Promise<readonly Verdict[]> {
  const story = await tell(request)
  return rules(request).map(({holds, level, rule}) => {
    const reason = holds(story)
    return {reason: reason ?? null, rule, state: reason === undefined ? 'passed' : level === 'must' ? 'failed' : 'warned'}
  })
}

// --- the story --------------------------------------------------------------------------------------------------------

interface Story {
  /** What it says against the addon; nothing when it accepts it. */
  readonly check: string | undefined
  readonly before: Sight
  readonly added: Sight
  readonly again: Sight
  /** With the other version. */
  readonly replaced: Sight
  /** And without it. */
  readonly removed: Sight
  /** What it says against documents that are none, word by word; undefined where it takes one. */
  readonly nonsense: Readonly<Record<'add' | 'check' | 'remove', string | undefined>>
}

async function tell(request: ConformanceRequest): Promise<Story> {
  const {addons, manager, timed, trial} = request
  const [addon, later] = addons
  const here = await trialProject(trial)
  try {
    const change = (word: 'add' | 'remove', one: AddonDeclaration): Promise<Sight> =>
      timed((context) => here.change(word, one, manager, context))
    return {
      before: here.look(),
      check: await objection(request, addon, here),
      added: await change('add', addon),
      again: await change('add', addon),
      replaced: await change('add', later),
      removed: await change('remove', later),
      nonsense: await nonsenseStory(request, here),
    }
  } finally {
    await here.remove()
  }
}

async function objection({manager, timed}: ConformanceRequest, addon: AddonDeclaration, {root}: TrialProject): Promise<string | undefined> {
  return await timed(async (context) => {
    try {
      return (await manager.check(addon, context, root))[0]?.message
    } catch (error) {
      return failureOf(error, context)
    }
  })
}

const nonsense: AddonDeclaration = {bytes: Buffer.from('spec: 0.1\nmeta: nonsense: [\n'), install: {}, name: 'nonsense', version: '1'}

/** Only images ever see what is no addon: flavour itself reads documents before it asks a plugin. */
async function nonsenseStory(request: ConformanceRequest, here: TrialProject): Promise<Story['nonsense']> {
  const {manager, timed} = request
  if (manager.image === null) return {add: '', check: '', remove: ''}
  const failure = async (word: 'add' | 'remove') => (await timed((context) => here.change(word, nonsense, manager, context))).failure
  return {add: await failure('add'), check: await objection(request, nonsense, here), remove: await failure('remove')}
}

// --- the rules --------------------------------------------------------------------------------------------------------

interface Rule {
  readonly level: 'must' | 'should'
  readonly rule: string
  /** Why it does not; undefined when it does. */
  holds(story: Story): string | undefined
}

function rules({addons: [addon, later], manager}: ConformanceRequest): readonly Rule[] {
  return [
    ...identityRules(manager),
    ...addRules(addon, manager),
    ...removeRules(addon, later),
    ...(manager.image === null ? [] : failureRules),
  ]
}

function identityRules({identifier, image}: ReadyManager): readonly Rule[] {
  const states: Rule = {
    holds: () => (identifier === tagged(image ?? '') ? 'it has none, so its name stands for it' : undefined),
    level: 'should',
    rule: 'states FAM_IDENTIFIER',
  }
  return [
    ...(image === null ? [] : [states]),
    {holds: ({check}) => check && `it says: ${check}`, level: 'must', rule: 'check accepts a sound addon'},
  ]
}

function tagged(image: string): string {
  return /[:@][^/]*$/.test(image) ? image : `${image}:latest`
}

function addRules(addon: AddonDeclaration, {identifier}: ReadyManager): readonly Rule[] {
  const hash = createHash('sha256').update(addon.bytes).digest('hex')
  return [
    {holds: ({added}) => added.failure, level: 'must', rule: 'add succeeds'},
    {
      holds: ({added}) => (entryOf(added, addon) ? undefined : `app.flavour has no entry ${entryKey(addon)}`),
      level: 'should',
      rule: 'add notes the addon in app.flavour',
    },
    {
      holds: ({added}) => differs(entryOf(added, addon)?.hash, hash),
      level: 'must',
      rule: 'its entry has the SHA-256 of the document, in hex',
    },
    {holds: ({added}) => differs(entryOf(added, addon)?.manager, identifier), level: 'should', rule: 'its entry names the manager'},
    {
      holds: ({added}) =>
        added.documents.some((one) => one.every((word) => word === hash))
          ? undefined
          : `.flavour/addons/${hash} is not there, or has other bytes`,
      level: 'must',
      rule: 'add keeps the document, byte for byte',
    },
    {holds: ({before, added}) => lostText(before, added), level: 'should', rule: 'add leaves the rest of app.flavour as it was written'},
    {holds: ({added, again}) => again.failure ?? changed(added, again), level: 'must', rule: 'adding what is there changes nothing'},
    {holds: (story) => strangers(story), level: 'must', rule: 'whatever it writes belongs to the caller'},
  ]
}

function removeRules(addon: AddonDeclaration, later: AddonDeclaration): readonly Rule[] {
  return [
    {
      holds: ({replaced}) =>
        replaced.failure ??
        (entryOf(replaced, addon)
          ? `${entryKey(addon)} is still there`
          : entryOf(replaced, later)
            ? undefined
            : `there is no ${entryKey(later)}`),
      level: 'should',
      rule: 'another version takes the place of the one that is there',
    },
    {
      holds: ({removed}) => removed.failure ?? (entryOf(removed, later) ? `${entryKey(later)} is still there` : undefined),
      level: 'must',
      rule: 'remove takes the entry away',
    },
    {
      holds: ({before, removed}) => documentsLeft(before, removed),
      level: 'should',
      rule: 'remove takes the document away',
    },
    {
      holds: ({before, removed}) =>
        /^addons:/m.test(before.appText) || !/^addons:/m.test(removed.appText) ? undefined : 'it leaves an empty one',
      level: 'should',
      rule: 'the last addon takes `addons` with it',
    },
    {holds: ({before, removed}) => changed(before, removed), level: 'should', rule: 'add and remove give back what was there'},
  ]
}

const failureRules: readonly Rule[] = (['check', 'add', 'remove'] as const).map((word) => ({
  holds: ({nonsense: said}) => (said[word] === undefined ? 'it ended with status 0' : undefined),
  level: 'must',
  rule: `${word} fails for what is no addon.flavour`,
}))

function entryOf({app}: Sight, {name, version}: AddonDeclaration) {
  return app?.addons.find((one) => one.name === name && one.version === version)
}

/** Where there is no entry, another rule says so. */
function differs(found: string | undefined, wanted: string): string | undefined {
  return found === undefined || found === wanted ? undefined : `it has ${found}, and should have ${wanted}`
}

function changed(before: Sight, after: Sight): string | undefined {
  const paths = [...new Set([...before.files.keys(), ...after.files.keys()])].filter(
    (path) => before.files.get(path) !== after.files.get(path),
  )
  const files = paths.filter((path) => !/"kind":"directory"/.test(before.files.get(path) ?? after.files.get(path) ?? ''))
  const named = files.length > 0 ? files : paths
  return named.length === 0 ? undefined : `changed: ${named.toSorted().slice(0, 5).join(', ')}${named.length > 5 ? ', …' : ''}`
}

function documentsLeft(before: Sight, after: Sight): string | undefined {
  const names = after.documents.map(([name]) => name).filter((name) => !before.documents.some(([one]) => one === name))
  return names.length === 0 ? undefined : `still there: ${names.join(', ')}`
}

/** A line of the user's that is there no more, as it was. */
function lostText(before: Sight, after: Sight): string | undefined {
  const line = before.appText.split('\n').find((one) => !after.appText.split('\n').includes(one))
  return line === undefined ? undefined : `there is no more line ${JSON.stringify(line)}`
}

function strangers({added, removed, replaced}: Story): string | undefined {
  const [path] = [added, replaced, removed].flatMap((sight) => sight.strangers)
  return path === undefined ? undefined : `${path} belongs to somebody else`
}
