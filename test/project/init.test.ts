/** `flavor init`: a first manifest for whatever the directory holds, which flavor itself can read. */
import assert from 'node:assert/strict'
import {readFileSync} from 'node:fs'
import {mkdir} from 'node:fs/promises'
import {join} from 'node:path'
import {afterEach, beforeEach, describe, it} from 'mocha'
import {loadPlan} from '../../dist/project/load.js'
import {starterFor} from '../../dist/project/starter.js'
import {execute, type Sandbox, sandbox} from '../support/run.ts'
import {type Files, temporaryDirectory, writeFiles} from '../support/tmp.ts'

interface Project {
  readonly title: string
  readonly files: Files
  readonly kind: string
  readonly command: readonly string[]
  /** id, purpose, source and target of its slot. */
  readonly slot: readonly [string, string, string, string]
  readonly identity: readonly [string, string]
  readonly next?: readonly string[]
  readonly exclude?: readonly string[]
}

const app = ['app', 'application-code', '.', 'app'] as const
const program = {mode: 0o755, text: '#!/bin/sh\n'}
const json = (value: object) => JSON.stringify(value)

const projects: readonly Project[] = [
  {
    command: ['node', '{workenv}/app/bin/tool.js'],
    exclude: ['/test'],
    files: {
      'package.json': json({bin: {other: 'x.js', tool: './bin/tool.js'}, dependencies: {a: '1'}, name: 'tool', version: '1.2.3'}),
      'package-lock.json': '{}',
      'test/x.js': '',
    },
    identity: ['tool', '1.2.3'],
    kind: 'node',
    next: ['npm ci --omit=dev', 'flavor pack'],
    slot: app,
    title: 'a Node program',
  },
  {
    command: ['node', '{workenv}/app/my main.js'],
    files: {'package.json': json({main: 'my main.js', name: '@acme/lib'})},
    identity: ['lib', '0.1.0'],
    kind: 'node',
    slot: app,
    title: 'a Node module with a scope, a space and no version',
  },
  {
    command: ['python3', '-c', 'import sys; from pkg.cli import main; sys.exit(main())'],
    files: {
      'pyproject.toml':
        '[build-system]\nname = "no"\n\n[project]\nname = "snake"\nversion = "0.3"\n\n[project.scripts]\nsnake = "pkg.cli:main"\n',
      'src/pkg/cli.py': '',
    },
    identity: ['snake', '0.3'],
    kind: 'python',
    slot: app,
    title: 'a Python project with a script',
  },
  {
    command: ['python3', '{workenv}/app/main.py'],
    exclude: ['__pycache__', '/.venv'],
    files: {'main.py': '', 'requirements.txt': ''},
    identity: ['project', '0.1.0'],
    kind: 'python',
    slot: app,
    title: 'a Python script',
  },
  {
    command: ['python3', '-m', 'pkg'],
    files: {'pkg/__main__.py': '', 'setup.py': ''},
    identity: ['project', '0.1.0'],
    kind: 'python',
    slot: app,
    title: 'a Python package that runs',
  },
  {
    command: ['{workenv}/bin/crab'],
    files: {'Cargo.toml': '[package]\nname = "crab"\nversion = "0.9.0"\n', 'target/release/crab': program},
    identity: ['crab', '0.9.0'],
    kind: 'binary',
    slot: ['program', 'native-binary', 'target/release/crab', 'bin/crab'],
    title: 'a Rust program',
  },
  {
    command: ['{workenv}/bin/gopher'],
    files: {'bin/gopher': program, 'go.mod': 'module example.com/gopher/v2\n\ngo 1.24\n'},
    identity: ['gopher', '0.1.0'],
    kind: 'binary',
    slot: ['program', 'native-binary', 'bin/gopher', 'bin/gopher'],
    title: 'a Go program',
  },
  {
    command: ['python3', '-m', 'http.server', '--directory', '{workenv}/site'],
    files: {'dist/index.html': '', 'package.json': json({name: 'pages', version: '1.0.0'})},
    identity: ['pages', '1.0.0'],
    kind: 'static',
    slot: ['site', 'static-resources', 'dist', 'site'],
    title: 'a built front end',
  },
  {
    command: ['{workenv}/bin/run it.sh'],
    files: {'readme.txt': '', 'run it.sh': program},
    identity: ['run it.sh', '0.1.0'],
    kind: 'binary',
    slot: ['program', 'native-binary', 'run it.sh', 'bin/run it.sh'],
    title: 'a program and nothing else',
  },
  {
    command: ['sh', '{workenv}/app/start.sh'],
    files: {'notes.txt': ''},
    identity: ['project', '0.1.0'],
    kind: 'generic',
    next: ["echo 'echo hello' > start.sh", 'flavor pack'],
    slot: app,
    title: 'something nobody knows',
  },
  {
    command: ['sh', '{workenv}/app/run.sh'],
    files: {'run.sh': 'echo hello\n'},
    identity: ['project', '0.1.0'],
    kind: 'generic',
    slot: app,
    title: 'a script that is no program',
  },
]

describe('the first manifest', () => {
  for (const {command, exclude, files, identity, kind, next = ['flavor pack'], slot, title} of projects) {
    it(`of ${title}`, async () => {
      const directory = writeFiles(join(temporaryDirectory(), 'project'), files)
      const starter = await starterFor(directory)
      assert.deepEqual([starter.kind, starter.next], [kind, next])
      writeFiles(directory, {'flavor.yaml': starter.text})
      const plan = await loadPlan({cwd: directory})
      const [{id, purpose, source, target} = assert.fail('it has no slot')] = plan.slots
      assert.deepEqual([id, purpose, source?.relative, target], slot)
      assert.deepEqual([plan.name, plan.version], identity)
      assert.deepEqual(plan.command.words, command)
      if (exclude) assert.deepEqual(plan.slots[0]?.exclude, exclude)
    })
  }

  it('of a program that is not built yet says how to build it', async () => {
    const rust = writeFiles(temporaryDirectory(), {'Cargo.toml': '[package]\nname = "crab"\n'})
    assert.deepEqual((await starterFor(rust)).next, ['cargo build --release', 'flavor pack'])
    const go = writeFiles(temporaryDirectory(), {'go.mod': 'module gopher\n'})
    assert.deepEqual((await starterFor(go)).next, ['go build -o gopher .', 'flavor pack'])
  })

  it('has a name for a directory that has no usable one', async () => {
    const directory = writeFiles(join(temporaryDirectory(), '-ö:ä'), {'notes.txt': ''})
    writeFiles(directory, {'flavor.yaml': (await starterFor(directory)).text})
    assert.equal((await loadPlan({cwd: directory})).name, 'app')
  })
})

describe('flavor init', () => {
  let box: Sandbox
  let cwd: string

  beforeEach(async () => {
    box = await sandbox()
    cwd = box.path('project')
    await mkdir(cwd)
  })
  afterEach(() => box.remove())

  it('writes the manifest, says what it found, and what to type next under the name it was called by', async () => {
    writeFiles(cwd, {'package.json': json({bin: 'x.js', name: 'x', version: '1.0.0'})})
    const {code, stderr, stdout} = await box.run(['init'], {cwd, name: 'flavour'})
    assert.deepEqual({code, stderr}, {code: 0, stderr: ''})
    assert.equal(stdout, 'wrote flavor.yaml for a Node project (package.json with bin)\nnext: flavour pack\n')
    assert.equal((await loadPlan({cwd})).name, 'x')
  })

  it('gives the same as JSON', async () => {
    const {code, stdout} = await box.run(['init', '--json'], {cwd})
    assert.equal(code, 0)
    const {file, kind, next} = JSON.parse(stdout)
    assert.deepEqual([file.endsWith(join('project', 'flavor.yaml')), kind, next.at(-1)], [true, 'generic', 'flavor pack'])
  })

  it('in an empty directory leads to a package that runs, by typing what it says', async () => {
    const {stdout} = await box.run(['init', '--json'], {cwd})
    const [script, pack] = JSON.parse(stdout).next
    const made = await execute('sh', ['-c', script], {cwd, env: box.env})
    assert.deepEqual([made.code, pack], [0, 'flavor pack'])
    const packed = await box.run(['pack', '--launcher', 'node', '--quiet', '--output', box.path('made')], {cwd})
    assert.equal(packed.code, 0, packed.stderr)
    assert.equal((await execute(box.path('made'), [], {env: box.env})).stdout, 'hello\n')
  })

  for (const [file, text] of [
    ['flavor.yaml', 'name: mine\n'],
    ['flavor.json', '{}'],
    ['package.json', '{"flavor": {}}'],
  ] as const) {
    it(`does not write over or beside ${file}, unless forced`, async () => {
      writeFiles(cwd, {[file]: text})
      const refused = await box.run(['init'], {cwd})
      assert.deepEqual([refused.code, refused.stdout], [1, ''])
      assert.match(refused.stderr, new RegExp(`there is a manifest already, ${file.replace('.', '\\.')}\n.*flavor init --force`))
      assert.equal(readFileSync(join(cwd, file), 'utf8'), text)
      const forced = await box.run(['init', '--force'], {cwd})
      assert.equal(forced.code, 0)
      assert.equal((await loadPlan({cwd})).manifest, join(cwd, 'flavor.yaml'))
    })
  }
})
