/**
 * The images of the native launchers: which count, which are refused, what is published. Each test has a copy of a plugin to
 * itself, as it would lie in somebody's node_modules.
 */
import assert from 'node:assert/strict'
import {createHash} from 'node:crypto'
import {cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {pathToFileURL} from 'node:url'
import type {Descriptor, Launcher} from '@flavor/contract'
import {describe, it} from 'mocha'
import {execute, repository} from '../support/run.ts'
import {temporaryDirectory} from '../support/tmp.ts'

const programs = {'launcher-go': 'flavor-go-launcher', 'launcher-rust': 'flavor-rs-launcher'} as const
type Plugin = keyof typeof programs

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')
const pinsOf = (pins: object): string => `export const pins = ${JSON.stringify(pins)}\n`

/** What a registry gives: compiled code and images, no sources. */
function installed(plugin: Plugin): string {
  const root = join(temporaryDirectory(), plugin)
  cpSync(join(repository, 'plugins', plugin, 'dist'), join(root, 'dist'), {recursive: true})
  cpSync(join(repository, 'plugins', plugin, 'package.json'), join(root, 'package.json'))
  writeFileSync(join(root, 'dist/pins.js'), pinsOf({}))
  return root
}

function putImage(root: string, plugin: Plugin, text: string, record?: object): void {
  const directory = join(root, 'images/linux-x64')
  mkdirSync(directory, {recursive: true})
  writeFileSync(join(directory, programs[plugin]), text, {mode: 0o755})
  if (record) writeFileSync(join(directory, 'image.json'), JSON.stringify(record))
}

const facts = (text: string) => ({sha256: sha256(Buffer.from(text)), size: text.length})
const recordOf = (text: string) => ({...facts(text), sources: '0', toolchain: 'a compiler'})

async function load(
  root: string,
): Promise<{readonly code: Launcher & Required<Pick<Launcher, 'build' | 'clean' | 'images'>>; readonly offer: Descriptor<'launchers'>}> {
  const {default: ask} = await import(pathToFileURL(join(root, 'dist/offer.js')).href)
  const [offer] = await ask({host: {version: '0.0.0'}})
  return {code: (await offer.load()).default, offer}
}

for (const plugin of Object.keys(programs) as Plugin[])
  describe(`images of ${plugin}`, () => {
    it('count when a build has recorded them', async () => {
      const root = installed(plugin)
      putImage(root, plugin, 'image', recordOf('image'))
      const {code, offer} = await load(root)
      assert.deepEqual(offer.targets, ['linux-x64'])
      assert.deepEqual(await code.images(), [{...facts('image'), origin: 'built', target: 'linux-x64', toolchain: 'a compiler'}])
      assert.equal((await code.open('linux-x64')).sha256, facts('image').sha256)
    })

    it('count when a release has pinned them', async () => {
      const root = installed(plugin)
      putImage(root, plugin, 'image')
      writeFileSync(join(root, 'dist/pins.js'), pinsOf({'linux-x64': facts('image')}))
      const {code} = await load(root)
      assert.deepEqual(await code.images(), [{...facts('image'), origin: 'pinned', target: 'linux-x64'}])
      assert.equal((await code.open('linux-x64')).size, 5)
    })

    it('are refused with other bytes of the same length, and the message says how to get a right one', async () => {
      const root = installed(plugin)
      putImage(root, plugin, 'imagE', recordOf('image'))
      writeFileSync(join(root, 'dist/pins.js'), pinsOf({'linux-x64': facts('other')}))
      const {code} = await load(root)
      await assert.rejects(code.open('linux-x64'), ({message}: Error) => {
        assert.match(message, /neither a release's nor the one that was built here/)
        assert.match(message, new RegExp(`flavor launchers build --lang ${plugin.slice(9)} --target linux-x64 --force`))
        return true
      })
    })

    it('are not offered, and refused, when nobody pinned or recorded them', async () => {
      const root = installed(plugin)
      putImage(root, plugin, 'image')
      const {code, offer} = await load(root)
      assert.deepEqual([offer.targets, await code.images()], [[], []])
      await assert.rejects(code.open('linux-x64'), /neither a release's/)
      await assert.rejects(code.open('linux-arm64'), /no image for linux-arm64; there are none/)
    })

    it('are deleted by clean when they were built, and stay when a release has brought them', async () => {
      const root = installed(plugin)
      putImage(root, plugin, 'image', recordOf('image'))
      writeFileSync(join(root, 'dist/pins.js'), pinsOf({'linux-x64': facts('image')}))
      const pinned = await load(root)
      assert.deepEqual(await pinned.code.clean(), [])
      assert.ok(existsSync(join(root, 'images/linux-x64', programs[plugin])))

      const other = installed(plugin)
      putImage(other, plugin, 'image', recordOf('image'))
      const built = await load(other)
      assert.deepEqual(
        (await built.code.clean()).map(({target}) => target),
        ['linux-x64'],
      )
      assert.deepEqual(readdirSync(join(other, 'images')), [])
    })

    it('are not built where a package has come without sources, which says so', async () => {
      const {code} = await load(installed(plugin))
      const outcome = await code.build({force: false, target: 'linux-x64'})
      assert.equal(outcome.state, 'missing')
      assert.match(JSON.stringify(outcome), /npm run build:launchers.*not the sources of them/)
    })

    it('are what npm publishes, with the table of those that are pinned and no sources', async () => {
      const root = installed(plugin)
      putImage(root, plugin, 'image', recordOf('image'))
      const env = {...process.env, npm_config_cache: join(root, '../npm'), npm_config_update_notifier: 'false'}
      const {code, stderr, stdout} = await execute('npm', ['pack', '--dry-run', '--json'], {cwd: root, env})
      assert.equal(code, 0, stderr)
      const paths = JSON.parse(stdout)[0].files.map(({path}: {path: string}) => path)
      for (const path of ['dist/pins.js', `images/linux-x64/${programs[plugin]}`, 'images/linux-x64/image.json'])
        assert.ok(paths.includes(path), path)
      assert.deepEqual(
        paths.filter((path: string) => path.startsWith('native')),
        [],
      )
    })
  })

describe('the plugins of the native launchers', () => {
  for (const file of ['images.ts', 'launcher.ts', 'tools.ts'])
    it(`have the same ${file}`, () => {
      const [go = '', rust = ''] = ['go', 'rust'].map((id) => readFileSync(join(repository, `plugins/launcher-${id}/src`, file), 'utf8'))
      assert.equal(go.replaceAll('The Go launcher', 'The launcher'), rust.replaceAll('The Rust launcher', 'The launcher'))
    })
})
