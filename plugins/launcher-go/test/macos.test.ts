/**
 * The images for macOS, as far as a file can be judged where it does not run: what it is built for, what it asks of the
 * system, and the signature without which Apple's ARM64 machines start nothing.
 */
import assert from 'node:assert/strict'
import {describe, it} from 'mocha'
import {findImage, readImage} from '../src/images.ts'

interface Command {
  readonly kind: number
  /** With its kind and size. */
  readonly bytes: Buffer
}

const magic = 0xfeedfacf
const executable = 2
const positionIndependent = 0x20_0000
const kinds = {buildVersion: 0x32, codeSignature: 0x1d, dylib: 0xc, segment: 0x19} as const
const processors = {'darwin-arm64': 0x0100_000c, 'darwin-x64': 0x0100_0007} as const
/** Of a signature's parts: numbers in it are big-endian. */
const embedded = 0xfade0cc0
const codeDirectory = 0xfade0c02
const adHoc = 2

/** Mach-O, 64 bits, little-endian. */
function commandsOf(image: Buffer): readonly Command[] {
  const commands: Command[] = []
  for (let at = 32; commands.length < image.readUInt32LE(16); ) {
    const size = image.readUInt32LE(at + 4)
    commands.push({bytes: image.subarray(at, at + size), kind: image.readUInt32LE(at)})
    at += size
  }
  return commands
}

function only(commands: readonly Command[], kind: number): Buffer {
  const found = commands.filter((one) => one.kind === kind)
  assert.equal(found.length, 1)
  return (found[0] as Command).bytes
}

const version = (word: number): string => `${word >>> 16}.${(word >>> 8) & 0xff}`
const textAt = (bytes: Buffer, at: number): string => bytes.toString('latin1', at, bytes.indexOf(0, at))

for (const target of ['darwin-x64', 'darwin-arm64'] as const)
  describe(`the image for ${target}`, () => {
    it('is a program for that processor, and asks for macOS 12 and what every macOS has', function () {
      const {commands, image} = open(this, target)
      assert.deepEqual([image.readUInt32LE(0), image.readUInt32LE(4), image.readUInt32LE(12)], [magic, processors[target], executable])
      assert.ok(image.readUInt32LE(24) & positionIndependent)
      const build = only(commands, kinds.buildVersion)
      assert.deepEqual([build.readUInt32LE(8), version(build.readUInt32LE(12))], [1, '12.0'])
      const libraries = commands.filter(({kind}) => kind === kinds.dylib).map(({bytes}) => textAt(bytes, bytes.readUInt32LE(8)))
      assert.ok(libraries.length > 0)
      for (const library of libraries) assert.match(library, /^\/(usr\/lib|System\/Library)\//)
    })

    it('ends with its last segment, so that what is appended belongs to none', function () {
      const {commands, image} = open(this, target)
      const ends = commands
        .filter(({kind}) => kind === kinds.segment)
        .map(({bytes}) => Number(bytes.readBigUInt64LE(40) + bytes.readBigUInt64LE(48)))
      assert.equal(Math.max(...ends), image.length)
    })

    if (target === 'darwin-arm64')
      it('carries an ad-hoc signature, which covers all of it before itself', function () {
        const {commands, image} = open(this, target)
        const command = only(commands, kinds.codeSignature)
        const [offset, size] = [command.readUInt32LE(8), command.readUInt32LE(12)]
        assert.equal(offset + size, image.length)
        const signature = image.subarray(offset, offset + size)
        assert.equal(signature.readUInt32BE(0), embedded)
        const directory = signature.subarray(signature.readUInt32BE(16))
        assert.equal(directory.readUInt32BE(0), codeDirectory)
        assert.ok(directory.readUInt32BE(12) & adHoc)
        assert.equal(directory.readUInt32BE(32), offset)
      })
  })

function open(test: Mocha.Context, target: string): {readonly commands: readonly Command[]; readonly image: Buffer} {
  if (findImage(target) === undefined) {
    if (test.test) test.test.title += ` (not run: flavor launchers build --lang go --target ${target})`
    test.skip()
  }
  const image = readImage(target).bytes
  return {commands: commandsOf(image), image}
}
