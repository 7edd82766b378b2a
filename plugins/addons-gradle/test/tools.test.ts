/** The real tools: Gradle reads what was written, offline and without resolving anything; Maven finds addons in a repository of this test alone. */
import assert from 'node:assert/strict'
import {spawnSync} from 'node:child_process'
import {mkdtemp, rm} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {dirname, join} from 'node:path'
import {pathToFileURL} from 'node:url'
import {after, before, describe, it} from 'mocha'
import {managerContext} from '../../../contract/src/testkit/context.ts'
import {memoryProject} from '../../../contract/src/testkit/project.ts'
import {contextWith} from '../../../test/support/manager-context.ts'
import {execute, writeTree} from '../../../test/support/run.ts'
import gradle from '../dist/gradle.js'
import {fileInJar} from '../dist/jar.js'

const needs = (program: string): string =>
  spawnSync(program, ['--version'], {stdio: 'ignore'}).status === 0 ? '' : ` (skipped: needs ${program} on the PATH)`

const addon = {bytes: Buffer.from(''), install: {package: 'org.acme:sample:1.0'}, name: 'sample', version: '1'}

async function inDirectory(use: (directory: string) => Promise<void>): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'flavor-gradle-'))
  try {
    await use(directory)
  } finally {
    await rm(directory, {force: true, recursive: true})
  }
}

const noGradle = needs('gradle')

describe(`Gradle${noGradle}`, () => {
  before(function () {
    if (noGradle) this.skip()
  })

  const files = {
    'made/build.gradle': `apply plugin: 'java'\n// dependencies {\nversion = "\${'1'}"`,
    'own/build.gradle': "plugins { id 'java' }\n\ndependencies {}\n",
    'settings.gradle': "include 'made', 'own', 'two'\n",
    'two/build.gradle': "apply plugin: 'java'\ndependencies { testImplementation 'a:b:1' }\n\ndependencies {\n}\n",
  }

  it('takes the dependency from each build file, as it was put in', () =>
    inDirectory(async (directory) => {
      await writeTree(directory, files)
      for (const name of ['made', 'own', 'two']) {
        const project = memoryProject({'build.gradle': files[`${name}/build.gradle` as keyof typeof files]}, 'flavour/fam-gradle:0.1')
        await project.apply(await gradle.plan('add', addon, project, managerContext))
        await writeTree(join(directory, name), {'build.gradle': (await project.read('build.gradle')) ?? ''})
      }
      const tasks = ['made', 'own', 'two'].flatMap((name) => [`:${name}:dependencies`, '--configuration', 'implementation'])
      const flags = ['--offline', '--no-daemon', '--console=plain']
      const env = {GRADLE_USER_HOME: join(directory, 'home'), HOME: join(directory, 'home'), PATH: process.env.PATH}
      const {code, stderr, stdout} = await execute('gradle', [...flags, ...tasks], {cwd: directory, env})
      assert.equal(code, 0, stderr)
      assert.equal(stdout.match(/--- org\.acme:sample:1\.0/g)?.length, 3, stdout)
    })).timeout(180_000)
})

const noMaven = needs('mvn') || needs('jar')

describe(`Maven${noMaven}`, () => {
  let directory = ''
  const kept = {...process.env}
  const document = 'spec: 0.1\nmeta: {name: sample, version: 1.2}\ninstall: {package: "org.acme:sample:1.2"}\n'
  const context = contextWith(['mvn'])

  before(async function () {
    if (noMaven) this.skip()
    directory = await mkdtemp(join(tmpdir(), 'flavor-maven-'))
    const url = pathToFileURL(join(directory, 'repository')).href
    const repository = `<repository><id>tests</id><url>${url}</url></repository>`
    const profile = `<profile><id>tests</id><repositories>${repository}</repositories></profile>`
    await writeTree(directory, {
      'content/META-INF/addon.flavour': document,
      'home/.m2/settings.xml': `<settings><profiles>${profile}</profiles><activeProfiles><activeProfile>tests</activeProfile></activeProfiles></settings>`,
      'repository/org/acme/sample/1.2/sample-1.2.pom': pom('1.2'),
      'repository/org/acme/sample/maven-metadata.xml':
        '<metadata><groupId>org.acme</groupId><artifactId>sample</artifactId><versioning><latest>1.2</latest><release>1.2</release><versions><version>1.2</version></versions></versioning></metadata>',
    })
    const jar = join(directory, 'repository/org/acme/sample/1.2/sample-1.2.jar')
    const {code, stderr} = await execute('jar', ['--create', '--file', jar, '-C', join(directory, 'content'), '.'], {
      cwd: dirname(jar),
      env: process.env,
    })
    assert.equal(code, 0, stderr)
    // Java asks the system, not HOME, where somebody's home is.
    Object.assign(process.env, {
      HOME: join(directory, 'home'),
      MAVEN_OPTS: `-XX:TieredStopAtLevel=1 -Duser.home=${join(directory, 'home')}`,
    })
  })
  after(async () => {
    process.env = kept
    if (directory) await rm(directory, {force: true, recursive: true})
  })

  it('finds the document in the jar of the newest version, and nothing where there is nothing', async () => {
    const found = (name: string, version?: string) => gradle.find?.({name, version}, join(directory, 'scratch', name), context)
    for (const name of ['org.acme/sample', 'org.acme/none']) await writeTree(join(directory, 'scratch', name), {empty: ''})
    assert.deepEqual(await found('org.acme/sample'), {bytes: Buffer.from(document), origin: 'package', package: 'org.acme:sample:1.2'})
    assert.equal(await found('org.acme/none', '1.0'), undefined)
  }).timeout(180_000)
})

describe('a jar', () => {
  it('is refused where it is none', () =>
    inDirectory(async (directory) => {
      await writeTree(directory, {'x-1.jar': 'a page of an error'})
      await assert.rejects(fileInJar(join(directory, 'x-1.jar'), ['addon.flavour']), {
        message: /^x-1\.jar cannot be read: \S.*[^.]$/,
        name: 'Error',
      })
    }))
})

describe('without Maven', () => {
  it('nothing is looked at, and that is said', async () => {
    const notes: string[] = []
    const without = {...managerContext, note: (message: string) => notes.push(message)}
    const found = await gradle.find?.({name: 'org.acme/sample', version: '1.0'}, '/nowhere', without)
    const text = 'spec: 0.1\nmeta:\n  name: java/org.acme/sample\n  version: 1.0\ninstall:\n  package: org.acme:sample:1.0\n'
    assert.deepEqual(found, {bytes: Buffer.from(text), origin: 'derived', package: 'org.acme:sample:1.0'})
    assert.match(notes.join(), /^there is no mvn on this machine: whether there is a package org\.acme:sample:1\.0/)
    await assert.rejects(
      async () => gradle.find?.({name: 'org.acme/sample', version: undefined}, '/nowhere', without),
      /the newest version of org\.acme:sample/,
    )
  })
})

function pom(version: string): string {
  return `<project><modelVersion>4.0.0</modelVersion><groupId>org.acme</groupId><artifactId>sample</artifactId><version>${version}</version></project>`
}
