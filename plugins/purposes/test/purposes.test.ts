import assert from 'node:assert/strict'
import {mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {contextIn} from '@flavor/contract/testkit'
import {after, before, describe, it} from 'mocha'
import {builtFor, interpreterOf} from '../dist/executable.js'
import nativeBinary from '../dist/native-binary.js'
import offer from '../dist/offer.js'
import metadata from '../dist/package-metadata.js'

const slot = {
  id: 'tool',
  options: {},
  package: {description: 'Says hello', name: 'hello', version: '1.2.3'},
  platform: 'linux-x64',
  project: '/project',
  source: undefined,
  target: 'bin/tool',
}

function elf(machine: number): Buffer {
  const head = Buffer.alloc(64)
  head.write('\x7fELF\x02\x01\x01', 'latin1')
  head.writeUInt16LE(machine, 18)
  return head
}

function with8(bytes: Buffer, at: number, value: number): Buffer {
  bytes[at] = value
  return bytes
}

function withInterpreter(path: string): Buffer {
  const head = Buffer.concat([elf(0x3e), Buffer.alloc(56), Buffer.from(`${path}\0`)])
  head.writeBigUInt64LE(64n, 0x20)
  head.writeUInt16LE(56, 0x36)
  head.writeUInt16LE(1, 0x38)
  head.writeUInt32LE(3, 64)
  head.writeBigUInt64LE(120n, 72)
  head.writeBigUInt64LE(BigInt(path.length + 1), 96)
  return head
}

function portableExecutable(machine: number): Buffer {
  const head = Buffer.alloc(256)
  head.write('MZ')
  head.writeUInt32LE(128, 0x3c)
  head.write('PE\0\0', 128)
  head.writeUInt16LE(machine, 132)
  return head
}

describe('standard purposes', () => {
  it('are the six that a package knows, with their classes and what may be shared', async () => {
    const facts = (await offer({host: {version: '0.1.0'}})).map(({class: byte, id, shareable}) => `${id} ${byte} ${shareable}`)
    assert.deepEqual(facts, [
      'package-metadata 0 false',
      'application-code 1 false',
      'configuration 2 false',
      'static-resources 3 true',
      'native-binary 1 true',
      'data-files 0 false',
    ])
  })

  it('write name, version and description into metadata.json', async () => {
    const content = await metadata.prepare(slot, '/scratch', contextIn('/cache'))
    assert.ok(content.kind === 'bytes')
    const wanted = '{\n  "name": "hello",\n  "version": "1.2.3",\n  "description": "Says hello"\n}\n'
    assert.equal(new TextDecoder().decode(content.bytes), wanted)
  })
})

describe('native-binary', () => {
  let folder: string

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'flavor-binary-'))
  })

  after(() => rmSync(folder, {recursive: true}))

  async function check(bytes: Uint8Array, platform: string): Promise<string> {
    writeFileSync(join(folder, 'tool'), bytes)
    const problems = await nativeBinary.check({...slot, platform, source: join(folder, 'tool')})
    return problems.map(({hint, message}) => `${message.replace(folder, '')}; ${hint}`).join()
  }

  it('takes a program of its platform, a script, and anything for any platform', async () => {
    assert.equal(await check(elf(0x3e), 'linux-x64'), '')
    assert.equal(await check(Buffer.from('#!/bin/sh\necho a script of some length\n'), 'linux-x64'), '')
    assert.equal(await check(new Uint8Array(0), 'linux-x64'), '')
    assert.equal(await check(elf(0xb7), 'any-any'), '')
  })

  it('names the platform of a program that was built for another', async () => {
    assert.equal(
      await check(elf(0xb7), 'linux-x64'),
      'its source /tool is a program for linux-arm64, and the package is for linux-x64; ' +
        'give the program that was built for linux-x64, or say `platforms: [linux-arm64]` in the slot',
    )
    assert.match(await check(portableExecutable(0x8664), 'linux-x64'), /a program for win32-x64/)
  })

  it('looks at each program of a directory', async () => {
    mkdirSync(join(folder, 'several/deep'), {recursive: true})
    writeFileSync(join(folder, 'several/right'), elf(0x3e))
    writeFileSync(join(folder, 'several/readme.txt'), 'text')
    writeFileSync(join(folder, 'several/deep/wrong'), elf(0xb7))
    const problems = await nativeBinary.check({...slot, source: join(folder, 'several')})
    assert.deepEqual(
      problems.map(({message}) => message.replace(folder, '')),
      ['its source /several/deep/wrong is a program for linux-arm64, and the package is for linux-x64'],
    )
  })

  it('says which interpreter a program needs, and what is no program, without refusing it', async () => {
    const said = async (bytes: Uint8Array, platform = 'linux-x64'): Promise<readonly string[]> => {
      const notes: string[] = []
      writeFileSync(join(folder, 'tool'), bytes)
      await nativeBinary.prepare({...slot, platform, source: join(folder, 'tool')}, folder, {
        ...contextIn(folder),
        note: (line) => notes.push(line.replaceAll(folder, '')),
      })
      return notes
    }
    assert.deepEqual(await said(elf(0x3e)), [])
    assert.deepEqual(await said(withInterpreter('/lib64/ld-linux-x86-64.so.2')), [])
    assert.deepEqual(await said(withInterpreter('/lib/ld-musl-x86_64.so.1')), [
      '/tool runs only where there is /lib/ld-musl-x86_64.so.1; a static program runs everywhere',
    ])
    assert.deepEqual(await said(Buffer.from('#!/bin/sh\n')), [])
    assert.deepEqual(await said(Buffer.from('#!/bin/sh\n'), 'any-any'), [])
    assert.deepEqual(await said(Buffer.from('#!/bin/sh\n'), 'win32-x64'), [
      '/tool is a script that begins with #!, and Windows starts no such thing by itself',
    ])
    assert.deepEqual(await said(elf(0xb7), 'any-any'), ['/tool is a program for linux-arm64, and the package is for any system'])
    assert.deepEqual(await said(Buffer.from('just text, and it is long enough\n')), [
      '/tool is no program that is known here: ELF, Mach-O, PE, or a script that begins with #!',
    ])
  })

  it('reads the interpreter off the programs of this machine', async function () {
    if (process.platform !== 'linux') this.skip()
    assert.match(interpreterOf(readFileSync(process.execPath).subarray(0, 4096)) ?? 'static', /^\/.*ld-(?:linux|musl)|^static$/)
  })

  it('refuses an empty directory', async () => {
    mkdirSync(join(folder, 'empty'))
    const problems = await nativeBinary.check({...slot, source: join(folder, 'empty')})
    assert.match(problems[0]?.message ?? '', /is an empty directory/)
  })

  it('knows the programs of each system', () => {
    const universal = Buffer.alloc(48)
    for (const [at, word] of [0xcafebabe, 2, 0x01000007].entries()) universal.writeUInt32BE(word, 4 * at)
    universal.writeUInt32BE(0x0100000c, 28)
    assert.deepEqual(builtFor(universal), ['darwin-x64', 'darwin-arm64'])
    assert.deepEqual(builtFor(Buffer.concat([Buffer.from('cffaedfe0c000001', 'hex'), Buffer.alloc(40)])), ['darwin-arm64'])
    assert.deepEqual(builtFor(portableExecutable(0xaa64)), ['win32-arm64'])
    assert.deepEqual(builtFor(elf(0x28)), ['linux-arm'])
    assert.deepEqual(builtFor(elf(0x15)), ['another platform (ELF processor 0x15)'])
    assert.deepEqual(builtFor(with8(elf(0x3e), 4, 1)), ['linux-x64 with 32-bit pointers'])
    assert.deepEqual(builtFor(with8(elf(0x3e), 7, 9)), ['freebsd-x64'])
    assert.equal(builtFor(Buffer.from(`MZqFpD='${' '.repeat(200)}`)), undefined)
    assert.equal(builtFor(Buffer.from(`cafebabe00000041${'00'.repeat(40)}`, 'hex')), undefined)
  })
})
