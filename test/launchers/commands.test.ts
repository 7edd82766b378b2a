/** `flavor launchers`, with a guest's launcher in place of ours: the host knows none, so what holds for it holds for all. */
import assert from 'node:assert/strict'
import {createHash} from 'node:crypto'
import {existsSync, readFileSync} from 'node:fs'
import {join} from 'node:path'
import {after, before, describe, it} from 'mocha'
import {execute, repository, type Sandbox, sandbox, writeTree} from '../support/run.ts'

const nodeImage = readFileSync(join(repository, 'plugins/launcher-node/image/flavor-node-launcher'))
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

const offer = `export default async () => [{
  aliases: ['guest-launcher'], builds: ['linux-x64', 'linux-arm64', 'win32-x64', 'darwin-x64'], formats: [0x20250001], id: 'guest',
  load: () => import('./launcher.js'), operations: [1, 0x10, 0x1b, 0xd3], summary: 'Starts what guests bring', targets: ['any-any']}]`

/** Builds for one system, lacks a tool for another, fails for a third, breaks for a fourth. */
const code = (image: string): string => `import {createReadStream, existsSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
  import {createHash} from 'node:crypto'
  const facts = {origin: 'built', sha256: '${'a'.repeat(64)}', size: 5, target: 'linux-x64', toolchain: 'guestc 1.0'}
  const mark = new URL('built', import.meta.url)
  const outcomes = {
    'darwin-x64': () => { throw new Error('the guest fell over') },
    'linux-arm64': () => ({problems: [{hint: 'guest-get install guestc', message: 'there is no guestc'}], state: 'missing'}),
    'linux-x64': ({force}) => {
      const state = existsSync(mark) && !force ? 'fresh' : 'built'
      writeFileSync(mark, '')
      return {image: facts, state}
    },
    'win32-x64': () => ({output: 'guestc: line 3 is wrong', problems: [{message: 'guestc could not build it'}], state: 'failed'}),
  }
  const bytes = readFileSync(${JSON.stringify(image)})
  export default {
    build: async (request) => outcomes[request.target](request),
    clean: async () => { if (!existsSync(mark)) return []; rmSync(mark); return [facts] },
    images: async () => [{origin: 'pinned', sha256: '${sha256(nodeImage)}', size: bytes.length, target: 'any-any'}],
    open: async () => ({sha256: createHash('sha256').update(bytes).digest('hex'), size: bytes.length, stream: () => createReadStream(${JSON.stringify(image)})}),
  }`

describe('flavor launchers', function () {
  this.timeout(120_000)
  let box: Sandbox
  let root: string
  const run = (...args: readonly string[]) => box.run(['launchers', ...args], {env: {FLAVOR_DISABLE_PLUGINS: 'launcher-go,launcher-rust'}})
  const json = async (...args: readonly string[]) => JSON.parse((await run(...args, '--json')).stdout)

  before(async () => {
    box = await sandbox()
    await writeTree(box.directory, {image: nodeImage})
    root = await box.link({
      files: {'launcher.js': code(box.path('image')), 'offer.js': offer},
      hooks: {'flavor:launchers:v1': './offer.js'},
      name: '@guest/launcher',
    })
  })
  after(() => box.remove())

  it('lists every launcher and image, with where it comes from', async () => {
    const {code, stderr, stdout} = await run('list')
    assert.deepEqual([code, stderr], [0, ''])
    assert.match(stdout, /^guest +any-any +\S+ \S+ +[0-9a-f]{12} +release +@guest\/launcher +1\.0\.0 +linked$/m)
    assert.match(stdout, /^node +any-any .* plugin +@flavor\/plugin-launcher-node .* core$/m)
    assert.deepEqual(
      (await json('list')).map(({from, id, images}: {from: string; id: string; images: object[]}) => [id, from, images.length]),
      [
        ['guest', 'linked', 1],
        ['node', 'core', 1],
      ],
    )
  })

  it('says all about one of them, by any of its names', async () => {
    const {code, stdout} = await run('info', 'guest-launcher')
    assert.equal(code, 0)
    for (const line of [
      /undoes +tar, gzip, zstd, 0xd3$/m,
      new RegExp(`sha256:${sha256(nodeImage)}`),
      /^win32-x64 +no image here: flavor launchers build --lang guest/m,
    ])
      assert.match(stdout, line)
    assert.equal((await json('info', 'node')).images[0].sha256, sha256(nodeImage))
  })

  it('prints the licences of what a launcher holds, its own among them', async () => {
    const {code, stderr, stdout} = await run('notices', 'node')
    assert.deepEqual([code, stderr], [0, ''])
    for (const words of [/^flavor +Apache-2\.0 /m, /^curve25519-dalek \S+ +BSD-3-Clause /m, /^Copyright .*Isis Agora Lovecruft/m])
      assert.match(stdout, words)
    assert.equal((await json('notices', 'node')).notices, stdout)
    assert.match((await run('info', 'node')).stdout, /licences +flavor launchers notices node$/m)
  })

  it('says so when a plugin brings no licences', async () => {
    const {code, stderr, stdout} = await run('notices', 'guest')
    assert.deepEqual([code, stdout], [1, ''])
    assert.match(stderr, /show notices of launcher guest: its plugin brings none\n +flavor launchers info guest/)
  })

  it('says what is missing, and fails only for what was asked for by name', async () => {
    const asked = await run('build', '--lang', 'guest', '--target', 'linux-x64,linux-arm64')
    assert.equal(asked.code, 1)
    assert.match(asked.stdout, /^guest +linux-x64 +(built|up to date) .*a{64}$/m)
    assert.match(asked.stdout, /^guest +linux-arm64 +not built +there is no guestc\n +guest-get install guestc$/m)
    assert.equal((await run('build', '--target', 'linux-arm64')).code, 1)
    assert.equal((await run('build', '--target', 'linux-x64')).code, 0)
  })

  it('builds only what is stale, unless it is forced to', async () => {
    const states = async (...args: readonly string[]) =>
      (await json('build', '--target', 'linux-x64', ...args)).map(({state}: {state: string}) => state)
    await run('clean')
    assert.deepEqual(await states(), ['built'])
    assert.deepEqual(await states(), ['fresh'])
    assert.deepEqual(await states('--force'), ['built'])
  })

  it('passes on what the toolchain said last, and fails', async () => {
    const {code, stderr, stdout} = await run('build', '--target', 'win32-x64')
    assert.equal(code, 1)
    assert.match(stdout, /FAILED +guestc could not build it/)
    assert.match(stderr, /line 3 is wrong/)
  })

  it('blames the plugin that breaks', async () => {
    const {code, stderr} = await run('build', '--target', 'darwin-x64')
    assert.equal(code, 1)
    assert.match(stderr, /build for darwin-x64: launcher guest failed: the guest fell over/)
  })

  it('says so when a launcher is not one that can be built, and when there is no such target', async () => {
    const idle = await run('build', '--lang', 'node')
    assert.equal(idle.code, 1)
    assert.match(idle.stderr, /brings its images and builds none\n +flavor launchers build without --lang/)
    const nowhere = await run('build', '--target', 'plan9-mips')
    assert.equal(nowhere.code, 2)
    assert.match(nowhere.stderr, /find target plan9-mips: there is none of that name/)
  })

  it('cleans what was built, and says what', async () => {
    await run('build', '--target', 'linux-x64')
    assert.equal((await run('clean')).stdout, 'removed guest linux-x64, 5 bytes\n')
    assert.ok(!existsSync(join(root, 'built')))
    assert.match((await run('clean')).stderr, /no images that were built here/)
  })

  it('answers to the name that FlavorPack gave it', async () => {
    const {code, stdout} = await box.run(['helpers', 'list'], {env: {FLAVOR_DISABLE_PLUGINS: 'launcher-go,launcher-rust'}})
    assert.deepEqual([code, stdout], [0, (await run('list')).stdout])
  })

  it('starts what can run here, cold and warm, and leaves nothing', async function () {
    if (process.platform === 'win32') this.skip()
    const {code, stderr, stdout} = await run('test')
    assert.deepEqual([code, stderr], [0, ''], stdout)
    assert.match(stdout, /^guest +any-any +ok +cold \d+ ms, warm \d+ ms\nnode +any-any +ok /)
    const left = await execute('find', [box.path('tmp'), box.path('home'), '-mindepth', '1'], {})
    assert.equal(left.stdout, '')
  })

  for (const [what, image, reason] of [
    ['starts nothing', '#!/bin/sh\nexit 0\n', /FAILED +it ended with 0 and not with 7/],
    ['says other things', `#!/bin/sh\necho hello; exit 7\n`, /FAILED +the application was given other arguments/],
    ['unpacks each time', `#!/bin/sh\necho "2: $1, $2"; echo $$; exit 7\n`, /FAILED +the second start did not use/],
  ] as const)
    it(`notices an image that ${what}`, async function () {
      if (process.platform === 'win32') this.skip()
      const broken = `broken-${what.replaceAll(' ', '-')}`
      await writeTree(box.directory, {[broken]: image})
      const other = await sandbox()
      await other.link({
        files: {'launcher.js': code(box.path(broken)), 'offer.js': offer},
        hooks: {'flavor:launchers:v1': './offer.js'},
        name: '@guest/launcher',
      })
      const {code: exit, stdout} = await other.run(['launchers', 'test', '--lang', 'guest'])
      await other.remove()
      assert.equal(exit, 1)
      assert.match(stdout, reason)
    })
})
