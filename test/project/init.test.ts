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

type Slot = readonly [id: string, purpose: string, source: string | undefined, target: string | undefined]

interface Project {
  readonly title: string
  readonly files: Files
  readonly kind: string
  readonly command: readonly string[]
  /** Names of its other commands. */
  readonly others?: readonly string[]
  /** id, purpose, source and target of its slots. */
  readonly slots: readonly Slot[]
  readonly identity: readonly [string, string]
  readonly next?: readonly string[]
  readonly exclude?: readonly string[]
}

const node: Slot = ['node', 'node-runtime', undefined, undefined]
const code: Slot = ['app', 'application-code', '.', 'app']
const python: Slot = ['python', 'python-environment', undefined, 'venv']
const program = {mode: 0o755, text: '#!/bin/sh\n'}
const json = (value: object) => JSON.stringify(value)

const projects: readonly Project[] = [
  {
    command: ['{workenv}/node/bin/node', '{workenv}/app/bin/tool.js'],
    exclude: ['/flavor.yaml', '/test'],
    files: {
      'bin/tool.js': '',
      'package-lock.json': '{}',
      'package.json': json({
        bin: {Odd_name: 'x.js', other: 'x.js', tool: './bin/tool.js'},
        dependencies: {a: '1'},
        name: 'tool',
        version: '1.2.3',
      }),
      'test/x.js': '',
      'x.js': '',
    },
    identity: ['tool', '1.2.3'],
    kind: 'node',
    others: ['other'],
    slots: [node, ['app', 'node-environment', '.', 'app']],
    title: 'a Node program with several others',
  },
  {
    command: ['{workenv}/node/bin/node', '{workenv}/app/my main.js'],
    exclude: ['node_modules', '/flavor.yaml'],
    files: {'my main.js': '', 'package.json': json({main: 'my main.js', name: '@acme/lib'})},
    identity: ['lib', '0.1.0'],
    kind: 'node',
    slots: [node, code],
    title: 'a Node module with a scope, a space, no dependencies and no version',
  },
  {
    command: ['{workenv}/venv/bin/snake'],
    files: {
      'pyproject.toml':
        '[build-system]\nname = "no"\n\n[project]\nname = "snake"\nversion = "0.3"\n\n[project.scripts]\nsnake = "pkg.cli:main"\nadder = "pkg.cli:add"\n',
      'src/pkg/cli.py': '',
    },
    identity: ['snake', '0.3'],
    kind: 'python',
    others: ['adder'],
    slots: [python],
    title: 'a Python project with scripts',
  },
  {
    command: ['{workenv}/venv/bin/python3', '-m', 'pkg.cli'],
    files: {'pyproject.toml': '[project]\nname = "old"\nversion = "1"\n[tool.flavor]\nentry_point = "pkg.cli"\n'},
    identity: ['old', '1'],
    kind: 'python',
    slots: [python],
    title: 'a project of FlavorPack',
  },
  {
    command: ['{workenv}/venv/bin/python3', '{workenv}/app/main.py'],
    exclude: ['__pycache__', '/.venv', '/flavor.yaml'],
    files: {'main.py': '', 'requirements.txt': ''},
    identity: ['project', '0.1.0'],
    kind: 'python',
    slots: [python, code],
    title: 'a Python script',
  },
  {
    command: ['{workenv}/venv/bin/python3', '-m', 'pkg'],
    files: {'pkg/__main__.py': '', 'setup.py': ''},
    identity: ['project', '0.1.0'],
    kind: 'python',
    slots: [python, code],
    title: 'a Python package that runs',
  },
  {
    command: ['{workenv}/bin/crab'],
    files: {
      'Cargo.toml': '[package]\nname = "crab"\nversion = "0.9.0"\n',
      'src/bin/claw.rs': '',
      'src/main.rs': '',
      'target/release/claw': program,
      'target/release/crab': program,
    },
    identity: ['crab', '0.9.0'],
    kind: 'binary',
    others: ['claw'],
    slots: [
      ['program', 'native-binary', 'target/release/crab', 'bin/crab'],
      ['program-2', 'native-binary', 'target/release/claw', 'bin/claw'],
    ],
    title: 'a Rust project with two programs',
  },
  {
    command: ['{workenv}/bin/gopher'],
    files: {'bin/gopher': program, 'go.mod': 'module example.com/gopher/v2\n\ngo 1.24\n', 'main.go': 'package main\n'},
    identity: ['gopher', '0.1.0'],
    kind: 'binary',
    slots: [['program', 'native-binary', 'bin/gopher', 'bin/gopher']],
    title: 'a Go program',
  },
  {
    command: ['{workenv}/node/bin/node', '{workenv}/server/serve.mjs', '{workenv}/site'],
    files: {'dist/index.html': '', 'package.json': json({name: 'pages', version: '1.0.0'})},
    identity: ['pages', '1.0.0'],
    kind: 'static',
    slots: [node, ['server', 'static-server', undefined, undefined], ['site', 'static-resources', 'dist', 'site']],
    title: 'a built front end',
  },
  {
    command: ['{workenv}/bin/run it.sh'],
    files: {'readme.txt': '', 'run it.sh': program},
    identity: ['run it.sh', '0.1.0'],
    kind: 'binary',
    slots: [['program', 'native-binary', 'run it.sh', 'bin/run it.sh']],
    title: 'a program and nothing else',
  },
  {
    command: ['sh', '{workenv}/app/start.sh'],
    files: {'notes.txt': ''},
    identity: ['project', '0.1.0'],
    kind: 'generic',
    next: ["echo 'echo hello' > start.sh", 'flavor pack'],
    slots: [code],
    title: 'something nobody knows',
  },
  {
    command: ['sh', '{workenv}/app/run.sh'],
    files: {'run.sh': 'echo hello\n'},
    identity: ['project', '0.1.0'],
    kind: 'generic',
    slots: [code],
    title: 'a script that is no program',
  },
]

/** What stands in the way of packing, and what to type. */
const unready: readonly {readonly title: string; readonly files: Files; readonly lacks: RegExp; readonly before: readonly string[]}[] = [
  {
    before: ['cargo build --release'],
    files: {'Cargo.toml': '[package]\nname = "crab"\n', 'src/main.rs': ''},
    lacks: /^target\/release\/crab(\.exe)? is not built yet$/,
    title: 'a Rust program',
  },
  {before: ['go build'], files: {'go.mod': 'module gopher\n', 'main.go': 'package main\n'}, lacks: /not built yet$/, title: 'a Go program'},
  {
    before: ['go build -o bin/ ./cmd/...'],
    files: {'cmd/gopher/main.go': 'package main\n', 'go.mod': 'module example.com/tools\n'},
    lacks: /^bin\/gopher/,
    title: 'a Go program in cmd',
  },
  {
    before: ['npm install --package-lock-only', 'npm run build'],
    files: {'package.json': json({bin: 'dist/x.js', dependencies: {a: '1'}, scripts: {build: 'tsc'}})},
    lacks: /^dist\/x\.js, which it starts, does not exist$/,
    title: 'a Node program in TypeScript',
  },
  {
    before: ['npm run build'],
    files: {'index.html': '', 'package.json': json({devDependencies: {vite: '7'}, scripts: {build: 'vite build'}})},
    lacks: /bundler/,
    title: 'pages that a bundler builds',
  },
  {
    before: [],
    files: {'pyproject.toml': '[project]\nname = "x"\n'},
    lacks: /names no program/,
    title: 'a Python project without a program',
  },
]

describe('the first manifest', () => {
  for (const {command, exclude, files, identity, kind, next = ['flavor pack'], others = [], slots, title} of projects) {
    it(`of ${title}`, async () => {
      const directory = writeFiles(join(temporaryDirectory(), 'project'), files)
      const starter = await starterFor(directory)
      assert.deepEqual([starter.kind, starter.next], [kind, next])
      writeFiles(directory, {'flavor.yaml': starter.text})
      const plan = await loadPlan({cwd: directory})
      assert.deepEqual(
        plan.slots.map(({id, purpose, source, target}) => [id, purpose, source?.relative, target]),
        slots,
      )
      assert.deepEqual([plan.name, plan.version], identity)
      assert.deepEqual(plan.command.words, command)
      assert.deepEqual(
        plan.commands.map(({name}) => name).filter((name) => name !== 'default'),
        others,
      )
      if (exclude) assert.deepEqual(plan.slots.at(-1)?.exclude, exclude)
    })
  }

  for (const {before, files, lacks, title} of unready) {
    it(`of ${title} that is not ready says what to type first`, async () => {
      const starter = await starterFor(writeFiles(temporaryDirectory(), files))
      assert.deepEqual(starter.next, [...before, 'flavor pack'])
      assert.match(starter.lacks ?? '', lacks)
    })
  }

  it('of several kinds of project is of the one that names its program, and else of the one that is looked for first', async () => {
    const both = {
      'main.js': '',
      'package.json': json({main: 'main.js'}),
      'pyproject.toml': '[project]\nname = "x"\nscripts = {x = "x:x"}\n',
    }
    const named = await starterFor(writeFiles(temporaryDirectory(), both))
    assert.deepEqual([named.kind, named.others, named.because], ['python', ['package.json with main'], 'which names its program'])
    const first = await starterFor(writeFiles(temporaryDirectory(), {...both, 'package.json': json({bin: 'main.js'})}))
    assert.deepEqual([first.kind, first.because], ['node', 'which is looked for first'])
    assert.equal((await starterFor(writeFiles(temporaryDirectory(), both), 'node')).kind, 'node')
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
