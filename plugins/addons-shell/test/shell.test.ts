/** Commands of addons through `flavour` itself, as a user meets them: shown, refused, allowed, undone. */
import assert from 'node:assert/strict'
import {existsSync, readdirSync, readFileSync} from 'node:fs'
import {join} from 'node:path'
import {after, before, describe, it} from 'mocha'
import {managerContext} from '../../../contract/src/testkit/context.ts'
import {type Finished, type Sandbox, sandbox, writeTree} from '../../../test/support/run.ts'
import shell from '../dist/shell.js'

const document = (install: unknown, version = '1'): string =>
  `spec: 0.1\nmeta: {name: setup, version: ${version}}\ninstall: ${JSON.stringify(install)}\n`

describe('an addon that is a command', () => {
  let box: Sandbox

  before(async () => {
    box = await sandbox()
  })
  after(() => box.remove())

  async function project(install: unknown): Promise<string> {
    const root = box.path('projects', Math.random().toString(36).slice(2))
    await writeTree(root, {'app.flavour': 'spec: 0.1 # ours\n', 'setup.flavour': document(install)})
    return root
  }

  const flavour = (cwd: string, args: string): Promise<Finished> => box.run(args.split(' '), {cwd, name: 'flavour'})
  const add = 'add --package setup.flavour --addonmanager bash'

  it('is shown, and not run by --yes', async () => {
    const root = await project({command: 'touch made.txt'})
    for (const args of [add, `${add} --yes`]) {
      const {code, stderr} = await flavour(root, args)
      assert.equal(code, 1)
      assert.match(stderr, /bash -c 'touch made\.txt'/)
      assert.match(stderr, /--allow-run/)
    }
    assert.deepEqual(readdirSync(root).toSorted(), ['app.flavour', 'setup.flavour'])
  })

  it('is run where it is allowed, in the root of the project; a second time it is not', async () => {
    const root = await project({command: ['printf "%s" "$0" >>log.txt', 'mkdir -p a && mv log.txt a']})
    const {code, stderr} = await flavour(root, `${add} --allow-run`)
    assert.equal(code, 0, stderr)
    assert.equal(readFileSync(join(root, 'a/log.txt'), 'utf8'), 'bash')
    const again = await flavour(root, `${add} --allow-run`)
    assert.deepEqual([again.code, again.stdout], [0, 'unchanged  setup:1\n'])
    assert.equal(readFileSync(join(root, 'a/log.txt'), 'utf8'), 'bash')
  })

  it('leaves nothing of itself where it fails half-way', async () => {
    const root = await project({command: ['touch half.txt', 'echo no luck >&2; exit 3', 'touch never.txt']})
    const {code, stderr} = await flavour(root, `${add} --allow-run`)
    assert.equal(code, 1)
    assert.match(stderr, /no luck/)
    assert.deepEqual(readdirSync(root).toSorted(), ['app.flavour', 'setup.flavour'])
    assert.equal(readFileSync(join(root, 'app.flavour'), 'utf8'), 'spec: 0.1 # ours\n')
  })

  it('goes as an entry alone, unless it says how', async () => {
    const [kept, undone] = [await project({command: 'touch made.txt'}), await project({command: 'touch made.txt', remove: 'rm made.txt'})]
    for (const root of [kept, undone]) await flavour(root, `${add} --allow-run`)
    assert.equal((await flavour(kept, 'remove setup')).code, 0)
    assert.equal((await flavour(undone, 'remove setup')).code, 1)
    assert.equal((await flavour(undone, 'remove setup --allow-run')).code, 0)
    assert.deepEqual(
      [kept, undone].map((root) => existsSync(join(root, 'made.txt'))),
      [true, false],
    )
    for (const root of [kept, undone]) assert.equal(readFileSync(join(root, 'app.flavour'), 'utf8'), 'spec: 0.1 # ours\n')
  })

  it('is one that bash can be given', async () => {
    const problems = async (install: Readonly<Record<string, unknown>>): Promise<readonly string[]> =>
      (await shell.check({bytes: Buffer.from(''), install, name: 'x', version: '1'}, managerContext)).map(({message}) => message)
    assert.deepEqual(await problems({}), ['install.command is missing'])
    assert.deepEqual(await problems({command: []}), ['install.command is empty'])
    assert.deepEqual(await problems({command: [' ']}), ['install.command holds a command without words'])
    assert.deepEqual(await problems({command: {a: 'b'}}), ['install.command is neither a text nor a list of them'])
    assert.deepEqual(await problems({command: 'x\0'}), ['install.command holds a character that no command line can hold'])
    assert.deepEqual(await problems({command: 'x', remove: []}), ['install.remove is empty'])
    assert.deepEqual(await problems({command: ['x\ny', '-z'], other: 'x', remove: 'z'}), [])
  })
})
