/** Many versions on one disk: what they share is there once, and cleaning keeps to its budget without touching what runs. */
import assert from 'node:assert/strict'
import {type ChildProcessWithoutNullStreams, execFileSync, spawn} from 'node:child_process'
import {randomBytes} from 'node:crypto'
import {once} from 'node:events'
import {existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {setTimeout as wait} from 'node:timers/promises'
import type {Descriptor, Offer} from '@flavor/contract'
import {after, before, describe, it} from 'mocha'
import {capabilities} from '../support/capabilities.ts'
import {packPlan, planOf, slotOf} from '../support/pack.ts'
import {execute, repository, type Sandbox, sandbox, writeTree} from '../support/run.ts'

const versions = 50
const held = 25
const sharedSize = 4 * 1024 * 1024
const ownSize = 128 * 1024
/** Of a generation: directories, stamp, list of files, metadata, rounding up to blocks. */
const overhead = 64 * 1024
/** For what is shared, and some ten versions. */
const budget = 6_000_000

const script = `echo "$1 $(wc -c < "$FLAVOR_WORKENV/runtime/blob" | tr -d ' ')"
if test "$1" = wait; then read line; cksum < "$FLAVOR_WORKENV/app/own" && cksum < "$FLAVOR_WORKENV/runtime/blob"; fi
`

/** Starts the fastest where it is there: fifty cold starts are enough to wait for. */
async function launcher(): ReturnType<typeof capabilities.launcher> {
  const image = `${repository}plugins/launcher-go/images/${process.platform}-${process.arch}`
  const plugin = existsSync(image) ? 'launcher-go' : 'launcher-node'
  const {default: offer} = (await import(`../../plugins/${plugin}/dist/offer.js`)) as {default: Offer<'launchers'>}
  const [first] = await offer({host: {version: '0.0.0'}})
  return {...(first as Descriptor<'launchers'>), plugin: {version: '0.0.0'}}
}

describe(`${versions} versions that share a slot`, function () {
  this.timeout(120_000)
  let box: Sandbox
  let running: ChildProcessWithoutNullStreams | undefined
  let said = ''
  let sums = ''

  before(async function () {
    if (process.platform === 'win32') this.skip()
    box = await sandbox()
    await writeTree(box.path('project'), {'app/run.sh': script, 'runtime/blob': randomBytes(sharedSize)})
  })

  after(async () => {
    running?.kill('SIGKILL')
    await box?.remove()
  })

  /** A package whose `own` file no other version has. */
  async function version(number: number): Promise<string> {
    const project = box.path('project')
    writeFileSync(join(project, 'app/own'), randomBytes(ownSize))
    const raw = {key: undefined, level: undefined, operations: ['tar']}
    const slots = [
      slotOf(project, {compression: raw, id: 'app'}),
      slotOf(project, {compression: raw, id: 'runtime', purpose: 'static-resources'}),
    ]
    const plan = planOf(project, slots, {
      command: {text: '', words: ['sh', '{workenv}/app/run.sh']},
      output: box.path(`bin/${number}`),
      version: String(number),
    })
    return (await packPlan(plan, {capabilities: {...capabilities, launcher}, verify: false})).package
  }

  async function start(path: string): Promise<void> {
    const {code, stderr, stdout} = await execute(path, ['go'], {env: box.env})
    assert.deepEqual({code, stderr, stdout}, {code: 0, stderr: '', stdout: `go ${sharedSize}\n`})
  }

  async function hold(path: string): Promise<ChildProcessWithoutNullStreams> {
    sums = ['app/own', 'runtime/blob'].map((name) => execFileSync('cksum', {input: readFileSync(box.path('project', name))})).join('')
    const child = spawn(path, ['wait'], {env: box.env as NodeJS.ProcessEnv})
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      said += text
    })
    await once(child.stdout, 'data')
    return child
  }

  const base = (): string => box.path('cache/flavor')

  /** What the base takes of the disk, each file once however many names it has. */
  function onDisk(): number {
    const seen = new Map<string, number>()
    for (const name of readdirSync(base(), {encoding: 'utf8', recursive: true})) {
      const {blocks, dev, ino} = lstatSync(join(base(), name))
      seen.set(`${dev}:${ino}`, blocks * 512)
    }
    return [...seen.values()].reduce((sum, size) => sum + size, 0)
  }

  /** The versions that have a work environment, by their stamps. */
  function stamped(): readonly {readonly place: string; readonly size: number; readonly version: string}[] {
    const generations = join(base(), 'workenvs/.gen')
    return readdirSync(generations).flatMap((name) => {
      try {
        const place = join(generations, name)
        return [{place, ...JSON.parse(readFileSync(join(place, '.flavor/stamp'), 'utf8'))}]
      } catch {
        // On its way out.
        return []
      }
    })
  }

  it('take the room of what differs', async () => {
    await start(await version(1))
    const one = onDisk()
    assert.ok(one > sharedSize + ownSize)
    for (let number = 2; number <= versions; number++) {
      const path = await version(number)
      if (number === held) running = await hold(path)
      else await start(path)
      rmSync(path)
    }
    const growth = onDisk() - one
    assert.ok(growth >= (versions - 1) * ownSize, `${growth} bytes`)
    assert.ok(growth <= (versions - 1) * (ownSize + overhead), `${growth} bytes`)
    assert.equal(stamped().length, versions)
    assert.equal(readdirSync(join(base(), 'slots')).length, 1)
  })

  it('are cleaned down to the budget after one more, and what runs is left alone', async () => {
    mkdirSync(box.path('config/flavor'), {mode: 0o755, recursive: true})
    writeFileSync(box.path('config/flavor/launcher.conf'), `cache_budget = ${budget}\ncache_idle_days = 1\n`, {mode: 0o644})
    // As if all of them had last been started days ago, one after the other, and the last cleaning had been then.
    for (const [age, {place}] of stamped()
      .toSorted((a, b) => Number(b.version) - Number(a.version))
      .entries()) {
      const then = Date.now() / 1000 - (2 + age) * 24 * 3600
      utimesSync(join(place, '.flavor/stamp'), then, then)
    }
    rmSync(join(base(), 'workenvs/.gen/.cleaned'))
    await start(await version(versions + 1))
    const total = (): number => stamped().reduce((sum, {size}) => sum + size - sharedSize, sharedSize)
    while (total() > budget || readdirSync(join(base(), 'workenvs/.gen')).some((name) => name.startsWith('trash.'))) await wait(20)
    const left = stamped().map((stamp) => Number(stamp.version))
    assert.ok(left.includes(held), 'what runs')
    assert.ok(left.includes(versions + 1), 'what was started last')
    assert.ok(!left.includes(1), 'the oldest')
    assert.ok(left.length >= 10, `too few are left: ${left.join()}`)
    assert.ok(onDisk() <= budget + left.length * overhead)
    const closed = once(running as ChildProcessWithoutNullStreams, 'close')
    running?.stdin.end('go on\n')
    assert.deepEqual(await closed, [0, null])
    assert.equal(said, `wait ${sharedSize}\n${sums}`)
  })

  it('keep what they share for those that are left', async () => {
    await start(box.path('bin', String(versions + 1)))
    await start(await version(versions + 2))
    assert.equal(readdirSync(join(base(), 'slots')).length, 1)
  })
})
