import assert from 'node:assert/strict'
import {execFileSync} from 'node:child_process'
import {readFileSync, statSync} from 'node:fs'
import {after, before, describe, it} from 'mocha'
import {application, packedApplication} from '../support/project.ts'
import {type Sandbox, sandbox, writeTree} from '../support/run.ts'

describe('keys', function () {
  this.timeout(60_000)
  let box: Sandbox

  before(async () => {
    box = await sandbox()
    await writeTree(box.path('project'), application)
    for (const name of ['ours', 'theirs']) assert.equal((await box.run(['keygen', '--out-dir', box.path(name)])).code, 0)
  })

  after(() => box.remove())

  const pack = (...args: readonly string[]) =>
    box.run(['pack', '--json', '--output', box.path('package'), ...args], {cwd: box.path('project')})
  const privateKey = (name: string) => box.path(name, 'flavor-private.key')
  const publicKey = (name: string) => box.path(name, 'flavor-public.key')

  it('are PEM that OpenSSL reads, for their owner alone', () => {
    assert.match(readFileSync(privateKey('ours'), 'utf8'), /^-----BEGIN PRIVATE KEY-----\n/)
    assert.match(execFileSync('openssl', ['pkey', '-in', privateKey('ours'), '-text', '-noout'], {encoding: 'utf8'}), /ED25519/i)
    assert.match(execFileSync('openssl', ['pkey', '-pubin', '-in', publicKey('ours'), '-text', '-noout'], {encoding: 'utf8'}), /ED25519/i)
    for (const path of [privateKey('ours'), publicKey('ours')]) assert.equal(statSync(path).mode & 0o777, 0o600)
    assert.equal(statSync(box.path('ours')).mode & 0o777, 0o700)
  })

  it('that are not there, or not what was asked for, are named', async () => {
    const file = box.path('ours', 'flavor-private.key')
    for (const [args, says] of [
      [['verify', '--key', box.path('nothing'), file], /read the public key .*nothing: no such file/],
      [['run', '--key', box.path('ours'), file], /read the public key .*ours: it is a directory/],
      [['pack', '--private-key', box.path('nothing')], /sign with .*nothing: no such file/],
    ] as const) {
      const {code, stderr} = await box.run(args, {cwd: box.path('project'), name: 'flavour'})
      assert.equal(code, 1)
      assert.match(stderr, says)
      assert.match(stderr, /flavour keygen/)
    }
  })

  it('made for one package are warned of, under the name that was typed, once there is a package', async () => {
    const made = await box.run(['pack', '--key-seed', 'x', '--output', box.path('package')], {cwd: box.path('project'), name: 'flavour'})
    assert.match(made.stderr, /^flavour: warning: signed with .*\(flavour keygen --default\)$/m)
    const failed = await box.run(['pack', '--key-seed', 'x', '--launcher', 'none'], {cwd: box.path('project')})
    assert.equal(failed.code, 1)
    assert.doesNotMatch(failed.stderr, /signed/)
  })

  it('are not made where they cannot be, in plain words', async () => {
    const directory = box.path('ours/flavor-public.key/x')
    const {code, stderr} = await box.run(['keygen', '--out-dir', directory])
    assert.deepEqual(
      [code, stderr],
      [1, `flavor: make keys in ${directory}: a part of the path is no directory\n  flavor keygen --out-dir DIR\n`],
    )
  })

  it('are not replaced unless that is asked for', async () => {
    const before = readFileSync(privateKey('ours'))
    const {code, stderr} = await box.run(['keygen', '--out-dir', box.path('ours')])
    assert.equal(code, 1)
    assert.match(stderr, /--force/)
    assert.ok(readFileSync(privateKey('ours')).equals(before))
  })

  it('in a file, in FLAVOR_PRIVATE_KEY, or as the publisher key sign packages that are not for development', async () => {
    const {key} = JSON.parse((await box.run(['keygen', '--default', '--json'])).stdout)
    const results = [
      {publicKey: key, result: await pack()},
      {result: await pack('--private-key', privateKey('ours'), '--public-key', publicKey('ours'))},
      {
        result: await box.run(['pack', '--json', '--output', box.path('package')], {
          cwd: box.path('project'),
          env: {FLAVOR_PRIVATE_KEY: readFileSync(privateKey('ours'), 'utf8')},
        }),
      },
    ]
    for (const {publicKey: wanted, result} of results) {
      assert.equal(result.code, 0, result.stderr)
      const report = JSON.parse(result.stdout)
      assert.equal(report.development, false)
      if (wanted) assert.equal(report.publicKey, wanted)
    }
  })

  it('from a seed make a development package, with a warning', async () => {
    const {stderr, stdout} = await pack('--key-seed', 'abc')
    assert.equal(JSON.parse(stdout).development, true)
    assert.equal(JSON.parse(stdout).publicKey, '0bdf51005e5a525cc9bfb59f18070af6a8a6013106530eb8944554a5ae4c3cfa')
    assert.match(stderr, /development/)
    assert.equal((await pack('--key-seed', 'abc', '--quiet')).stderr, '')
  })

  it('from a seed on standard input are the same', async () => {
    const {stdout} = await box.run(['pack', '--json', '--key-seed', '-', '--output', box.path('package')], {
      cwd: box.path('project'),
      input: 'abc\n',
    })
    assert.equal(JSON.parse(stdout).publicKey, JSON.parse((await pack('--key-seed', 'abc')).stdout).publicKey)
  })

  it('behind a signing command never leave it', async () => {
    await writeTree(box.directory, {
      'sign.mjs': `import {sign, createPrivateKey} from 'node:crypto'
import {readFileSync} from 'node:fs'
process.stdout.write(sign(null, readFileSync(0), createPrivateKey(readFileSync(process.argv[2]))).toString('base64'))`,
    })
    const signer = `${process.execPath} '${box.path('sign.mjs')}' '${privateKey('ours')}'`
    const good = await pack('--signer', signer, '--public-key', publicKey('ours'))
    assert.equal(good.code, 0, good.stderr)
    assert.equal((await box.run(['verify', '--key', publicKey('ours'), box.path('package')])).code, 0)
    const wrong = await pack('--signer', signer, '--public-key', publicKey('theirs'))
    assert.equal(wrong.code, 1)
    assert.match(wrong.stdout, /no signature of/)
  })

  /** `OURS` and `THEIRS` stand for the file that the flag before them takes. */
  const withKeys = (args: readonly string[]): readonly string[] =>
    args.map((arg, at) => {
      const file = args[at - 1] === '--private-key' ? privateKey : publicKey
      return arg === 'OURS' || arg === 'THEIRS' ? file(arg.toLowerCase()) : arg
    })

  for (const [what, args, message] of [
    ['a missing file', ['--private-key', 'nowhere.pem'], /no such file/],
    ['a file that is no key', ['--private-key', 'flavor.yaml'], /not an Ed25519 key/],
    ['a public key of somebody else', ['--private-key', 'OURS', '--public-key', 'THEIRS'], /does not belong/],
    ['a directory', ['--private-key', '.'], /it is a directory/],
    ['an empty seed', ['--key-seed', ''], /empty/],
    ['a seed and a public key of somebody else', ['--key-seed', 'x', '--public-key', 'THEIRS'], /does not belong/],
    ['a signer without a name', ['--signer', '', '--public-key', 'OURS'], /names no program/],
    ['a signer that is a quote without an end', ['--signer', "'abc", '--public-key', 'OURS'], /not closed/],
    ['a signer that is not there', ['--signer', 'no-such-signer', '--public-key', 'OURS'], /ENOENT/],
    ['a signer that prints nothing', ['--signer', 'true', '--public-key', 'OURS'], /no signature of/],
    ['a signer that fails', ['--signer', 'sh -c "exit 9"', '--public-key', 'OURS'], /exit code 9/],
    ['a signer that is killed', ['--signer', "sh -c 'kill -9 $$'", '--public-key', 'OURS'], /signal SIGKILL/],
    ['a signer that hangs', ['--signer', 'sleep 600', '--signer-timeout', '1', '--public-key', 'OURS'], /not signed within 1 s/],
    ['a signer that never stops printing', ['--signer', 'yes', '--public-key', 'OURS'], /more than a signature/],
  ] as const) {
    it(`that cannot sign (${what}) are one clear error`, async () => {
      const {code, stdout} = await pack(...withKeys(args))
      assert.equal(code, 1)
      assert.match(JSON.parse(stdout).error.message, message)
    })
  }

  it('that sign again change key, signature and checksum in the index and nothing else', async () => {
    const path = await packedApplication(box)
    const before = readFileSync(path)
    const {code, stderr} = await box.run(['sign', '--private-key', privateKey('ours'), path])
    assert.equal(code, 0, stderr)
    const after = readFileSync(path)
    assert.equal(after.length, before.length)
    const index = before.length - 8196
    const changed = [...after.keys()].filter((at) => after[at] !== before[at]).map((at) => at - index)
    const allowed = (at: number) => (at >= 4 && at < 8) || (at >= 64 && at < 96) || (at >= 128 && at < 192)
    assert.ok(changed.length > 64 && changed.every(allowed), `changed at ${changed.join(' ')}`)
  })

  it('of somebody else make a valid package, which --key refuses in verify and in run', async () => {
    const path = await packedApplication(box)
    assert.equal((await box.run(['sign', '--private-key', privateKey('ours'), path])).code, 0)
    assert.equal((await box.run(['verify', '--key', publicKey('ours'), path])).code, 0)
    assert.equal((await box.run(['run', '--key', publicKey('ours'), path, 'there'])).stdout, 'hello there\n')
    assert.equal((await box.run(['sign', '--private-key', privateKey('theirs'), path])).code, 0)
    assert.equal((await box.run(['verify', path])).code, 0)
    const verified = await box.run(['verify', '--json', '--key', publicKey('ours'), path])
    assert.equal(verified.code, 3)
    assert.ok(JSON.parse(verified.stdout).checks.some((check: {code?: string}) => check.code === 'EFLAVOR_KEY_MISMATCH'))
    const run = await box.run(['run', '--key', publicKey('ours'), path])
    assert.equal(run.code, 3)
    assert.equal(run.stdout, '')
  })

  it('do not sign a damaged package', async () => {
    const path = await packedApplication(box)
    const bytes = readFileSync(path)
    bytes[10] = (bytes[10] as number) ^ 1
    await writeTree(box.directory, {damaged: bytes})
    const {code} = await box.run(['sign', '--private-key', privateKey('ours'), box.path('damaged')])
    assert.equal(code, 3)
    assert.ok(readFileSync(box.path('damaged')).equals(bytes))
  })
})
