/** One manifest for several systems: what is the same on all of them is the same bytes, and what differs goes where it belongs. */
import assert from 'node:assert/strict'
import {existsSync, readFileSync} from 'node:fs'
import {after, before, describe, it} from 'mocha'
import {execute, repository, type Sandbox, sandbox, writeTree} from '../support/run.ts'

const manifest = `name: hello
version: 1.0.0
command: "{workenv}/bin/tool {workenv}/app/greeting.txt"
launcher: go
slots:
  - {id: app, purpose: application-code, source: app}
  - {id: pages, purpose: static-resources, source: [pages/*.html]}
  - {id: tool, purpose: native-binary, source: build/linux-x64/tool, platforms: [linux-x64]}
  - {id: tool, purpose: native-binary, source: build/linux-arm64/tool, platforms: [linux, "!linux-x64"]}
  - {id: tool, purpose: native-binary, source: build/windows/tool.exe, platforms: [win32]}
`

const targets = ['linux-x64', 'linux-arm64', 'win32-x64']

function elf(machine: number): Buffer {
  const head = Buffer.alloc(64)
  head.write('\x7fELF\x02\x01\x01', 'latin1')
  head.writeUInt16LE(machine, 18)
  return head
}

function portableExecutable(): Buffer {
  const head = Buffer.alloc(256)
  head.write('MZ')
  head.writeUInt32LE(128, 0x3c)
  head.write('PE', 128)
  head.writeUInt16LE(0x8664, 132)
  return head
}

interface PackedSlot {
  readonly id: string
  readonly sha256: string
  readonly size: number
}

interface Packed {
  readonly launcher: {readonly target: string}
  readonly package: string
  readonly slots: readonly PackedSlot[]
}

describe('one manifest for several targets', function () {
  this.timeout(120_000)
  let box: Sandbox

  before(async function () {
    if (targets.some((target) => !existsSync(`${repository}plugins/launcher-go/images/${target}`))) this.skip()
    box = await sandbox()
    await writeTree(box.path('project'), {
      'app/greeting.txt': 'hello from a tool\n',
      'build/linux-arm64/tool': elf(0xb7),
      'build/linux-x64/tool': '#!/bin/sh\ncat "$@"\n',
      'build/windows/tool.exe': portableExecutable(),
      'flavor.yaml': manifest,
      'pages/index.html': '<p>hello\n',
      'pages/notes.txt': 'not a page\n',
    })
  })

  after(() => box?.remove())

  const pack = (...args: readonly string[]) => box.run(['pack', '--quiet', '--key-seed', 'targets', ...args], {cwd: box.path('project')})

  it('gives the same bytes of every slot that is for all of them, and each its own program', async () => {
    const {code, stderr, stdout} = await pack('--json', '--target', targets.join())
    assert.deepEqual({code, stderr}, {code: 0, stderr: ''})
    const {packages}: {readonly packages: readonly Packed[]} = JSON.parse(stdout)
    assert.deepEqual(
      packages.map(({launcher, package: path, slots}) => [launcher.target, path.split('/').at(-1), slots.map(({id}) => id).join()]),
      [
        ['linux-x64', 'hello-linux-x64', 'package-metadata,app,pages,tool'],
        ['linux-arm64', 'hello-linux-arm64', 'package-metadata,app,pages,tool'],
        ['win32-x64', 'hello-win32-x64.exe', 'package-metadata,app,pages,tool'],
      ],
    )
    const different = (id: string) => new Set(packages.map(({slots}) => slots.find((slot) => slot.id === id)?.sha256)).size
    assert.deepEqual(['package-metadata', 'app', 'pages', 'tool'].map(different), [1, 1, 1, 3])
  })

  it('finds the program on each of them by the name that the command has', async () => {
    for (const [name, tool] of [
      ['hello-linux-arm64', 'bin/tool'],
      ['hello-win32-x64.exe', 'bin/tool.exe'],
    ] as const) {
      const out = box.path(`out-${name}`)
      const {code, stderr} = await box.run(['extract', '--all', box.path('project/dist', name), out])
      assert.equal(code, 0, stderr)
      assert.deepEqual(
        readFileSync(`${out}/${tool}`),
        readFileSync(box.path('project/build', tool.endsWith('.exe') ? 'windows/tool.exe' : 'linux-arm64/tool')),
      )
    }
  })

  it('starts where it can', async function () {
    if (`${process.platform}-${process.arch}` !== 'linux-x64') this.skip()
    const {code, stderr, stdout} = await execute(box.path('project/dist/hello-linux-x64'), [], {env: box.env})
    assert.deepEqual({code, stderr, stdout}, {code: 0, stderr: '', stdout: 'hello from a tool\n'})
  })

  it('looks at no source that none of the targets needs, and at each that one of them does', async () => {
    await writeTree(box.path('project'), {'flavor.yaml': manifest.replace('build/windows/tool.exe', 'build/windows/not-built-yet.exe')})
    assert.equal((await pack('--target', 'linux-arm64')).code, 0)
    const both = await pack('--target', 'linux-arm64,win32-x64')
    assert.equal(both.code, 1)
    assert.match(both.stderr, /flavor\.yaml:10:48 slots\[4\]\.source build\/windows\/not-built-yet\.exe does not exist/)
  })

  it('says of a target what its command will not find there', async () => {
    await writeTree(box.path('project'), {'flavor.yaml': manifest.replace('platforms: [win32]', 'target: bin/tool, platforms: [win32]')})
    const {code, stderr} = await pack('--target', 'win32-x64')
    assert.equal(code, 0)
    assert.equal(stderr, 'flavor: warning: the command names bin/tool, which no slot brings for win32-x64\n')
  })

  it('lists with --dry-run what comes from where', async () => {
    await writeTree(box.path('project'), {'flavor.yaml': manifest})
    const {code, stderr, stdout} = await pack('--dry-run', '--target', 'win32-x64')
    assert.deepEqual({code, stderr}, {code: 0, stderr: ''})
    assert.match(stdout, /^pages → pages: 1 file, .*, from pages\/\*\.html\n.* pages\/pages\/index\.html$/m)
    assert.match(stdout, /^tool → bin\/tool\.exe: 1 file, 256 bytes, from build\/windows\/tool\.exe$/m)
    assert.match(stdout, /^would write .*\/dist\/hello\.exe, launcher go win32-x64/m)
  })
})
