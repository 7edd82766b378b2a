/**
 * The contract test of addon managers. Their plans are carried out on a project that exists in memory alone; commands are not run. What
 * images do is only known when they run: of a manager that stands for them its offer is tested, and `flavour conform IMAGE` tests the image.
 */
import assert from 'node:assert/strict'
import {createHash} from 'node:crypto'
import {describe, it} from 'mocha'
import type {AddonDeclaration, AddonManager, Descriptor, Problem, ProjectView, Step} from '../index.ts'
import {managerContext} from './context.ts'
import {testOffer} from './offer.ts'
import {ask, eachCode, eachOffer, packageName} from './plugin.ts'
import {type MemoryProject, memoryProject} from './project.ts'
import type {Tree} from './trees.ts'

/** An addon to try: what its `addon.flavour` says, and its text where that matters to the manager. */
export interface AddonSample {
  readonly install?: AddonDeclaration['install']
  readonly name: string
  readonly version: string
  readonly text?: string
}

export interface AddonManagerOptions {
  /** By the manager's id, an addon of its stack in two versions. */
  readonly addons?: Readonly<Record<string, readonly [AddonSample, AddonSample]>>
  /** By the manager's id, files of a project of its stack. */
  readonly projects?: Readonly<Record<string, Tree>>
  /** By the id that a manager `extends`, the root of the plugin that offers it. */
  readonly upon?: Readonly<Record<string, URL>>
}

/** As the host has it: joined with those that it builds upon, and in a context. */
interface Joined {
  check(addon: AddonDeclaration): Promise<readonly Problem[]>
  plan(change: 'add' | 'remove', addon: AddonDeclaration, project: ProjectView): Promise<readonly Step[]>
}

interface Trial {
  readonly code: Joined
  readonly facts: Descriptor<'addon-managers'>
  /** An addon that it accepts, in two versions. */
  readonly addon: AddonDeclaration
  readonly later: AddonDeclaration
  readonly project: () => MemoryProject
}

const samples = [
  {name: 'sample', version: '1.0'},
  {name: 'sample', version: '1.1'},
] as const

export function describeAddonManagers(root: URL, options: AddonManagerOptions = {}): void {
  describe(`addon managers of ${packageName(root)}`, () => {
    testOffer(root, 'addon-managers', ['check', 'plan'])
    testFacts(root)
    testAbilities(root)
    const test: Test = (title, check) =>
      it(title, () =>
        eachCode(root, 'addon-managers', async (code, facts) => {
          if (!standsForImages(facts)) await check(await trial(code, facts, options))
        }),
      )
    testCheck(test)
    testPlan(test)
    testChanges(test)
  })
}

type Test = (title: string, check: (trial: Trial) => Promise<void>) => void

function testFacts(root: URL): void {
  it('states its stack and its identifier', () =>
    eachOffer(root, 'addon-managers', ({identifier, stack}) => {
      assert.match(stack, /^[a-z][a-z0-9.-]*$/)
      assert.match(identifier, /^[a-z0-9][a-z0-9._/-]*:[\w.-]+$/, 'an identifier is like flavour/fam-python:0.1')
    }))
}

function testAbilities(root: URL): void {
  it('has the code that its facts name', () =>
    eachCode(root, 'addon-managers', (code, facts) => {
      assert.equal(
        typeof code.find,
        facts.ecosystem === undefined ? 'undefined' : 'function',
        'an `ecosystem` goes with the function `find`',
      )
      assert.equal(typeof code.image, standsForImages(facts) ? 'function' : 'undefined', '`images` goes with the function `image`')
    }))
}

function standsForImages({features}: Descriptor<'addon-managers'>): boolean {
  return features?.includes('images') ?? false
}

function testCheck(test: Test): void {
  test('accepts at least one addon, in two versions', async ({addon, code, later}) => {
    for (const one of [addon, later]) assert.deepEqual(await code.check(one), [], 'it rejects it; give `addons` one of its stack')
  })

  test('checks to the same result each time, and says readably what is wrong', async ({addon, code}) => {
    for (const install of [addon.install, {}, {'not-a-key': 'x', package: '\u0000'}]) {
      const problems = await code.check({...addon, install})
      assert.deepEqual(await code.check({...addon, install}), problems)
      for (const {hint, message} of problems) {
        assert.match(message, /^\S.*[^\s.]$/, 'a message is one line without a full stop')
        assert.ok(hint === undefined || /^\S.*\S$/.test(hint), 'a hint is one line')
      }
    }
  })
}

function testPlan(test: Test): void {
  test('plans the same each time, from what it is given alone', async ({addon, code, project}) => {
    for (const change of ['add', 'remove'] as const)
      assert.deepEqual(await code.plan(change, addon, project()), await code.plan(change, addon, project()))
  })

  test('plans within the project', async ({addon, code, project}) => {
    const here = project()
    const adding = await code.plan('add', addon, here)
    await here.apply(adding, addon)
    for (const path of [...adding, ...(await code.plan('remove', addon, here))].flatMap(pathsOf)) requireConfined(path)
  })

  test('leaves app.flavour to entries', async ({addon, code, project}) => {
    const steps = await code.plan('add', addon, project())
    assert.ok(!steps.flatMap(pathsOf).includes('app.flavour'), 'it writes app.flavour itself; plan an add-entry')
  })

  test('notes what it adds, by name, version and SHA-256, and keeps its document', async ({addon, code, project}) => {
    const here = project()
    await here.apply(await code.plan('add', addon, here), addon)
    const hash = createHash('sha256').update(addon.bytes).digest('hex')
    const noted = (await here.addons()).map(({hash, name, version}) => ({hash, name, version}))
    assert.deepEqual(noted, [{hash, name: addon.name, version: addon.version}])
    const stored = await here.read(`.flavour/addons/${hash}`)
    assert.ok(stored && Buffer.compare(stored, addon.bytes) === 0, 'the document is not there, or has other bytes')
  })
}

function testChanges(test: Test): void {
  test('changes nothing when it adds what is there', async ({addon, code, project}) => {
    const here = project()
    await here.apply(await code.plan('add', addon, here), addon)
    const before = here.content()
    await here.apply(await code.plan('add', addon, here), addon)
    assert.deepEqual(here.content(), before)
  })

  test('changes nothing when it removes what is not there', async ({addon, code, project}) => {
    const here = project()
    const before = here.content()
    await here.apply(await code.plan('remove', addon, here))
    assert.deepEqual(here.content(), before)
  })

  test('has one version of an addon at a time, and one document', async ({addon, code, later, project}) => {
    const here = project()
    for (const one of [addon, later]) await here.apply(await code.plan('add', one, here), one)
    assert.deepEqual(
      (await here.addons()).map(({version}) => version),
      [later.version],
    )
    assert.equal((await here.list('.flavour/addons')).length, 1, 'the document of the other version is still there')
  })

  test('restores what was there, where it promises to', async ({addon, code, facts, later, project}) => {
    if (!facts.features?.includes('restores')) return
    const here = project()
    const before = here.content()
    for (const one of [addon, later]) await here.apply(await code.plan('add', one, here), one)
    await here.apply(await code.plan('remove', later, here))
    assert.deepEqual(here.content(), before)
  })
}

async function trial(code: AddonManager, facts: Descriptor<'addon-managers'>, options: AddonManagerOptions): Promise<Trial> {
  const {addons = {}, projects = {}} = options
  const [addon, later] = (addons[facts.id] ?? samples).map(declared) as [AddonDeclaration, AddonDeclaration]
  const files = {'app.flavour': 'spec: 0.1\n', 'README.md': 'A sample\n', ...projects[facts.id]}
  const codes = [...(await foundations(facts, options)), code]
  return {addon, code: joined(codes), facts, later, project: () => memoryProject(files, facts.identifier)}
}

/** Those that it builds upon, the lowest first. */
async function foundations(facts: Descriptor<'addon-managers'>, options: AddonManagerOptions): Promise<readonly AddonManager[]> {
  if (facts.extends === undefined) return []
  const root = options.upon?.[facts.extends]
  assert.ok(root, `it extends ${facts.extends}: say in \`upon\` which plugin offers that`)
  const below = (await ask(root, 'addon-managers')).find(({id}) => id === facts.extends)
  assert.ok(below, `${packageName(root)} offers no ${facts.extends}`)
  return [...(await foundations(below, options)), (await below.load()).default]
}

function joined(codes: readonly AddonManager[]): Joined {
  const each = async <T>(ask: (code: AddonManager) => Promise<readonly T[]>): Promise<readonly T[]> =>
    (await Promise.all(codes.map(ask))).flat()
  return {
    check: (addon) => each((code) => code.check(addon, managerContext)),
    plan: (change, addon, project) => each((code) => code.plan(change, addon, project, managerContext)),
  }
}

/** JSON is YAML, too. */
function declared({install = {}, name, text, version}: AddonSample): AddonDeclaration {
  const installing = Object.keys(install).length === 0 ? '' : `install: ${JSON.stringify(install)}\n`
  const bytes = Buffer.from(text ?? `spec: 0.1\nmeta:\n  name: ${name}\n  version: ${version}\n${installing}`)
  return {bytes, install, name, version}
}

/** `.` among what a command writes is the whole project, which it does not leave. */
function pathsOf(step: Step): readonly string[] {
  if (step.kind === 'run') return step.writes.filter((path) => path !== '.')
  return 'path' in step ? [step.path] : []
}

function requireConfined(path: string): void {
  const steps = path.split('/')
  assert.ok(path !== '' && !path.startsWith('/') && !path.includes('\\') && !path.includes('\0'), `${path} is no relative path`)
  assert.ok(!steps.some((step) => step === '' || step === '.' || step === '..'), `${path} can leave the project`)
  assert.notEqual(steps[0], '.git', `${path} is git's`)
}
