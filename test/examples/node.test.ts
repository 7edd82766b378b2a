/**
 * examples/native-addon and examples/shared-runtime: applications that bring their Node. Packed for this system and run without any other
 * Node in reach, packed for ARM64 and run through an emulator, and packed for Windows.
 */
import assert from 'node:assert/strict'
import {spawnSync} from 'node:child_process'
import {constants, copyFileSync, existsSync, readFileSync, realpathSync, statSync} from 'node:fs'
import {cp} from 'node:fs/promises'
import {join} from 'node:path'
import {after, before, describe, it} from 'mocha'
import {missingForEmulation, runEmulated} from '../../conformance/runner/emulation.ts'
import {registryEnvironment} from '../support/downloads.ts'
import {execute, type Finished, repository, type Sandbox, sandbox} from '../support/run.ts'

const emulator = '/usr/bin/qemu-aarch64-static'
const libraries = '/usr/aarch64-linux-gnu'
const images = {'linux-arm64': 'flavor-$-launcher', 'win32-x64': 'flavor-$-launcher.exe'}

describe('applications that bring their Node', function () {
  this.timeout(300_000)
  let box: Sandbox

  before(async () => {
    box = await sandbox()
    for (const name of ['native-addon', 'shared-runtime'])
      await cp(join(repository, 'examples', name), box.path(name), {
        filter: (path) => !/\/(dist|node_modules)$/.test(path),
        recursive: true,
      })
  })

  after(() => box.remove())

  async function pack(example: string, args: readonly string[] = []): Promise<string> {
    const env = registryEnvironment()
    const {code, stderr, stdout} = await box.run(['pack', '--json', '--key-seed', 'e2e', ...args], {cwd: box.path(example), env})
    assert.equal(code, 0, stderr)
    return JSON.parse(stdout).package
  }

  const start = (program: string, args: readonly string[] = [], env = {}): Promise<Finished> =>
    execute(program, args, {cwd: box.directory, env: {...box.env, PATH: '/usr/bin:/bin', ...env}, input: 'flavor'})

  describe('native-addon', () => {
    it('computes with its addon', async () => {
      const program = await pack('native-addon')
      const {code, stderr, stdout} = await start(program)
      assert.equal(stderr, '')
      assert.equal(stdout, 'bc253454\n')
      assert.equal(code, 0)
    })

    it('computes on ARM64 as well', async function () {
      const reason = missingArm64()
      if (reason !== undefined) return skip(this, reason)
      const program = await pack('native-addon', ['--target', 'linux-arm64'])
      const out = box.path('arm64')
      const code = await runEmulated(emulator, program, ['sh', '-c', 'printf flavor | "$0" > "$1"', program, out], {
        ...box.env,
        PATH: '/usr/bin:/bin',
        QEMU_LD_PREFIX: libraries,
      })
      assert.equal(code, 0)
      assert.equal(readFileSync(out, 'utf8'), 'bc253454\n')
    })

    // Wine has none of the memory calls that this Node starts with.
    it('is packed for Windows with the programs of Windows', async function () {
      if (!isBuilt('win32-x64')) return skip(this, 'no launcher for win32-x64 is built')
      const program = await pack('native-addon', ['--target', 'win32-x64'])
      assert.match(program, /\.exe$/)
      const {code, stderr} = await box.run(['extract-all', program, box.path('windows')])
      assert.equal(code, 0, stderr)
      const paths = ['node/bin/node.exe', 'app/node_modules/@node-rs/crc32-win32-x64-msvc/crc32.win32-x64-msvc.node']
      for (const path of paths) assert.equal(readFileSync(box.path('windows', path)).toString('latin1', 0, 2), 'MZ', path)
    })
  })

  describe('shared-runtime', () => {
    let programs: readonly string[]
    let logs: readonly (readonly Event[])[]

    before(async () => {
      const env = {FLAVOR_CACHE: box.path('shared'), FLAVOR_LOG_LEVEL: 'json:debug'}
      programs = [await pack('shared-runtime/hello'), await pack('shared-runtime/clock')]
      const finished = [await start(programs[0] as string, [], env), await start(programs[1] as string, [], env)]
      for (const {code, stderr} of finished) assert.equal(code, 0, stderr)
      assert.match(finished[0]?.stdout ?? '', /^hello from Node v24\.21\.0\n$/)
      assert.match(finished[1]?.stdout ?? '', /^20\d\d-.*Z\n$/)
      logs = finished.map(({stderr}) => eventsIn(stderr))
    })

    const actions = (log: readonly Event[] | undefined, slot: string) =>
      log?.filter(({event, id}) => event === 'slot' && id === slot).map(({action}) => action)

    it('extracts Node at the first cold start, and not at the second', () => {
      assert.deepEqual(actions(logs[0], 'node'), ['unpacked'])
      assert.deepEqual(actions(logs[1], 'node'), ['shared'])
      assert.deepEqual(actions(logs[1], 'app'), ['unpacked'])
    })

    it('holds Node on the disk once', function () {
      const [one = '', two = ''] = ['hello', 'clock'].map((name) => nodeOf(box.path('shared'), name))
      if (clones(one, box.path('shared/clone'))) return skip(this, 'this file system clones files, which shows in no number')
      const [first, second] = [statSync(one), statSync(two)]
      assert.notEqual(one, two)
      assert.deepEqual([first.dev, first.ino], [second.dev, second.ino])
      assert.ok(first.nlink >= 3, 'the common store and two generations')
    })
  })
})

interface Event {
  readonly event: string
  readonly id?: string
  readonly action?: string
}

function eventsIn(stderr: string): readonly Event[] {
  const lines = stderr.split('\n').filter((line) => line.startsWith('{'))
  return lines.map((line) => JSON.parse(line))
}

/** Node in the newest work environment of a package. */
function nodeOf(base: string, name: string): string {
  const {stdout} = spawnSync('sh', ['-c', `ls -d "$0"/workenvs/${name}-*`, base], {encoding: 'utf8'})
  const link = stdout.trim()
  return join(realpathSync(link), 'node/bin/node')
}

function clones(file: string, copy: string): boolean {
  try {
    copyFileSync(file, copy, constants.COPYFILE_FICLONE_FORCE)
    return true
  } catch {
    return false
  }
}

function isBuilt(target: keyof typeof images): boolean {
  const files = ['go', 'rs'].map(
    (word) => `plugins/launcher-${word === 'rs' ? 'rust' : word}/images/${target}/${images[target].replace('$', word)}`,
  )
  return files.some((path) => existsSync(join(repository, path)))
}

function missingArm64(): string | undefined {
  if (!isBuilt('linux-arm64')) return 'no launcher for linux-arm64 is built'
  if (!existsSync(emulator)) return `needs ${emulator}`
  return existsSync(join(libraries, 'lib/libstdc++.so.6')) ? missingForEmulation() : `needs libstdc++ for ARM64 in ${libraries}`
}

function skip(context: Mocha.Context, reason: string): void {
  if (context.test) context.test.title += ` (${reason})`
  context.skip()
}
