/** Addons of Gradle through `flavour` itself, as a user meets them; no tool is needed. */
import assert from 'node:assert/strict'
import {readdirSync, readFileSync} from 'node:fs'
import {after, before, describe, it} from 'mocha'
import {type Finished, type Sandbox, sandbox, writeTree} from '../../../test/support/run.ts'

const document = (version: string): string =>
  `spec: 0.1\nmeta: {name: guava, version: ${version}}\ninstall: {package: 'com.google.guava:guava:${version}'}\n`
const build = "plugins {\n    id 'java'\n}\n\ndependencies {\n    testImplementation 'junit:junit:4.13.2' // ours\n}\n"

describe('flavour in a project of Gradle', () => {
  let box: Sandbox

  before(async () => {
    box = await sandbox()
    await writeTree(box.path('shop'), {
      '1.flavour': document('33.0'),
      '2.flavour': document('33.4'),
      'app.flavour': 'spec: 0.1\n',
      'build.gradle': build,
    })
  })
  after(() => box.remove())

  const flavour = (args: string): Promise<Finished> => box.run(args.split(' '), {cwd: box.path('shop'), name: 'flavour'})
  const buildFile = (): string => readFileSync(box.path('shop', 'build.gradle'), 'utf8')

  it('adds, replaces and removes an addon, and gives back what was there', async () => {
    const added = await flavour('add --package 1.flavour --addonmanager gradle')
    assert.equal(added.code, 0, added.stderr)
    assert.match(added.stderr, /now type: gradle build\n/)
    assert.equal(buildFile(), build.replace('// ours\n', "// ours\n    implementation 'com.google.guava:guava:33.0'\n"))
    assert.equal((await flavour('add --package 2.flavour --addonmanager gradle')).code, 0)
    assert.match(buildFile(), /guava:33\.4'/)
    assert.equal((await flavour('remove guava')).code, 0)
    assert.equal(buildFile(), build)
    assert.equal(readFileSync(box.path('shop', 'app.flavour'), 'utf8'), 'spec: 0.1\n')
  })

  it('refuses a build file that does not end, and an addon that is none, and leaves nothing', async () => {
    const names = readdirSync(box.path('shop'))
    await writeTree(box.path('shop'), {'build.gradle': `${build}tasks {\n`})
    const broken = await flavour('add --package 1.flavour --addonmanager gradle')
    assert.equal(broken.code, 1)
    assert.match(broken.stderr, /build\.gradle:8:7 the bracket \{ does not end\n {2}correct build\.gradle, then type the same again\n/)
    await writeTree(box.path('shop'), {'bad.flavour': document('1;x'), 'build.gradle': build})
    for (const args of ['', ' --no-check']) {
      const {code, stderr} = await flavour(`add --package bad.flavour --addonmanager gradle${args}`)
      assert.equal(code, 1)
      assert.match(stderr, /install\.package asks for "1;x", which is no version\n/)
    }
    assert.equal(buildFile(), build)
    assert.deepEqual(readdirSync(box.path('shop')), [...names, 'bad.flavour'].toSorted())
  })
})
