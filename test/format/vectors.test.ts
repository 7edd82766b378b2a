/** Every vector, by both ways of reading a package. */
import assert from 'node:assert/strict'
import {createHash} from 'node:crypto'
import {mkdtempSync, readFileSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {describe, it} from 'mocha'
import {memorySource, toHex} from '../../dist/format/bytes.js'
import {examineContent} from '../../dist/format/content.js'
import {isPackageError} from '../../dist/format/errors.js'
import {examine, openPackage, type Package} from '../../dist/format/examination.js'
import {targetPath} from '../../dist/format/metadata.js'
import {checkSignature} from '../../dist/format/signature.js'
import {nativeCheck, type SignatureCheck} from '../../dist/format/signature-check.js'
import {createTree} from '../../dist/unpack/tree.js'
import {unpackSlot} from '../../dist/unpack/unpack.js'
import gzip from '../../plugins/gzip/dist/gzip.js'
import zstd from '../../plugins/zstd/dist/zstd.js'
import {committedFiles, goodVectors, type Mutation, mutants, mutations} from './vectors.ts'

const hash = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

/** The code with which reading refuses the bytes; undefined when it accepts them. */
function refusal(bytes: Uint8Array, check: SignatureCheck): string | undefined {
  try {
    openPackage(memorySource(bytes), check)
    return undefined
  } catch (error) {
    assert.ok(isPackageError(error), String(error))
    return error.code
  }
}

function firstFailure(bytes: Uint8Array): string | undefined {
  return examine(memorySource(bytes), nativeCheck).results.find(({ok}) => !ok)?.code
}

function contentRefusal(bytes: Uint8Array): string | undefined {
  return [...examineContent(openPackage(memorySource(bytes), nativeCheck))].find(({ok}) => !ok)?.code
}

/** The code with which taking all slots out is refused. */
async function extractionRefusal(bytes: Uint8Array): Promise<string | undefined> {
  const opened = openPackage(memorySource(bytes), nativeCheck)
  const root = mkdtempSync(join(tmpdir(), 'flavor-vector-'))
  try {
    const tree = createTree(root)
    for (const slot of opened.slots) await unpackSlot(opened, slot, tree, {16: gzip.decompress, 27: zstd.decompress})
    tree.finish()
    return undefined
  } catch (error) {
    assert.ok(isPackageError(error), String(error))
    return error.code
  } finally {
    rmSync(root, {recursive: true})
  }
}

function facts({index, metadata, metadataBytes, regions, slots}: Package): unknown {
  return {
    exact: metadata.exact,
    key: toHex(index.publicKey),
    metadataSha256: hash(metadataBytes),
    regions: regions.map(({name, offset, size}) => [name, offset, size]),
    slots: slots.map(({chain, id, lifecycle, mode, offset, storedSize, target}) => ({
      id,
      path: targetPath(target),
      chain,
      offset,
      size: storedSize,
      mode: mode.toString(8).padStart(4, '0'),
      lifecycle,
    })),
  }
}

/** Refused when it is opened, unless its stage is a later one. */
function expectedAtOpening({accept, code, stage}: Mutation): string | undefined {
  return accept || stage ? undefined : code
}

function requireOutcome(mutation: Mutation, bytes: Uint8Array): void {
  const expected = expectedAtOpening(mutation)
  assert.equal(refusal(bytes, nativeCheck), expected)
  assert.equal(firstFailure(bytes), expected)
  if (mutation.stage || mutation.accept) assert.equal(contentRefusal(bytes), mutation.stage === 'content' ? mutation.code : undefined)
}

describe('a package that must be accepted', () => {
  for (const vector of goodVectors) {
    it(vector.name.replaceAll('-', ' '), () => {
      const {bytes, exact, key, metadataSha256, regions, sha256, slots} = vector
      assert.equal(hash(bytes), sha256)
      const opened = openPackage(memorySource(bytes), checkSignature)
      assert.deepEqual(facts(opened), {exact, key, metadataSha256, regions, slots})
      assert.ok(examine(memorySource(bytes), checkSignature).results.every(({ok}) => ok))
      assert.ok([...examineContent(opened)].every(({ok}) => ok))
    })

    it(`${vector.name.replaceAll('-', ' ')}: every slot comes out`, async () =>
      assert.equal(await extractionRefusal(vector.bytes), undefined))
  }

  it('is refused when a policy asks for another key', () => {
    const resigned = goodVectors.filter(({withKey}) => withKey)
    assert.ok(resigned.length > 0)
    for (const {bytes, withKey} of resigned) {
      const {index} = openPackage(memorySource(bytes), checkSignature)
      assert.notEqual(toHex(index.publicKey), withKey?.key)
      assert.equal(withKey?.code, 'EFLAVOR_KEY_MISMATCH')
    }
  })
})

describe('a package with one thing changed', () => {
  for (const mutation of mutations) {
    const {accept, base, code, flips, name, stage} = mutation
    it(`${name}: ${accept ? 'accepted' : code} (${base.replaceAll('-', ' ')})`, async () => {
      // Flips are many: all are opened; of every sixteenth, the rest is looked at too; the slower check sees the first.
      let count = 0
      for (const bytes of mutants(mutation)) {
        if (flips && count++ % 16 > 0) assert.equal(refusal(bytes, nativeCheck) ?? contentRefusal(bytes), code)
        else requireOutcome(mutation, bytes)
      }
      const [first] = mutants(mutation)
      assert.equal(refusal(first as Uint8Array, checkSignature), expectedAtOpening(mutation), flips && 'the first flip')
      if (stage === 'extract') assert.equal(await extractionRefusal(first as Uint8Array), code)
    })
  }
})

describe('the vectors', () => {
  it('cover every byte of a package with a flip', () => {
    const flips = mutations.flatMap(({flips}) => flips ?? []).toSorted(([a], [b]) => a - b)
    const whole = goodVectors.find(({name}) => name === 'built-by-flavor')?.bytes.length
    assert.equal(flips[0]?.[0], 0)
    assert.equal(flips.at(-1)?.[1], whole)
    for (const [at, [, to]] of flips.slice(0, -1).entries()) assert.equal(to, flips[at + 1]?.[0])
  })

  it('say the exit code of errors.json', async () => {
    const {launcherExits} = await import('../../dist/format/codes.js')
    for (const {code, exit, name} of mutations.filter(({accept}) => !accept))
      assert.equal(exit, launcherExits[code as keyof typeof launcherExits], name)
  })

  it('hold every error that bytes can cause', async () => {
    const {launcherExits} = await import('../../dist/format/codes.js')
    // These come from a machine, a command line or a policy, not from a file.
    const elsewhere = /INTERNAL|KEY_MISMATCH|UNKNOWN_KEY|POLICY|SETUID|SETUP|COMMAND|USAGE|BASE_DIRECTORY|DISK_FULL|IO$/
    const seen = new Set(mutations.map(({code}) => code))
    assert.deepEqual(
      Object.keys(launcherExits).filter((code) => !seen.has(code) && !elsewhere.test(code)),
      [],
    )
  })

  it('have each a name of its own', () => {
    const names = mutations.map(({base, name, stage}) => `${base} ${stage ?? 'open'} ${name}`)
    assert.equal(new Set(names).size, names.length)
  })

  it('and SPEC.md speak of no error that errors.json does not have', async () => {
    const {launcherExits} = await import('../../dist/format/codes.js')
    const named = readFileSync(new URL('../../format/SPEC.md', import.meta.url), 'utf8').match(/EFLAVOR_[A-Z_]+/g) ?? []
    assert.deepEqual(new Set(named), new Set(Object.keys(launcherExits)))
  })

  it('are what scripts/vectors.js makes', async () => {
    const {vectorFiles} = (await import(new URL('../../scripts/vectors.js', import.meta.url).href)) as {
      vectorFiles: () => ReadonlyMap<string, Uint8Array>
    }
    const wanted = vectorFiles()
    const committed = committedFiles()
    assert.deepEqual([...committed.keys()].sort(), [...wanted.keys()].sort())
    for (const [path, bytes] of wanted)
      assert.equal(hash(committed.get(path) as Uint8Array), hash(bytes), `${path}: run scripts/vectors.js`)
  })
})
