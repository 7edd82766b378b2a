import assert from 'node:assert/strict'
import {spawn} from 'node:child_process'
import {chmodSync, chownSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync} from 'node:fs'
import {join} from 'node:path'
import {describe, it} from 'mocha'
import {makePin, pinFile, pinFiles, readPin, removePin, replacePin} from '../../dist/trust/pins.js'
import {repository} from '../support/run.ts'
import {temporaryDirectory} from '../support/tmp.ts'
import {base64Of, keyOf, writePolicy} from '../support/trust.ts'

const user = () => join(temporaryDirectory(), '.config/flavor')

describe('a pin', () => {
  it('is a line in a file of the name, which nobody else may write to', () => {
    const directory = user()
    assert.equal(makePin(directory, '@scope/my app', keyOf('a')), 'made')
    assert.equal(pinFile(directory, '@scope/my app'), pinFiles(directory)[0])
    const [name = ''] = readdirSync(`${directory}/pins`)
    assert.match(name, /^scope-my-app-[0-9a-f]{12}$/)
    assert.equal(readFileSync(`${directory}/pins/${name}`, 'utf8'), `ed25519 ${base64Of('a')} @scope/my app\n`)
    assert.equal(statSync(`${directory}/pins/${name}`).mode & 0o777, 0o644)
    assert.equal(statSync(`${directory}/pins`).mode & 0o777, 0o700)
    assert.deepEqual(pinFiles(directory), [`${directory}/pins/${name}`])
  })

  it('tells apart names whose harmless forms are one', () => {
    assert.notEqual(pinFile('/u', 'a/b'), pinFile('/u', 'a:b'))
    assert.match(pinFile('/u', '../..'), /^\/u\/pins\/package-[0-9a-f]{12}$/)
  })

  it('of a name with two lines is one line', () => {
    const directory = user()
    makePin(directory, 'a\nb ed25519\u2028c', keyOf('a'))
    assert.deepEqual(readPin(pinFile(directory, 'a\nb ed25519\u2028c'))?.key, keyOf('a'))
  })

  it('stays when another is made; what is there wins', () => {
    const directory = user()
    assert.equal(makePin(directory, 'x', keyOf('a')), 'made')
    assert.equal(makePin(directory, 'x', keyOf('b')), 'taken')
    assert.equal(readPin(pinFile(directory, 'x'))?.key, keyOf('a'))
    assert.equal(readdirSync(`${directory}/pins`).length, 1)
  })

  it('of sixteen made at once by different keys is one, and all see it', async () => {
    const directory = user()
    const script = `import {makePin, pinFile, readPin} from ${JSON.stringify(join(repository, 'dist/trust/pins.js'))}
      const [directory, key] = process.argv.slice(1)
      const made = makePin(directory, 'x', key)
      console.log(made, readPin(pinFile(directory, 'x')).key)`
    const outcomes = await Promise.all(
      Array.from({length: 16}, async (_, index) => {
        const child = spawn(process.execPath, ['--input-type=module', '-e', script, directory, keyOf(`${index}`)], {stdio: 'pipe'})
        const chunks: Buffer[] = []
        for await (const chunk of child.stdout) chunks.push(chunk)
        return Buffer.concat(chunks).toString().trim().split(' ')
      }),
    )
    assert.equal(outcomes.filter(([made]) => made === 'made').length, 1)
    assert.equal(outcomes.filter(([made]) => made === 'taken').length, 15)
    assert.equal(new Set(outcomes.map(([, key]) => key)).size, 1)
    assert.equal(readdirSync(`${directory}/pins`).length, 1)
  })

  it('that says nothing, or two things, is refused', () => {
    const directory = user()
    const line = `ed25519 ${base64Of('a')} x\n`
    for (const text of ['', '\n# x\n', line + line, 'ed25519\n', `x ${line}`]) {
      const file = writePolicy(pinFile(directory, 'x'), text)
      assert.throws(() => readPin(file), {code: 'EFLAVOR_POLICY'})
    }
    assert.equal(readPin(writePolicy(pinFile(directory, 'x'), `# mine\n\n${line}`))?.name, 'x')
  })

  it('is not made where nothing can be written, nor through a link that leads nowhere', () => {
    const directory = user()
    writePolicy(join(directory, 'pins'), '')
    assert.equal(makePin(directory, 'x', keyOf('a')), 'failed')
    assert.equal(makePin('/proc/flavor', 'x', keyOf('a')), 'failed')
    const other = user()
    mkdirSync(`${other}/pins`, {recursive: true})
    symlinkSync('/nonexistent', pinFile(other, 'x'))
    assert.equal(makePin(other, 'x', keyOf('a')), 'taken')
  })

  it('is not made in the home of somebody else, whose owner could not change it', function () {
    if (process.getuid?.() !== 0) this.skip()
    const home = temporaryDirectory()
    chownSync(home, 65534, 65534)
    assert.equal(makePin(join(home, '.config/flavor'), 'x', keyOf('a')), 'failed')
    assert.deepEqual(readdirSync(home), [])
    mkdirSync(join(home, '.config'))
    assert.equal(makePin(join(home, '.config/flavor'), 'x', keyOf('a')), 'made')
  })

  it('is replaced whole, and removed', () => {
    const directory = user()
    makePin(directory, 'x', keyOf('a'))
    replacePin(directory, 'x', keyOf('b'))
    assert.equal(readPin(pinFile(directory, 'x'))?.key, keyOf('b'))
    assert.equal(removePin(directory, 'x', keyOf('a')), undefined)
    assert.equal(removePin(directory, 'x', keyOf('b')), pinFile(directory, 'x'))
    assert.equal(removePin(directory, 'x', undefined), undefined)
    assert.deepEqual(readdirSync(`${directory}/pins`), [])
    chmodSync(writePolicy(pinFile(directory, 'x'), 'nonsense'), 0o666)
    assert.equal(removePin(directory, 'x', undefined), pinFile(directory, 'x'), 'a pin that refuses every start can be removed')
  })
})
