/** Plans of the Gradle manager carried out in memory: on random build files, of which every other byte stays, and on broken ones, of which nothing is touched. */
import assert from 'node:assert/strict'
import type {AddonDeclaration, AddonFailure} from '@flavor/contract'
import fc from 'fast-check'
import {describe, it} from 'mocha'
import {managerContext} from '../../../contract/src/testkit/context.ts'
import {type MemoryProject, memoryProject} from '../../../contract/src/testkit/project.ts'
import base from '../../addons-base/dist/base.js'
import gradle from '../dist/gradle.js'

type Files = Readonly<Record<string, string>>
type BuildName = 'build.gradle' | 'build.gradle.kts'

function addon(wanted: unknown = 'org.acme:sample:1.0', name = 'sample', version = '1'): AddonDeclaration {
  const install = {package: wanted}
  const bytes = Buffer.from(`spec: 0.1\nmeta: {name: ${name}, version: ${version}}\ninstall: ${JSON.stringify(install)}\n`)
  return {bytes, install, name, version}
}

async function change(kind: 'add' | 'remove', one: AddonDeclaration, project: MemoryProject, context = managerContext) {
  const below = await base.plan(kind, one, project, context)
  const steps = await gradle.plan(kind, one, project, context)
  await project.apply([...below, ...steps], one)
  return steps
}

const projectOf = (files: Files): MemoryProject => memoryProject(files, 'flavour/fam-gradle:0.1')

async function textIn(project: MemoryProject, name: BuildName = 'build.gradle'): Promise<string> {
  return Buffer.from((await project.read(name)) ?? []).toString()
}

/** What a build file says after an addon has come; that it goes away without a trace is seen on the way. */
async function after(text: string, name: BuildName = 'build.gradle'): Promise<string> {
  const project = projectOf({[name]: text})
  await change('add', addon(), project)
  const changed = await textIn(project, name)
  await change('remove', addon(), project)
  assert.equal(await textIn(project, name), text, 'removing does not restore')
  return changed
}

async function refused(files: Files, one = addon()): Promise<string> {
  const error = await gradle.plan('add', one, projectOf(files), managerContext).then(
    (steps) => assert.fail(`it was planned: ${JSON.stringify(steps)}`),
    (thrown: AddonFailure) => thrown,
  )
  assert.ok(error.problem, error.stack)
  return `${error.problem.message} | ${error.problem.hint}`
}

const sample = "implementation 'org.acme:sample:1.0'"

describe('build.gradle', () => {
  it('gets a line behind the others of its block, indented as they are', async () => {
    assert.equal(
      await after("dependencies {\n  implementation 'a:b:1' // why\n}\n"),
      `dependencies {\n  implementation 'a:b:1' // why\n  ${sample}\n}\n`,
    )
    assert.equal(await after('dependencies {\r\n\tapi "a:b:1"\r\n\r\n}'), `dependencies {\r\n\tapi "a:b:1"\r\n\t${sample}\r\n\r\n}`)
    assert.equal(await after("dependencies { api 'a:b:1' }"), `dependencies { api 'a:b:1'\n    ${sample} }`)
    assert.equal(await after('dependencies {\n    // none yet\n}\n'), `dependencies {\n    // none yet\n    ${sample}\n}\n`)
    assert.equal(await after('dependencies {}\n'), `dependencies { ${sample}}\n`)
    assert.equal(await after('dependencies {\n}\n'), `dependencies { ${sample}\n}\n`)
  })

  it('gets a block at its end where it has none at its top', async () => {
    const block = `dependencies {\n    ${sample}\n}`
    assert.equal(await after("plugins { id 'java' }\n"), `plugins { id 'java' }\n\n${block}\n`)
    assert.equal(await after('x = 1'), `x = 1\n\n${block}`)
    assert.equal(await after(''), `${block}\n`)
    assert.equal(await after('a {\n\tb()\n}\n'), `a {\n\tb()\n}\n\ndependencies {\n\t${sample}\n}\n`)
    assert.equal(await after('a {\r\n  b()\r\n}\r\n'), `a {\r\n  b()\r\n}\r\n\r\ndependencies {\r\n  ${sample}\r\n}\r\n`)
    for (const nested of [
      'buildscript {\n  dependencies { }\n}\n',
      'foo(dependencies { })\n',
      'project.dependencies { }\n',
      'x = dependencies { }\n',
    ])
      assert.equal(await after(nested), `${nested}\n${block.replace(/ {4}/, nested.includes('\n  ') ? '  ' : '    ')}\n`)
  })

  it('takes no string and no comment for a block', async () => {
    const decoys = [
      '// dependencies {',
      '/* dependencies { */',
      "a = 'dependencies {'",
      "a = '\\' dependencies {'",
      `a = "\${b("}")} dependencies {"`,
      "a = '''\ndependencies {\n'''",
      `a = """\ndependencies { \${[1].each { it }}\n"""`,
      'a = b =~ /dependencies {/',
      'exclude /dependencies \\/ {/',
      'a = $/\ndependencies { $/ /$',
      'a = b / c; d = "{" + 4 / 2',
      'dependencies',
      "a = 'é'",
    ]
    for (const decoy of decoys)
      assert.equal(
        await after(`${decoy}\ndependencies {\n    api 'x:y:1'\n}\n`),
        `${decoy}\ndependencies {\n    api 'x:y:1'\n    ${sample}\n}\n`,
        decoy,
      )
  })

  it('may have several blocks: the first gets the line', async () => {
    const two = "dependencies {\n    api 'a:b:1'\n}\n\ndependencies {\n    api 'c:d:1'\n}\n"
    assert.equal(await after(two), two.replace("'a:b:1'", `'a:b:1'\n    ${sample}`))
  })

  it('keeps every byte of random files, through any order of adding, renewing and removing', async () => {
    await fc.assert(fc.asyncProperty(buildFile(), orders(), survives))
  })

  it('keeps bytes that are no UTF-8', async () => {
    const bytes = Buffer.from('// \xe9\xa0\ndependencies {\n    // \xa0\n}\n', 'latin1')
    const project = projectOf({})
    await project.apply([{bytes, kind: 'write', path: 'build.gradle'}])
    await change('add', addon(), project)
    const changed = Buffer.from((await project.read('build.gradle')) ?? []).toString('latin1')
    assert.equal(changed, `// \xe9\xa0\ndependencies {\n    // \xa0\n    ${sample}\n}\n`)
    await change('remove', addon(), project)
    assert.deepEqual(await project.read('build.gradle'), bytes)
  })

  it('has a line replaced by that of another version, wherever it has been moved', async () => {
    const project = projectOf({'build.gradle': "dependencies {\n    api 'a:b:1'\n}\n"})
    await change('add', addon(), project)
    const moved = 'dependencies {\n    implementation("org.acme:sample:1.0") { transitive = false }\n    api \'a:b:1\'\n}\n'
    await project.apply([{bytes: Buffer.from(moved), kind: 'write', path: 'build.gradle'}])
    await change('add', addon('org.acme:sample:2.0', 'sample', '2'), project)
    assert.equal(await textIn(project), moved.replace('"org.acme:sample:1.0"', "'org.acme:sample:2.0'"))
    await change('add', addon('org.acme:other:1', 'sample', '3'), project)
    assert.equal(await textIn(project), "dependencies {\n    api 'a:b:1'\n    implementation 'org.acme:other:1'\n}\n")
  })

  it('keeps a line that two addons share until both are gone', async () => {
    const project = projectOf({'build.gradle': ''})
    const [one, two] = [addon(undefined, 'one'), addon(undefined, 'two')]
    for (const each of [one, two]) await change('add', each, project)
    await change('remove', one, project)
    assert.match(await textIn(project), /org\.acme:sample:1\.0/)
    await change('remove', two, project)
    assert.equal(await textIn(project), '')
  })

  it('is told from what the user has written', async () => {
    for (const line of ["implementation 'org.acme:sample:0.9'", 'implementation("org.acme:sample:$v")', 'implementation "org.acme:sample"'])
      assert.equal(
        await refused({'build.gradle': `\ndependencies {\n    ${line}\n}\n`}),
        'build.gradle:3 uses org.acme:sample already, and no addon has put it there | take the line out, then add the addon again',
      )
    const project = projectOf({'build.gradle': ''})
    await change('add', addon(undefined, 'one'), project)
    await assert.rejects(change('add', addon('org.acme:sample:2.0', 'two'), project), {
      message: 'org.acme:sample:2.0 cannot be used: one:1 uses org.acme:sample:1.0',
    })
  })

  it('is told from what the user has written in other forms', async () => {
    const catalog = `
[versions]
s = "1.0"
[libraries]
acme-sample_all = { module = "org.acme:sample", version.ref = "s" }
short = "org.acme:sample:1.0"
long = { group = "org.acme", name = "sample" }
other = "org.acme:other:1.0"
[bundles]
web-all = ["other", "acme-sample_all"]
`
    const groovy = [
      "implementation group: 'org.acme', name: 'sample', version: '1.0'",
      "implementation name: 'sample',\n    group: 'org.acme', version: v",
      'implementation(group: "org.acme", name: "sample") { transitive = false }',
      "implementation([group: 'org.acme', name: 'sample'])",
      "implementation 'org.acme:other:1', 'org.acme:sample:1.0'",
      'implementation libs.acme.sample.all',
      'implementation(libs.short) { transitive = false }',
      'implementation libs.other, libs.long',
      'implementation libs.bundles.web.all // all',
    ]
    const kotlin = ['(group = "org.acme", name = "sample", version = v)', '("org.acme", "sample", "1")', '(libs.short)'].map(
      (one) => `implementation${one}`,
    )
    for (const [name, lines] of Object.entries({'build.gradle': groovy, 'build.gradle.kts': kotlin}))
      for (const line of lines)
        assert.equal(
          await refused({'gradle/libs.versions.toml': catalog, [name]: `dependencies {\n    api(libs.short)\n    ${line}\n}\n`}),
          `${name}:3 uses org.acme:sample already, and no addon has put it there | take the line out, then add the addon again`,
          line,
        )
    const others = [
      "implementation group: 'org.acme', name: 'other'",
      'implementation libs.other',
      'implementation libs.bundles.unknown',
      "implementation platform('org.acme:sample:1')",
      'implementation platform(libs.short)',
      "implementation project(':sample'), files('org.acme', 'sample', 'x')",
      'implementation x, y',
      'implementation',
    ]
    for (const line of others) {
      const files = {'build.gradle': `dependencies {\n    ${line}\n}\n`, 'gradle/libs.versions.toml': catalog}
      const project = projectOf(files)
      await change('add', addon(), project)
      assert.equal(await textIn(project), `dependencies {\n    ${line}\n    ${sample}\n}\n`)
      await change('remove', addon(), project)
      assert.equal(await textIn(project), files['build.gradle'])
    }
    assert.match(
      await refused({'build.gradle': 'dependencies {\n implementation libs.x\n}', 'gradle/libs.versions.toml': '[libraries]\nx = \n'}),
      /^gradle\/libs\.versions\.toml:2:\d+ .* \| correct gradle\/libs\.versions\.toml, then type the same again$/,
    )
  })

  it('gives up a line also where somebody has changed it, which a note says, or has taken it out', async () => {
    const notes: string[] = []
    const context = {...managerContext, note: (message: string) => notes.push(message)}
    for (const text of ['dependencies { implementation("org.acme:sample:$v")}', 'dependencies {}']) {
      const project = projectOf({'build.gradle': 'dependencies {}'})
      await change('add', addon(), project)
      await project.apply([{bytes: Buffer.from(text), kind: 'write', path: 'build.gradle'}])
      await change('remove', addon(), project, context)
      assert.equal(await textIn(project), 'dependencies {}')
    }
    assert.deepEqual(notes, ['build.gradle:1 was changed by hand to "org.acme:sample:$v", and is removed'])
    assert.deepEqual(await change('remove', addon(), projectOf({})), [])
  })

  it('is refused where it does not end, with the place', async () => {
    assert.equal(await refused({}), 'there is no build.gradle or build.gradle.kts in the root of the project | gradle init')
    const reasons = {
      'a {\n  dependencies {\n}\n': '1:3 the bracket { does not end',
      'a = [1, 2\n}': '1:5 the bracket [ does not end',
      'a }\n': '1:3 the bracket } closes nothing',
      "a = 'b\n": '1:5 the string does not end',
      'a = """b\n"': '1:5 the string does not end',
      'a = "${b\n': '1:5 the string does not end',
      'a\n/* b': '2:1 the comment does not end',
    }
    for (const [text, reason] of Object.entries(reasons))
      assert.equal(await refused({'build.gradle': text}), `build.gradle:${reason} | correct build.gradle, then type the same again`)
  })

  it('is what Gradle takes, where both are there; the command to type is shown', async () => {
    const project = projectOf({'build.gradle': '', 'build.gradle.kts': '', 'gradle.lockfile': '', gradlew: ''})
    const steps = await change('add', addon(), project)
    assert.deepEqual(steps.slice(1), [{command: './gradlew dependencies --write-locks', kind: 'suggest'}])
    assert.equal(await textIn(project, 'build.gradle.kts'), '')
  })
})

describe('build.gradle.kts', () => {
  const line = 'implementation("org.acme:sample:1.0")'

  it('gets a line in Kotlin', async () => {
    assert.equal(await after('plugins { java }\n', 'build.gradle.kts'), `plugins { java }\n\ndependencies {\n    ${line}\n}\n`)
    const decoys = [
      '/* /* dependencies { */ dependencies { */',
      'val a = """\\"""',
      "val c = '{'",
      'val d = `x {`',
      `val e = "\${f { "}" }}"`,
    ]
    for (const decoy of decoys)
      assert.equal(
        await after(`${decoy}\ndependencies {\n  api("x:y:1")\n}\n`, 'build.gradle.kts'),
        `${decoy}\ndependencies {\n  api("x:y:1")\n  ${line}\n}\n`,
        decoy,
      )
  })
})

describe('an addon for Gradle', () => {
  const problems = async (wanted: unknown): Promise<string> =>
    (await gradle.check(addon(wanted), managerContext)).map(({message}) => message).join('; ')

  it('names a package with its version, and nothing that could be anything else', async () => {
    for (const fine of ['com.google.guava:guava:33.4.0-jre', 'a:b_c:1.+', 'a:b:[1.0,2.0)', 'a:b:latest.release'])
      assert.equal(await problems(fine), '', fine)
    for (const name of ['-a:b', 'a:-b', 'a;id:b', 'a\n:b', "a':b", 'a: b', '$a:b', ':b', '../a:b'])
      assert.match(await problems(`${name}:1`), /is no name$/, name)
    for (const version of ['', '-1', "1'", '1"', '$v', '1;2', '1\n', '1\\', 'x'.repeat(300)])
      assert.match(await problems(`a:b:${version}`), /which is no version$/, version)
    assert.equal(await problems('a:b'), 'install.package names no version')
    assert.equal(await problems('a:b:1:sources'), 'install.package has more than group, name and version')
    assert.equal(await problems(['a:b:1']), 'install.package is no text')
    assert.deepEqual(await gradle.check({...addon(), install: {}}, managerContext), [
      {hint: 'such as: package: com.google.guava:guava:33.4.0-jre', message: 'install.package is missing'},
    ])
  })

  it('is refused by its plan as well, where nobody has checked it', async () => {
    assert.match(await refused({'build.gradle': ''}, addon("a'; id:b:1")), /"a'; id" is no name \| such as: /)
    assert.match(await refused({'build.gradle': ''}, addon(null)), /^install\.package is no text/)
  })

  it('is looked for by a name that is one, and by nothing else', async () => {
    const nowhere = async (name: string, version?: string) => gradle.find?.({name, version}, '/nowhere', managerContext)
    for (const name of ['../x', '-a/b', 'a/b;c', 'a', 'a/b c', 'a/b/c']) assert.equal(await nowhere(name, '1.0'), undefined)
    assert.equal(await nowhere('a/b', '--help'), undefined)
  })
})

/** What people write, in any order, with any line ends. */
function buildFile(): fc.Arbitrary<string> {
  const part = fc.constantFrom(
    '',
    "plugins { id 'java' }",
    '// dependencies {',
    '/* } */',
    'repositories {\n\tmavenCentral()\n}',
    'dependencies {}',
    'dependencies { }',
    'dependencies {\n}',
    'dependencies {\n  }',
    'dependencies {\n    // é à\n}',
    "dependencies {\n  api 'a:b:1'  \n\n}",
    "dependencies { implementation 'a:b:1'; testImplementation 'c:d:1' }",
    `x = "\${y { "}" }}"`,
    "'''\n{\n'''",
  )
  return fc
    .tuple(fc.array(part, {maxLength: 5}), fc.constantFrom('', '\n', '\n\n', ' ', '\t\n'), fc.constantFrom('\n', '\r\n'))
    .map(([parts, end, newline]) => (parts.join('\n') + end).replaceAll('\n', newline))
}

const crowd = [addon('k:one:1', 'one'), addon('k:one:2', 'one', '2'), addon('c:two:1', 'two'), addon('k:three:1', 'three')]

function orders(): fc.Arbitrary<readonly AddonDeclaration[]> {
  return fc.array(fc.constantFrom(...crowd), {maxLength: 6})
}

/** All that came goes again, the first first. */
async function survives(text: string, order: readonly AddonDeclaration[]): Promise<void> {
  const project = projectOf({'build.gradle': text})
  for (const one of order) await change('add', one, project)
  for (const {name, version} of await project.addons()) {
    const one = crowd.find((each) => each.name === name && each.version === version)
    assert.ok(one)
    await change('remove', one, project)
  }
  assert.equal(await textIn(project), text)
}
