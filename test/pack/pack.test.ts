import assert from 'node:assert/strict'
import {createHash} from 'node:crypto'
import {appendFileSync, chmodSync, existsSync, readdirSync, readFileSync, statSync, symlinkSync, utimesSync, writeFileSync} from 'node:fs'
import {createServer} from 'node:net'
import {join} from 'node:path'
import {describe, it} from 'mocha'
import {openPackage} from '../../dist/format/examination.js'
import {openFileSource} from '../../dist/format/file-source.js'
import {checkSignature} from '../../dist/format/signature.js'
import {verifyFile} from '../../dist/verification.js'
import {packPlan, planOf, slotOf} from '../support/pack.ts'
import {type Files, temporaryDirectory, writeFiles} from '../support/tmp.ts'

const application: Files = {
  'app/bin/run.sh': {mode: 0o755, text: '#!/bin/sh\necho ok\n'},
  'app/empty': null,
  'app/index.js': 'console.log("hello")\n',
  'app/lib/ünïcödé.js': '// a name that is not ASCII\n',
  'app/link.js': {link: 'index.js'},
  [`app/${'deep/'.repeat(30)}file.txt`]: 'a path longer than a tar header holds\n',
  'config.ini': 'a=1\n',
}

/** For somebody who knows no key and has no home. */
const byItself = {env: {HOME: '/nonexistent'}, key: undefined, start: false}

function project(files: Files = application): string {
  return writeFiles(temporaryDirectory(), files)
}

function slots(root: string) {
  return [
    slotOf(root, {id: 'app'}),
    slotOf(
      root,
      {
        id: 'config',
        purpose: 'configuration',
        source: {kind: 'file', path: join(root, 'config.ini'), relative: 'config.ini'},
        target: 'config.ini',
      },
      'file',
    ),
  ]
}

async function failure(work: Promise<unknown>): Promise<{code: string; hints: readonly string[]; message: string}> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  assert.ok(error instanceof Error, 'it was expected to fail')
  return error as unknown as {code: string; hints: readonly string[]; message: string}
}

describe('packing', () => {
  it('writes a package that passes every check', async () => {
    const root = project()
    const report = await packPlan(planOf(root, slots(root)))
    const {checks, valid} = verifyFile(report.package, byItself)
    assert.ok(valid, JSON.stringify(checks.filter(({ok}) => !ok)))
    assert.equal(report.size, statSync(report.package).size)
    assert.equal(statSync(report.package).mode & 0o777, 0o755)
    assert.equal(report.digest, createHash('sha256').update(readFileSync(report.package)).digest('hex'))
    assert.deepEqual(
      report.slots.map(({id, operations}) => [id, operations]),
      [
        ['package-metadata', 'none'],
        ['app', 'tar.zst'],
        ['config', 'zstd'],
      ],
    )
    assert.deepEqual(readdirSync(join(root, 'dist')), ['hello'])
  })

  it('gives the same bytes from another directory, another clock, other times and another order of files', async () => {
    const first = project()
    const second = project(Object.fromEntries(Object.entries(application).reverse()))
    utimesSync(join(second, 'app/index.js'), 1, 1)
    chmodSync(join(second, 'app/index.js'), 0o600)
    const [a, b] = [await packPlan(planOf(first, slots(first))), await packPlan(planOf(second, slots(second)))]
    assert.equal(a.digest, b.digest)
  })

  it('notices every byte of content that is changed afterwards', async () => {
    const root = project()
    const {package: path, slots: written} = await packPlan(planOf(root, slots(root)))
    const bytes = readFileSync(path)
    const source = openFileSource(path)
    const {offset, storedSize} = openPackage(source, checkSignature).slots[1] as {offset: number; storedSize: number}
    source.close()
    assert.equal(storedSize, written[1]?.size)
    for (const at of [0, 10, offset, offset + storedSize - 1]) {
      const flipped = Buffer.from(bytes)
      flipped[at] = (flipped[at] as number) ^ 1
      writeFileSync(path, flipped)
      assert.equal(verifyFile(path, byItself).valid, false, `byte ${at}`)
    }
  })

  it('leaves out version control, environment files, keys at the top, earlier packages and what the slot excludes', async () => {
    const root = project({
      'app/.env.local': 'SECRET=1\n',
      'app/.git/config': '',
      'app/debug.log': '',
      'app/index.js': '',
      'app/keys/a.pem': '',
      'app/lib/debug.log': '',
      'app/lib/keys/index.js': '',
      'app/vendor/x.js': '',
    })
    const first = await packPlan(planOf(root, [slotOf(root, {id: 'app'})], {output: join(root, 'app/earlier')}))
    const {package: path} = await packPlan(planOf(root, [slotOf(root, {exclude: ['*.log', 'vendor/'], id: 'app'})]))
    assert.ok(existsSync(first.package))
    assert.deepEqual(await members(path), ['app/', 'app/index.js', 'app/lib/', 'app/lib/keys/', 'app/lib/keys/index.js'])
  })

  it('refuses a file that holds a private key, and leaves nothing behind', async () => {
    const pem = '-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIA0WlbRw0mE7\n-----END PRIVATE KEY-----\n'
    const root = project({'app/a.txt': `${'x'.repeat(1024 * 1024 - 20)}\n${pem}`})
    const {code, message} = await failure(packPlan(planOf(root, [slotOf(root, {id: 'app'})])))
    assert.equal(code, 'EFLAVOR_PRIVATE_KEY')
    assert.match(message, /a\.txt/)
    assert.equal(existsSync(join(root, 'dist')), false)
  })

  it('refuses a level that nothing would heed', async () => {
    const root = project()
    const compression = {key: 'compression', level: 5, operations: ['tar']} as const
    const {code, message} = await failure(packPlan(planOf(root, [slotOf(root, {compression, id: 'app'})])))
    assert.equal(code, 'EFLAVOR_CHAIN')
    assert.match(message, /slot app: level 5 is asked for, and nothing compresses it/)
  })

  it('says what to exclude, so that it works as it stands', async () => {
    for (const name of ['release.txt', 'a [b] {c,d}*!(e)\\.pem']) {
      const root = project({'app/index.js': '', [`app/deep/${name}`]: `-----BEGIN PRIVATE KEY-----\n${'A'.repeat(64)}\n`})
      const {hints} = await failure(packPlan(planOf(root, [slotOf(root, {id: 'app'})])))
      const exclude = JSON.parse(/exclude: (\[.*\])$/.exec(hints[0] ?? '')?.[1] ?? '')
      const {package: path} = await packPlan(planOf(root, [slotOf(root, {exclude, id: 'app'})]))
      assert.deepEqual(await members(path), ['app/', 'app/deep/', 'app/index.js'])
    }
  })

  it('takes a name as long as the file system does, and no longer', async () => {
    const root = project()
    const {package: path} = await packPlan(planOf(root, slots(root), {output: join(root, 'n'.repeat(255))}))
    assert.ok(verifyFile(path, byItself).valid)
    const {code, message} = await failure(packPlan(planOf(root, slots(root), {output: join(root, 'n'.repeat(256))})))
    assert.deepEqual([code, /its name is too long$/.test(message)], ['EFLAVOR_OUTPUT', true])
  })

  it('takes source code that only mentions a private key', async () => {
    const root = project({'app/pem.js': "const head = '-----BEGIN PRIVATE KEY-----\\n'\n"})
    await packPlan(planOf(root, [slotOf(root, {id: 'app'})]))
  })

  it('refuses names that some systems cannot tell apart', async () => {
    const root = project({'app/A.js': '', 'app/a.js': ''})
    assert.equal((await failure(packPlan(planOf(root, [slotOf(root, {id: 'app'})])))).code, 'EFLAVOR_CASE_COLLISION')
  })

  it('refuses a link that leaves the work environment', async () => {
    for (const link of ['/etc/passwd', '../../outside', '../..']) {
      const root = project({'app/index.js': ''})
      symlinkSync(link, join(root, 'app/link'))
      assert.equal((await failure(packPlan(planOf(root, [slotOf(root, {id: 'app'})])))).code, 'EFLAVOR_CONFINED', link)
    }
  })

  it('refuses sockets and other special files', async () => {
    const root = project({'app/index.js': ''})
    const server = createServer().listen(join(root, 'app/socket'))
    await new Promise((resolve) => server.once('listening', resolve))
    const {code} = await failure(packPlan(planOf(root, [slotOf(root, {id: 'app'})])))
    await new Promise((resolve) => server.close(resolve))
    assert.equal(code, 'EFLAVOR_SPECIAL_FILE')
  })

  it('refuses a file that somebody writes to while it is packed, and leaves nothing behind', async () => {
    const root = project({'app/log.txt': 'x'.repeat(3 * 1024 * 1024)})
    const compression = {key: undefined, level: undefined, operations: ['tar']}
    const plan = planOf(root, [slotOf(root, {compression, id: 'app'})])
    const packing = packPlan(plan, {progress: () => appendFileSync(join(root, 'app/log.txt'), 'one more line\n')})
    const {code, hints, message} = await failure(packing)
    assert.deepEqual([code, message], ['EFLAVOR_SOURCE_CHANGED', `pack ${join(root, 'app/log.txt')}: the file changed while it was read`])
    assert.match(hints[0] ?? '', /pack again/)
    assert.equal(existsSync(join(root, 'dist')), false)
  })

  it('refuses two slots that write one path', async () => {
    const root = project()
    const [, config] = slots(root)
    assert.ok(config)
    const again = {...config, id: 'again'}
    assert.equal((await failure(packPlan(planOf(root, [...slots(root), again])))).code, 'EFLAVOR_SLOT')
  })

  it('gives the same bytes again when earlier outputs lie among the sources, whole or broken off', async () => {
    const root = project({'a/index.js': '', 'a/logs': null})
    const slot = slotOf(root, {id: 'all', source: {kind: 'directory', path: root, relative: '.'}})
    const output = join(root, 'dist/deep/hello')
    const first = await packPlan(planOf(root, [slot], {output}))
    writeFiles(root, {'a/.flavor-0123456789ab.partial': 'half a package', 'dist/.flavor-0123456789ab.partial': 'half a package'})
    const second = await packPlan(planOf(root, [slot], {output}))
    assert.deepEqual(await members(first.package), ['all/', 'all/a/', 'all/a/index.js', 'all/a/logs/'])
    assert.equal(second.digest, first.digest)
  })

  it('keeps the mode of a directory to which the source is a link', async () => {
    const root = project({'real/x': '', app: {link: 'real'}})
    chmodSync(join(root, 'real'), 0o750)
    const {package: path} = await packPlan(planOf(root, [slotOf(root, {id: 'app', keepModes: true})]))
    assert.deepEqual(await modes(path), [0o750, statSync(join(root, 'real/x')).mode & 0o777])
  })

  it('does not replace a file that is no package', async () => {
    const root = project()
    writeFiles(root, {'dist/hello': 'the work of a week\n'})
    assert.equal((await failure(packPlan(planOf(root, slots(root))))).code, 'EFLAVOR_OUTPUT')
    assert.equal(readFileSync(join(root, 'dist/hello'), 'utf8'), 'the work of a week\n')
  })

  it('of two at once into one file gives one of them, whole, whatever becomes of the other', async () => {
    const [good, bad] = [project(), project({'app/pem': `-----BEGIN PRIVATE KEY-----\n${'A'.repeat(64)}\n`})]
    const output = join(good, 'dist/hello')
    const plan = planOf(good, slots(good), {output})
    const results = await Promise.allSettled([packPlan(plan), packPlan(planOf(bad, [slotOf(bad, {id: 'app'})], {output})), packPlan(plan)])
    assert.deepEqual(
      results.map(({status}) => status),
      ['fulfilled', 'rejected', 'fulfilled'],
    )
    assert.ok(verifyFile(output, byItself).valid)
    assert.deepEqual(readdirSync(join(good, 'dist')), ['hello'])
  })

  it('replaces an earlier package', async () => {
    const root = project()
    const before = await packPlan(planOf(root, slots(root)))
    const after = await packPlan(planOf(root, slots(root), {version: '2.0.0'}))
    assert.equal(before.package, after.package)
    assert.notEqual(before.digest, after.digest)
  })
})

/** Member names of the first tree in a package, as GNU tar prints them. */
async function members(path: string): Promise<readonly string[]> {
  return (await entriesOf(path)).map((entry) => entry.path)
}

async function modes(path: string): Promise<readonly (number | undefined)[]> {
  return (await entriesOf(path)).map(({mode}) => mode)
}

async function entriesOf(path: string): Promise<readonly {readonly mode: number | undefined; readonly path: string}[]> {
  const {zstdDecompressSync} = await import('node:zlib')
  const {list} = await import('tar')
  const source = openFileSource(path)
  const slot = openPackage(source, checkSignature).slots[1] as {offset: number; storedSize: number}
  const stream = zstdDecompressSync(source.read(slot.offset, slot.storedSize))
  source.close()
  const found: {mode: number | undefined; path: string}[] = []
  const parser = list({onReadEntry: ({mode, path: name}) => void found.push({mode, path: name})})
  parser.end(stream)
  return found
}
