/** What goes into a package is what comes out of it: by extraction, and in the work environment of a start. */
import assert from 'node:assert/strict'
import {chmodSync, existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, readlinkSync, symlinkSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {after, before, describe, it} from 'mocha'
import {packed} from '../support/project.ts'
import {execute, type Sandbox, sandbox, writeTree} from '../support/run.ts'

const long = `${'a-rather-long-directory-name/'.repeat(12)}${'x'.repeat(150)}.txt`
const manifest = `name: trip
version: 1.0.0
command: node {workenv}/app/index.js
launcher: node
slots:
  - {id: app, purpose: application-code, source: app, modes: keep}
  - {id: packed, purpose: data-files, source: app, target: gz, compression: gzip, modes: keep}
  - {id: plain, purpose: data-files, source: app, target: plain, compression: none, modes: keep}
  - {id: config, purpose: configuration, source: config.ini, target: etc/config.ini, mode: "0640"}
  - {id: empty, purpose: data-files, source: empty.bin, target: share/empty.bin, compression: none}
`

describe('symlinks, modes, empty directories, long paths and names that are not ASCII', function () {
  this.timeout(60_000)
  let box: Sandbox
  let path: string
  let expected: readonly string[]

  before(async () => {
    box = await sandbox()
    await writeTree(box.path('project'), {
      [`app/${long}`]: 'long\n',
      'app/bin/tool': '#!/bin/sh\n',
      'app/index.js': 'console.log(process.env.FLAVOR_WORKENV)\n',
      'app/zero': '',
      'app/日本語/ñ é ü.txt': 'not ASCII\n',
      'app/new\nline and "quotes".txt': 'odd\n',
      'config.ini': 'a=1\n',
      'empty.bin': '',
      'flavor.yaml': manifest,
    })
    mkdirSync(box.path('project/app/empty/nested'), {recursive: true})
    chmodSync(box.path('project/app/bin/tool'), 0o751)
    chmodSync(box.path('project/app/zero'), 0o440)
    symlinkSync('bin/tool', box.path('project/app/link-to-file'))
    symlinkSync('../app/bin', box.path('project/app/link-to-directory'))
    symlinkSync('nowhere', box.path('project/app/dangling'))
    chmodSync(box.path('project/app/empty'), 0o555)
    path = await packed(box, 'project')
    expected = listing(box.path('project/app'))
  })

  after(async () => {
    chmodSync(box.path('project/app/empty'), 0o755)
    for (const directory of [
      'one/empty',
      'here/app/empty',
      'same/app/empty',
      'forced/app/empty',
      'all/app/empty',
      'all/gz/empty',
      'all/plain/empty',
    ])
      if (existsSync(box.path(directory))) chmodSync(box.path(directory), 0o755)
    await box.remove()
  })

  it('survive extract', async () => {
    const {code, stderr} = await box.run(['extract', path, 'app', box.path('one')])
    assert.equal(code, 0, stderr)
    assert.deepEqual(listing(box.path('one')), expected)
  })

  it('survive extract --all, whatever compressed them', async () => {
    const {code, stderr} = await box.run(['extract', '--all', path, box.path('all')])
    assert.equal(code, 0, stderr)
    for (const target of ['app', 'gz', 'plain']) assert.deepEqual(listing(box.path('all', target)), expected, target)
    assert.equal(lstatSync(box.path('all/etc/config.ini')).mode & 0o777, 0o640)
    assert.equal(lstatSync(box.path('all/share/empty.bin')).size, 0)
    assert.deepEqual(JSON.parse(readFileSync(box.path('all/metadata.json'), 'utf8')).name, 'trip')
  })

  it('survive a start', async () => {
    const {code, stderr, stdout} = await execute(path, [], {env: box.env})
    assert.equal(code, 0, stderr)
    for (const target of ['app', 'gz', 'plain']) assert.deepEqual(listing(join(stdout.trim(), target)), expected, target)
  })

  it('are read by GNU tar from the stored slot', async () => {
    await box.run(['extract', path, 'plain', box.path('again')])
    const {stdout} = await box.run(['inspect', '--json', path])
    const slot = JSON.parse(stdout).slots.find(({name}: {name: string}) => name === 'plain')
    const region = JSON.parse(stdout).regions.find(({name}: {name: string}) => name === `slot ${slot.index}`)
    const bytes = readFileSync(path).subarray(region.offset, region.offset + region.size)
    const {code, stderr, stdout: names} = await execute('tar', ['-tf', '-', '--quoting-style=literal'], {input: bytes})
    assert.equal(code, 0, stderr)
    assert.ok(names.includes(`plain/${long}`) && names.includes('plain/日本語/ñ é ü.txt'))
    chmodSync(box.path('again/empty'), 0o755)
  })

  it('are not overwritten without --force', async () => {
    await writeTree(box.path('taken'), {'mine.txt': 'mine\n'})
    const refused = await box.run(['extract', path, 'app', box.path('taken')])
    assert.equal(refused.code, 1)
    assert.match(refused.stderr, /--force/)
    assert.deepEqual(readdirSync(box.path('taken')), ['mine.txt'])
    const file = await box.run(['extract', path, 'config', box.path('taken/mine.txt')])
    assert.equal(file.code, 1)
    assert.equal(readFileSync(box.path('taken/mine.txt'), 'utf8'), 'mine\n')
    const forced = await box.run(['extract', '--force', path, 'config', box.path('taken/mine.txt')])
    assert.equal(forced.code, 0, forced.stderr)
    assert.equal(readFileSync(box.path('taken/mine.txt'), 'utf8'), 'a=1\n')
  })

  it('come out of extract-all in the same way, with one JSON value to say so', async () => {
    const {code, stderr, stdout} = await box.run(['extract-all', '--json', path, box.path('same')])
    assert.equal(code, 0, stderr)
    assert.equal(JSON.parse(stdout).slots.length, 6)
    assert.deepEqual(listing(box.path('same/app')), expected)
    assert.equal(JSON.parse((await box.run(['extract-all', '--json', path, box.path('same')])).stdout).error.code, 'EFLAVOR_EXISTS')
  })

  it('come into an empty directory that is there, and leave it the same directory', async () => {
    mkdirSync(box.path('here'), {mode: 0o750})
    const {ino} = lstatSync(box.path('here'))
    const {code, stderr} = await box.run(['extract', '--all', path, '.'], {cwd: box.path('here')})
    assert.equal(code, 0, stderr)
    assert.equal(lstatSync(box.path('here')).ino, ino)
    assert.equal(lstatSync(box.path('here')).mode & 0o777, 0o750)
    assert.deepEqual(listing(box.path('here/app')), expected)
  })

  it('replace links with --force and never follow them', async () => {
    mkdirSync(box.path('forced'))
    mkdirSync(box.path('elsewhere'))
    symlinkSync('../elsewhere', box.path('forced/app'))
    symlinkSync('../elsewhere/metadata.json', box.path('forced/metadata.json'))
    await writeTree(box.path('forced'), {etc: 'a file where a directory comes\n', 'mine.txt': 'mine\n'})
    const {code, stderr} = await box.run(['extract', '--all', '--force', path, box.path('forced')])
    assert.equal(code, 0, stderr)
    assert.deepEqual(readdirSync(box.path('elsewhere')), [])
    assert.deepEqual(listing(box.path('forced/app')), expected)
    assert.equal(readFileSync(box.path('forced/mine.txt'), 'utf8'), 'mine\n')
    assert.equal((await box.run(['extract', '--all', '--force', path, box.path('forced')])).code, 0)
  })

  it('do not replace a directory by a file, even with --force', async () => {
    await writeTree(box.path('occupied'), {'x/y': ''})
    const {code, stderr} = await box.run(['extract', '--force', path, 'config', box.path('occupied/x')])
    assert.equal(code, 1)
    assert.match(stderr, /occupied\/x: it is a directory/)
    assert.deepEqual(readdirSync(box.path('occupied')), ['x'])
  })

  it('leave nothing, not even a directory made for them, when the package is damaged', async () => {
    const source = readFileSync(path)
    writeFileSync(box.path('damaged'), source.fill(0x55, source.length - 8400, source.length - 8300))
    const {code} = await box.run(['extract', '--all', box.path('damaged'), box.path('not/there/yet')])
    assert.equal(code, 1)
    assert.equal(existsSync(box.path('not')), false)
  })

  it('are asked for by a slot that exists', async () => {
    const {code, stderr} = await box.run(['extract', path, 'nothing', box.path('out')])
    assert.equal(code, 2)
    assert.match(stderr, /0 package-metadata, 1 app/)
  })
})

/** Every entry below a directory: name, kind, mode, content. Links are not followed. */
function listing(root: string, below = ''): readonly string[] {
  return readdirSync(join(root, below))
    .sort()
    .flatMap((entry) => {
      const name = join(below, entry)
      const stat = lstatSync(join(root, name))
      if (stat.isSymbolicLink()) return [`${name} → ${readlinkSync(join(root, name))}`]
      const mode = (stat.mode & 0o777).toString(8)
      return stat.isDirectory()
        ? [`${name}/ ${mode}`, ...listing(root, name)]
        : [`${name} ${mode} ${readFileSync(join(root, name), 'utf8')}`]
    })
}
