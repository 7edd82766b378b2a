/** What is linked into a launcher's image has its licence in the notices of the plugin, and nothing else has: the tools that link say what it is. */
import assert from 'node:assert/strict'
import {cpSync, readFileSync, writeFileSync} from 'node:fs'
import {basename, join} from 'node:path'
import {describe, it} from 'mocha'
import {execute, type Finished, repository} from '../support/run.ts'
import {temporaryDirectory, writeFiles} from '../support/tmp.ts'
import {missing, type Toolchain} from '../support/toolchains.ts'

const launchers = {go: 'go', node: 'cargo', rust: 'cargo'} as const satisfies Readonly<Record<string, Toolchain>>
const notices = (id: string): string => `plugins/launcher-${id}/THIRD-PARTY-NOTICES.txt`
const read = (path: string): string => readFileSync(join(repository, path), 'utf8')

/** With the toolchains' own settings and caches: nothing of flavor reads these. */
const check = (root: string, id: string): Promise<Finished> =>
  execute(process.execPath, [join(root, 'scripts/notices.js'), '--check', id], {env: {...process.env, TMPDIR: temporaryDirectory()}})

function needs(context: Mocha.Context, toolchain: Toolchain): void {
  const reason = missing(toolchain)
  if (reason === undefined) return
  if (context.test) context.test.title += ` (not run: ${reason})`
  context.skip()
}

/** Name and version of parts of that kind, which the list at the beginning says. */
function listed(path: string, kind: string): readonly (readonly [string, string])[] {
  const rows = read(path).matchAll(new RegExp(`^(\\S+) (\\S+) {2}.*${kind}$`, 'gm'))
  return [...rows].map(([, name = '', version = '']) => [name, version])
}

describe('notices of launchers', function () {
  this.timeout(180_000)

  for (const [id, toolchain] of Object.entries(launchers))
    it(`are of what is linked into the images of the ${id} launcher, and of nothing else`, async function () {
      needs(this, toolchain)
      const {code, stderr} = await check(repository, id)
      assert.equal(code, 0, stderr)
    })

  it('that lack a part are found, with what to type', async function () {
    needs(this, 'go')
    const root = temporaryDirectory()
    for (const part of ['LICENSE', 'package.json', 'scripts', 'plugins/launcher-go'])
      cpSync(join(repository, part), join(root, part), {filter: (path) => !['dist', 'images'].includes(basename(path)), recursive: true})
    writeFileSync(join(root, notices('go')), read(notices('go')).replaceAll(/^.*andybalholm.*\n/gm, ''))
    const {code, stderr} = await check(root, 'go')
    assert.equal(code, 1)
    assert.match(
      stderr,
      /launcher-go\/THIRD-PARTY-NOTICES\.txt is stale: node scripts\/notices\.js go\n\+ github\.com\/andybalholm\/brotli v/,
    )
  })

  it('name the versions of the lock files', () => {
    const crate = (name: string, version: string) => `name = "${name}"\nversion = "${version}"`
    const npmPackage = (name: string, version: string) => `"node_modules/${name}": {\n      "version": "${version}"`
    for (const [id, kind, path, entry] of [
      ['go', 'Go module', 'plugins/launcher-go/native/go.mod', (name, version) => `\t${name} ${version}\n`],
      ['node', 'crate', 'plugins/launcher-node/verifier/Cargo.lock', crate],
      ['node', 'npm package', 'package-lock.json', npmPackage],
      ['rust', 'crate', 'plugins/launcher-rust/native/Cargo.lock', crate],
    ] satisfies readonly [string, string, string, (name: string, version: string) => string][]) {
      const [lock, rows] = [read(path), listed(notices(id), kind)]
      assert.ok(rows.length > 2, `${id} lists no ${kind}`)
      for (const [name, version] of rows) assert.ok(lock.includes(entry(name, version)), `${notices(id)}: ${name} ${version}`)
    }
  })

  it('of the host are of what is bundled', () => {
    const {dependencies} = JSON.parse(read('package.json'))
    const rows = listed('bundle/THIRD-PARTY-NOTICES.txt', 'npm package')
    for (const name of ['@oclif/core', 'yaml', 'tar'])
      assert.ok(
        rows.some(([known, version]) => known === name && version === dependencies[name]),
        name,
      )
    for (const [, version] of rows) assert.match(version, /^\d/)
  })

  it('come with the packages that hold the images', () => {
    for (const id of Object.keys(launchers))
      assert.ok(JSON.parse(read(`plugins/launcher-${id}/package.json`)).files.includes(basename(notices(id))), id)
  })

  it('leave a licence that nobody has looked at, and a part without one, to a person', async () => {
    const {textsOf} = await import(new URL('../../scripts/notices/texts.js', import.meta.url).href)
    const directories = [writeFiles(temporaryDirectory(), {LICENSE: '\nCopyright me  \n', 'LICENSE-APACHE': 'not taken', 'main.c': ''})]
    assert.deepEqual(textsOf({directories, licence: 'MIT OR Apache-2.0', name: 'fine'}), ['Copyright me'])
    assert.throws(() => textsOf({directories, licence: 'GPL-3.0-only', name: 'x'}), /^Error: x is under GPL-3\.0-only: see whether/)
    assert.throws(
      () => textsOf({directories: [], licence: 'MIT', name: 'x'}),
      /^Error: x has no text of its licence: write scripts\/notices/,
    )
    assert.throws(() => textsOf({directories, licence: 'MIT', name: 'musl'}), /^Error: musl brings a licence: .*musl\.txt is not needed/)
  })
})
