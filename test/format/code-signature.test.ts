/** Executables of macOS and Windows, made by real tools where they are there, and packages that such a tool signed afterwards. */
import assert from 'node:assert/strict'
import {execFileSync, spawnSync} from 'node:child_process'
import {existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'
import {type Context, describe, it} from 'mocha'
import {buildPackage} from '../../conformance/runner/package.ts'
import {memorySource} from '../../dist/format/bytes.js'
import {readExecutable} from '../../dist/format/code-signature.js'
import {openPackage} from '../../dist/format/examination.js'
import {checkSignature} from '../../dist/format/signature.js'

const images = fileURLToPath(new URL('../../plugins/launcher-go/images/', import.meta.url))
const arm64 = 'darwin-arm64/flavor-go-launcher'
const x64 = 'darwin-x64/flavor-go-launcher'
const windows = 'win32-x64/flavor-go-launcher.exe'

/** An image that the Go toolchain made for that system; the test is skipped where there is none. */
function image(context: Context, name: string): Buffer {
  if (!existsSync(join(images, name))) context.skip()
  return readFileSync(join(images, name))
}

const read = (bytes: Uint8Array) => readExecutable(memorySource(bytes))
const packed = (launcher: Uint8Array) => Buffer.from(buildPackage({argv: ['/bin/true']}, launcher, ''))
const opened = (bytes: Uint8Array) => openPackage(memorySource(bytes), checkSignature)
const notAPackage = (message: RegExp) => ({code: 'EFLAVOR_NOT_A_PACKAGE', hint: /./, message})

/** A universal file: the slices on whole pages, as lipo(1) lays them out. */
function fat(...slices: readonly Buffer[]): Buffer {
  const page = 16_384
  const room = (bytes: Buffer) => Math.ceil(bytes.length / page) * page
  const header = Buffer.alloc(page)
  header.writeUInt32BE(0xcafebabe, 0)
  header.writeUInt32BE(slices.length, 4)
  let offset = page
  for (const [at, slice] of slices.entries()) {
    header.writeUInt32BE(offset, 8 + 20 * at + 8)
    header.writeUInt32BE(slice.length, 8 + 20 * at + 12)
    offset += room(slice)
  }
  const last = slices.length - 1
  return Buffer.concat([
    header,
    ...slices.map((slice, at) => (at === last ? slice : Buffer.concat([slice, Buffer.alloc(room(slice) - slice.length)]))),
  ])
}

/** What a tool does that signs a Mach-O file with something behind it: the signature goes to the end, and the command says so. */
function signedMachO(bytes: Buffer): Buffer {
  const {signature} = read(bytes) ?? assert.fail('no executable')
  const place = Buffer.alloc(8)
  place.writeUInt32LE(signature?.offset ?? 0, 0)
  place.writeUInt32LE(signature?.size ?? 0, 4)
  const at = bytes.indexOf(place)
  const start = Math.ceil(bytes.length / 16) * 16
  const signed = Buffer.concat([bytes, Buffer.alloc(start - bytes.length), Buffer.alloc(640, 0xfa)])
  signed.writeUInt32LE(start, at)
  signed.writeUInt32LE(640, at + 4)
  return signed
}

/** The same for PE: the table on a multiple of eight, its place in the security entry of a 64-bit image. */
function signedPe(bytes: Buffer): Buffer {
  const start = Math.ceil(bytes.length / 8) * 8
  const signed = Buffer.concat([bytes, Buffer.alloc(start - bytes.length), Buffer.alloc(1024, 0x30)])
  const entry = signed.readUInt32LE(0x3c) + 24 + 112 + 8 * 4
  signed.writeUInt32LE(start, entry)
  signed.writeUInt32LE(1024, entry + 4)
  return signed
}

/** Undefined where osslsigncode(1) is not installed. */
function signedByTool(bytes: Buffer): Buffer | undefined {
  if (spawnSync('osslsigncode', ['--version']).error) return undefined
  const directory = mkdtempSync(join(tmpdir(), 'flavor-sign-'))
  const path = (name: string) => join(directory, name)
  try {
    const subject = ['-subj', '/CN=nobody', '-days', '2', '-nodes', '-newkey', 'rsa:2048']
    execFileSync('openssl', ['req', '-x509', ...subject, '-keyout', path('key'), '-out', path('certificate')], {stdio: 'ignore'})
    writeFileSync(path('in'), bytes)
    const files = ['-certs', path('certificate'), '-key', path('key'), '-in', path('in'), '-out', path('out')]
    execFileSync('osslsigncode', ['sign', ...files], {stdio: 'ignore'})
    return readFileSync(path('out'))
  } finally {
    rmSync(directory, {recursive: true})
  }
}

describe('the code signature of an executable', () => {
  it('ends a Mach-O file that was signed for macOS on ARM', function () {
    const bytes = image(this, arm64)
    const {format, signature} = read(bytes) ?? assert.fail('no executable')
    assert.equal(format, 'Mach-O')
    assert.ok(signature)
    assert.equal(signature.offset + signature.size, bytes.length)
    assert.equal(bytes.readUInt32BE(signature.offset), 0xfade0cc0)
  })

  it('is missing from one for Intel, which needs none', function () {
    assert.deepEqual(read(image(this, x64)), {format: 'Mach-O', signature: undefined})
  })

  it('is that of the last slice of a universal file', function () {
    const [intel, arm] = [image(this, x64), image(this, arm64)]
    const own = read(arm)?.signature ?? assert.fail('no signature')
    const both = fat(intel, arm)
    const start = both.length - arm.length
    assert.deepEqual(read(both), {format: 'Mach-O', signature: {offset: start + own.offset, size: own.size}})
    assert.deepEqual(read(fat(arm, intel))?.signature, {offset: 16_384 + own.offset, size: own.size})
  })

  it('is missing from a PE file that nobody signed, and ends one that somebody did', function () {
    const bytes = image(this, windows)
    assert.deepEqual(read(bytes), {format: 'PE', signature: undefined})
    const signed = signedPe(bytes)
    assert.deepEqual(read(signed), {format: 'PE', signature: {offset: signed.length - 1024, size: 1024}})
  })

  it('ends a PE file that a real tool signed', function () {
    const signed = signedByTool(image(this, windows)) ?? this.skip()
    const {signature} = read(signed) ?? assert.fail('no executable')
    assert.equal((signature?.offset ?? 0) + (signature?.size ?? 0), signed.length)
  })

  it('is looked for in no other file', () => {
    const java = Buffer.alloc(128)
    java.writeUInt32BE(0xcafebabe, 0)
    java.writeUInt32BE(65, 4)
    for (const bytes of [java, readFileSync(process.execPath), Buffer.from('#!/bin/sh\n'.padEnd(100)), Buffer.from('MZ'), Buffer.alloc(0)])
      assert.equal(read(bytes), undefined)
  })

  it('is never found beyond a header that was cut or makes no sense', function () {
    for (const whole of [image(this, arm64), image(this, windows), fat(image(this, x64))]) {
      for (let length = 0; length < 2048; length += 7) read(whole.subarray(0, length))
      for (let at = 4; at < 512; at++) read(Buffer.concat([whole.subarray(0, at), Buffer.alloc(8, 0xff), whole.subarray(at + 8, 65_536)]))
    }
  })
})

describe('a package', () => {
  it('may begin with an executable that is signed', function () {
    assert.equal(opened(packed(image(this, arm64))).metadata.name, 'sample')
    const signed = signedByTool(image(this, windows)) ?? this.skip()
    assert.equal(opened(packed(signed)).metadata.name, 'sample')
  })

  it('that was signed afterwards is none, and the message says so', function () {
    const arm = image(this, arm64)
    assert.throws(() => opened(signedMachO(packed(arm))), notAPackage(/macOS code signature .* signed after it was made/))
    assert.throws(
      () => opened(signedPe(packed(image(this, windows)))),
      notAPackage(/Windows certificate table .* signed after it was made/),
    )
  })

  it('that a real tool signed afterwards is none, and the message says so', function () {
    const signed = signedByTool(packed(image(this, windows))) ?? this.skip()
    assert.throws(() => opened(signed), notAPackage(/Windows certificate table .* signed after it was made/))
  })

  it('with anything else behind it is none, and the message says how much', () => {
    const bytes = packed(Buffer.from('#!/bin/sh\n'))
    assert.throws(() => opened(Buffer.concat([bytes, Buffer.alloc(3)])), notAPackage(/3 bytes stand behind the package trailer/))
    assert.throws(() => opened(Buffer.concat([bytes, Buffer.from('x')])), notAPackage(/a byte stands behind/))
  })

  it('is no plain executable', function () {
    assert.throws(() => opened(image(this, arm64)), notAPackage(/macOS executable \(Mach-O\) with a code signature and holds no package/))
    assert.throws(() => opened(image(this, x64)), notAPackage(/macOS executable \(Mach-O\) and holds no package/))
    assert.throws(() => opened(image(this, windows)), notAPackage(/Windows executable \(PE\) and holds no package/))
    assert.throws(() => opened(readFileSync(process.execPath)), {code: 'EFLAVOR_NOT_A_PACKAGE', message: /cut short/})
  })
})
