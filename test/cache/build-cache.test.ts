/** What is costly to build is built once, whole or not at all, and never in anybody's way. */
import assert from 'node:assert/strict'
import {spawn} from 'node:child_process'
import {once} from 'node:events'
import {chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, truncateSync, utimesSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {pathToFileURL} from 'node:url'
import {describe, it} from 'mocha'
import {openBuildCaches} from '../../dist/cache/build-cache.js'
import {cleanBuilds} from '../../dist/cache/cleaning.js'
import {repository, sandbox} from '../support/run.ts'
import {temporaryDirectory} from '../support/tmp.ts'

const kind = 'tools'
const month = 30 * 24 * 3600 * 1000

/** The caches of one run of `flavor pack`. */
function run(base: string | undefined) {
  const scratch = temporaryDirectory()
  const caches = openBuildCaches({base: () => base, scratch: async () => mkdtempSync(join(scratch, 's-'))})
  return {...caches, cache: caches.of(kind), scratch}
}

const write = (text: string) => async (directory: string) => writeFileSync(join(directory, 'file'), text)
const never = async () => assert.fail('it was built again')
const read = (directory: string) => readFileSync(join(directory, 'file'), 'utf8')
const names = (base: string) => readdirSync(join(base, 'builds', kind))

/** A process that builds, and tells the draft's place when it is in the middle. */
async function builder(base: string) {
  const module = pathToFileURL(join(repository, 'dist/cache/build-cache.js'))
  const script = `
    import {writeFileSync} from 'node:fs'
    import {openBuildCaches} from '${module}'
    const caches = openBuildCaches({base: () => process.argv[1]})
    const path = await caches.of('${kind}').entry('key', async (directory) => {
      writeFileSync(directory + '/file', 'other')
      console.log('building')
      await new Promise((resolve) => process.stdin.once('data', resolve))
    })
    console.log(path)
    process.stdin.once('data', () => process.exit())`
  const child = spawn(process.execPath, ['--input-type=module', '-e', script, base], {stdio: ['pipe', 'pipe', 'inherit']})
  const said = async () => String((await once(child.stdout, 'data'))[0]).trim()
  assert.equal(await said(), 'building')
  return {child, said}
}

describe('the build cache', function () {
  this.timeout(20_000)

  it('builds once what is asked for under one key, in this run and in later ones', async () => {
    const base = temporaryDirectory()
    const first = run(base)
    const path = await first.cache.entry('key', write('one'))
    assert.equal(await first.cache.entry('key', never), path)
    first.close()
    const second = run(base)
    assert.equal(await second.cache.entry('key', never), path)
    assert.equal(read(path), 'one')
    assert.deepEqual(readdirSync(first.scratch), [])
    second.close()
  })

  it('keeps keys and kinds apart', async () => {
    const {cache, close, of} = run(temporaryDirectory())
    const paths = [await cache.entry('a', write('a')), await cache.entry('b', write('b')), await of('other').entry('a', write('c'))]
    assert.deepEqual(paths.map(read), ['a', 'b', 'c'])
    close()
  })

  it('leaves nothing of a build that fails, and builds again', async () => {
    const base = temporaryDirectory()
    const {cache, close} = run(base)
    const failing = async (directory: string) => {
      writeFileSync(join(directory, 'file'), 'half')
      throw new Error('no network')
    }
    await assert.rejects(cache.entry('key', failing), /^Error: no network$/)
    assert.deepEqual(names(base), [])
    assert.equal(read(await cache.entry('key', write('whole'))), 'whole')
    close()
  })

  it('lets one of two win who build under one key at once', async () => {
    const base = temporaryDirectory()
    const {child, said} = await builder(base)
    const {cache, close} = run(base)
    const path = await cache.entry('key', write('this'))
    child.stdin.write('go\n')
    assert.equal(await said(), path)
    assert.equal(read(path), 'this')
    assert.equal(names(base).length, 1)
    close()
    child.stdin.end('done\n')
    await once(child, 'close')
  })

  it('leaves of a killed build a draft alone, which the next build removes', async () => {
    const base = temporaryDirectory()
    const {child} = await builder(base)
    assert.deepEqual(cleanBuilds(base, {idle: 0}), [], 'a build under way was cleaned away')
    child.kill('SIGKILL')
    await once(child, 'close')
    assert.match(names(base).join(), /^\.new\.\w+$/)
    const {cache, close} = run(base)
    const path = await cache.entry('key', write('whole'))
    assert.equal(read(path), 'whole')
    assert.deepEqual(names(base), [path.split('/').at(-2)])
    close()
  })

  it('leaves that draft to flavor clean as well, which takes entries only with --all', async () => {
    const box = await sandbox()
    const base = box.path('cache/flavor')
    mkdirSync(join(base, 'workenvs'), {mode: 0o700, recursive: true})
    const {cache, close} = run(base)
    await cache.entry('other', write('whole'))
    const {child} = await builder(base)
    child.kill('SIGKILL')
    await once(child, 'close')
    close()
    const left = []
    for (const args of [['--dry-run'], ['-y'], ['-y', '--all']]) {
      const {code, stderr} = await box.run(['clean', ...args])
      assert.equal(code, 0, stderr)
      left.push(names(base).length)
    }
    assert.deepEqual(left, [2, 1, 0])
    await box.remove()
  })

  it('takes its draft along when a signal ends the process', async () => {
    const base = temporaryDirectory()
    const {child} = await builder(base)
    child.kill('SIGTERM')
    await once(child, 'close')
    assert.deepEqual(names(base), [])
  })

  it('is cleaned of what nobody reads, and of nothing else', async () => {
    const base = temporaryDirectory()
    const reader = run(base)
    const path = await reader.cache.entry('read', write('read'))
    const other = run(base)
    await other.cache.entry('idle', write('idle'))
    other.close()
    assert.deepEqual(
      cleanBuilds(base, {dryRun: true, idle: 0}).map(({size}) => size > 0),
      [true],
    )
    assert.equal(names(base).length, 2)
    assert.equal(cleanBuilds(base, {idle: 0}).length, 1)
    assert.equal(read(path), 'read')
    reader.close()
    assert.equal(cleanBuilds(base, {idle: 0}).length, 1)
    assert.deepEqual(names(base), [])
  })

  it('forgets what was not used for a month when something else is built', async () => {
    const base = temporaryDirectory()
    const {cache, close} = run(base)
    const [old, recent] = [await cache.entry('old', write('old')), await cache.entry('recent', write('recent'))]
    close()
    const before = (Date.now() - month) / 1000 - 60
    utimesSync(join(old, '..'), before, before)
    const later = run(base)
    await later.cache.entry('new', write('new'))
    assert.deepEqual(await later.cache.entry('recent', never), recent)
    assert.equal(names(base).length, 2)
    later.close()
  })

  it('builds again what lost bytes when the power went', async () => {
    const base = temporaryDirectory()
    const {cache, close} = run(base)
    const path = await cache.entry('key', write('whole'))
    close()
    truncateSync(join(path, 'file'))
    writeFileSync(join(path, '../boot'), 'another boot')
    const later = run(base)
    assert.equal(await later.cache.entry('key', write('whole')), path)
    assert.equal(read(path), 'whole')
    later.close()
  })

  const unusable: Readonly<Record<string, (base: string) => string | undefined>> = {
    'a base that is a file': (base) => {
      writeFileSync(join(base, 'file'), '')
      return join(base, 'file')
    },
    'a directory where no entry can be made': (base) => {
      mkdirSync(join(base, 'builds'))
      writeFileSync(join(base, 'builds', kind), '')
      return base
    },
    'a directory where others may write': (base) => {
      mkdirSync(join(base, 'builds'))
      chmodSync(join(base, 'builds'), 0o777)
      return base
    },
    'no base': () => undefined,
    'read-only memory': () => '/proc',
  }
  for (const [what, place] of Object.entries(unusable))
    it(`builds in a scratch directory where there is ${what}`, async function () {
      if (process.platform === 'win32') this.skip()
      const {cache, close, scratch} = run(place(temporaryDirectory()))
      const path = await cache.entry('key', write('one'))
      assert.equal(read(path), 'one')
      assert.ok(path.startsWith(scratch), path)
      assert.equal(await cache.entry('key', never), path)
      close()
    })
})
