import assert from 'node:assert/strict'
import {execFileSync} from 'node:child_process'
import {chmodSync, chownSync, mkdirSync, symlinkSync} from 'node:fs'
import {userInfo} from 'node:os'
import {join} from 'node:path'
import {describe, it} from 'mocha'
import {policyPlaces, raisedValidation, readPolicy, readPolicyFile} from '../../dist/trust/policy.js'
import {needsOtherUser} from '../support/other-user.ts'
import {execute, repository} from '../support/run.ts'
import {temporaryDirectory} from '../support/tmp.ts'
import {places, writePolicy} from '../support/trust.ts'

const refused = (reason: RegExp) => ({code: 'EFLAVOR_POLICY', message: reason})

/** What another user is told who reads a file with this code. */
function readAs(uid: number, path: string, owner = 'user') {
  const script = `import {readPolicyFile} from ${JSON.stringify(join(repository, 'dist/trust/policy.js'))}
    try { console.log(JSON.stringify(readPolicyFile(${JSON.stringify(path)}, ${JSON.stringify(owner)}) ?? 'nothing')) } catch (error) { console.log(error.code, error.message) }`
  const words = [`--reuid=${uid}`, `--regid=${uid}`, '--clear-groups', process.execPath, '--input-type=module', '-e', script]
  return execute('setpriv', words, {env: {PATH: process.env.PATH}})
}

describe('a policy file', () => {
  const file = (text: string | Uint8Array = '', mode?: number) => writePolicy(join(temporaryDirectory(), 'trusted_keys'), text, mode)
  const read = (path: string) => readPolicyFile(path, 'user')

  it('says nothing when it is not there', () => {
    assert.equal(read('/nonexistent/trusted_keys'), undefined)
    assert.equal(read(join(file(), 'below')), undefined)
  })

  it('is read whole, also through a link', () => {
    const path = file('\ufeffä\n')
    assert.equal(read(path), '\ufeffä\n')
    symlinkSync(path, `${path}.link`)
    assert.equal(read(`${path}.link`), '\ufeffä\n')
    assert.equal(read(file(`${'#'.repeat(1024 * 1024 - 1)}\n`))?.length, 1024 * 1024)
  })

  it('that is a directory, a pipe or a device is refused at once', () => {
    const path = join(temporaryDirectory(), 'x')
    mkdirSync(path)
    assert.throws(() => read(path), refused(/no file/))
    execFileSync('mkfifo', [`${path}.fifo`])
    assert.throws(() => read(`${path}.fifo`), refused(/no file/))
    assert.throws(() => read('/dev/zero'), refused(/no file/))
    symlinkSync(`${path}.loop`, `${path}.loop`)
    assert.throws(() => read(`${path}.loop`), refused(/circles/))
  })

  it('that is too large, or not UTF-8, is refused', () => {
    assert.throws(() => read(file('#'.repeat(1024 * 1024 + 1))), refused(/larger than/))
    assert.throws(() => read(file(Uint8Array.of(0x61, 0xff))), refused(/not UTF-8/))
  })

  it('that others may write to is refused, with what mends it', () => {
    for (const mode of [0o664, 0o646, 0o666]) {
      const path = file('', mode)
      assert.throws(() => read(path), {...refused(/others may write/), hint: `chmod go-w ${path}`})
    }
    assert.equal(read(file('x', 0o644)), 'x')
  })

  it('that is somebody else’s is refused, and root’s is not', async function () {
    needsOtherUser(this)
    const path = file('x')
    chmodSync(join(path, '..'), 0o755)
    assert.equal((await readAs(65534, path)).stdout, '"x"\n')
    chownSync(path, 12345, 12345)
    assert.match((await readAs(65534, path)).stdout, /^EFLAVOR_POLICY .*belongs to user 12345/)
    assert.throws(() => read(path), refused(/belongs to user 12345/))
    chownSync(path, 65534, 65534)
    assert.equal((await readAs(65534, path)).stdout, '"x"\n')
  })

  it('that may not be read is refused; in a home that may not be entered it says nothing', async function () {
    needsOtherUser(this)
    const path = file('x', 0o600)
    const home = join(path, '..')
    chmodSync(home, 0o755)
    assert.match((await readAs(65534, path)).stdout, /^EFLAVOR_POLICY .*permission denied/)
    chmodSync(home, 0o700)
    assert.equal((await readAs(65534, path)).stdout, '"nothing"\n')
    assert.match((await readAs(65534, path, 'system')).stdout, /^EFLAVOR_POLICY .*permission denied/)
  })
})

describe('the settings of launcher.conf', () => {
  const conf = (system: string, user = '') => {
    const there = places()
    writePolicy(`${there.system}/launcher.conf`, system)
    writePolicy(`${there.user}/launcher.conf`, user)
    return readPolicy(there)
  }

  it('are as loose as can be where nothing is said', () => {
    const {settings, trust, validation} = readPolicy(places())
    assert.deepEqual([settings, trust, validation], [[], 'first-use', 'none'])
  })

  it('count by the stricter, of both files and of several lines', () => {
    for (const [system, user, trust, validation] of [
      ['trust = known', 'trust=first-use', 'known', 'none'],
      ['trust = first-use', '\ttrust\t=\tknown \r\n', 'known', 'none'],
      ['trust = known\ntrust = first-use', '', 'known', 'none'],
      ['validation = standard', 'validation = strict', 'first-use', 'strict'],
      ['validation = strict', 'validation = none', 'first-use', 'strict'],
    ] as const) {
      const found = conf(system, user)
      assert.deepEqual([found.trust, found.validation], [trust, validation])
    }
  })

  it('that nobody knows are left to others; values that nobody knows are refused', () => {
    assert.deepEqual(
      conf('cache_budget = 4G\n# trust = no\nTRUST = no\ntrust\nvalidation strict\n').settings.map(({key, line, value}) => [
        key,
        value,
        line,
      ]),
      [
        ['cache_budget', '4G', 1],
        ['TRUST', 'no', 3],
      ],
    )
    for (const bad of ['trust = no', 'trust =', 'trust = Known', 'validation = minimal', 'trust = known # comment'])
      assert.throws(() => conf('', `\n${bad}`), refused(/launcher\.conf:2 cannot be relied on/))
  })

  it('raise what FLAVOR_VALIDATION asks for', () => {
    for (const [least, wish, result] of [
      ['none', 'none', 'none'],
      ['none', 'NONE', 'none'],
      ['none', undefined, 'standard'],
      ['none', 'minimal', 'standard'],
      ['none', 'strict', 'strict'],
      ['standard', 'none', 'standard'],
      ['strict', undefined, 'strict'],
      ['strict', 'none', 'strict'],
    ] as const)
      assert.equal(raisedValidation(wish, conf(`validation = ${least}`)), result)
  })
})

describe('the directories of policy', () => {
  it('are the system’s, and the user’s by the first variable that is an absolute path', () => {
    assert.deepEqual(policyPlaces({HOME: '/h', XDG_CONFIG_HOME: '/c'}), {system: '/etc/flavor', user: '/c/flavor'})
    assert.equal(policyPlaces({HOME: '/h', XDG_CONFIG_HOME: 'c'}).user, '/h/.config/flavor')
    assert.equal(policyPlaces({HOME: '/h', XDG_CONFIG_HOME: ''}).user, '/h/.config/flavor')
    for (const HOME of [undefined, '', 'h']) assert.equal(policyPlaces({HOME}).user, `${userInfo().homedir}/.config/flavor`)
  })

  it('have none for a user whom nobody knows', async function () {
    needsOtherUser(this)
    const script = `import {policyPlaces} from ${JSON.stringify(join(repository, 'dist/trust/policy.js'))}; console.log(policyPlaces({}).user)`
    const words = ['--reuid=54321', '--clear-groups', process.execPath, '--input-type=module', '-e', script]
    assert.equal((await execute('setpriv', words, {env: {}})).stdout, 'undefined\n')
  })
})
