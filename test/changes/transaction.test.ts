/** All or nothing: processes that die or fail at every call, several at once, and other people's files. */
import assert from 'node:assert/strict'
import {spawnSync} from 'node:child_process'
import {
  appendFileSync,
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {after as afterAll, before as beforeAll, describe, it} from 'mocha'
import {type Change, contentAt, fileContent} from '../../dist/changes/content.js'
import {recover, transaction} from '../../dist/changes/transaction.js'
import {needsOtherUser} from '../support/other-user.ts'
import {execute, type Finished} from '../support/run.ts'
import {temporaryDirectory, writeFiles} from '../support/tmp.ts'
import {after, before, commit} from './scenario.ts'
import {readTree, sorted, type Tree, writeTree} from './tree.ts'

const {signal} = new AbortController()
/** Most of what these tests take is the start of processes. */
const cache = mkdtempSync(join(tmpdir(), 'flavor-test-'))
afterAll(() => rmSync(cache, {recursive: true}))

const here = (name: string): string => new URL(name, import.meta.url).pathname

function scenario(args: readonly string[], at = 0): Promise<Finished> {
  const env = {...process.env, FAULT: 'kill', FAULT_AT: `${at}`, NODE_COMPILE_CACHE: cache}
  return execute(process.execPath, ['--import', here('faults.ts'), here('scenario.ts'), ...args], {env})
}

function project(tree: Tree = before): string {
  return writeTree(temporaryDirectory(), tree)
}

/** A project in which somebody has died in the middle: nothing is left to do but to take away the journal. */
async function halfDone(at: number): Promise<string> {
  const root = project()
  assert.equal((await scenario(['commit', root], at)).signal, 'SIGKILL')
  return root
}

function change(root: string, path: string, text: string): Change {
  return {after: fileContent(Buffer.from(text)), before: contentAt(join(root, path), path), path}
}

/** Runs at most two at a time; gives the results in order. */
async function each<T, R>(all: readonly T[], work: (one: T) => Promise<R>): Promise<readonly R[]> {
  const results: R[] = []
  let next = 0
  const worker = async (): Promise<void> => {
    for (let index = next++; index < all.length; index = next++) results[index] = await work(all[index] as T)
  }
  await Promise.all([worker(), worker()])
  return results
}

const upTo = (count: number): readonly number[] => Array.from({length: count}, (_, index) => index + 1)

let calls = 0
/** The call that would have made it done. */
let lastUndone = 0

describe('a change of a project', function () {
  // Two hundred processes, on a machine that may have better to do.
  this.timeout(300_000)
  beforeAll(async () => {
    const root = writeTree(temporaryDirectory(), before)
    calls = Number((await scenario(['commit', root])).stdout)
    assert.ok(calls > 40, `${calls} calls`)
    assert.deepEqual(readTree(root), sorted(after))
  })

  it('is made whole or not at all by a process that is killed at any call, once somebody looks at the project again', async () => {
    const outcomes = await each(upTo(calls), async (at) => {
      const root = await halfDone(at)
      const left = readdirSync(root).some((name) => name.startsWith('.flavour-transaction'))
      const journal = existsSync(join(root, '.flavour-transaction/journal'))
      assert.equal(await recover(root), journal)
      assert.equal(await recover(root), false)
      const now = readTree(root)
      const done = now['app.flavour'] === after['app.flavour']
      assert.deepEqual(now, sorted(done ? after : before), `killed at call ${at}`)
      return {done, journal, left}
    })
    const firstDone = outcomes.findIndex(({done}) => done)
    lastUndone = firstDone
    assert.ok(outcomes.slice(firstDone).every(({done, journal}) => done && !journal))
    assert.ok(outcomes.filter(({journal}) => journal).length > 20)
    assert.ok(outcomes.some(({journal, left}) => left && !journal))
  })

  it('is undone by whoever comes next, also when those who undo it are killed at any call', async () => {
    const undoing = Number((await scenario(['recover', await halfDone(lastUndone)])).stdout)
    assert.ok(undoing > 20, `${undoing} calls`)
    await each(upTo(undoing), async (at) => {
      const root = await halfDone(lastUndone)
      assert.equal((await scenario(['recover', root], at)).signal, 'SIGKILL')
      await recover(root)
      assert.deepEqual(readTree(root), sorted(before), `killed at call ${at}`)
    })
  })

  it('leaves the project as it was when any call fails, once or from then on', async () => {
    const {code, stderr, stdout} = await scenario(['errors', temporaryDirectory(), `${calls}`])
    assert.equal(code, 0, stderr)
    assert.deepEqual(JSON.parse(stdout), [])
  })

  it('gives back the very files that were there', async () => {
    const root = await halfDone(lastUndone)
    const other = project()
    const kept = join(other, 'stays')
    const {ino, mtimeMs} = lstatSync(kept)
    await assert.rejects(
      transaction(other, {signal}, ({commit}) =>
        commit([change(other, 'stays', 'new'), {...change(other, 'app.flavour', ''), before: undefined}]),
      ),
      {code: 'EFLAVOR_CHANGED_MEANWHILE', message: /^change app\.flavour: it was changed by somebody else/},
    )
    assert.deepEqual([lstatSync(kept).ino, lstatSync(kept).mtimeMs], [ino, mtimeMs])
    assert.deepEqual(readTree(other), sorted(before))
    await recover(root)
  })
})

describe('other people', () => {
  /** Commits a change of `stays` and of `app.flavour`, between whose drafting and making somebody does something. */
  async function meanwhile(root: string, work: () => void): Promise<void> {
    await transaction(root, {signal}, async ({commit}) => {
      const changes = [change(root, 'app.flavour', 'new'), change(root, 'mode-of-directory/stays', 'new'), change(root, 'new/file', '')]
      work()
      await commit(changes)
    })
  }

  const deeds: Readonly<Record<string, (root: string) => void>> = {
    'changes a file': (root) => writeFileSync(join(root, 'mode-of-directory/stays'), 'z'),
    'changes the mode of a file': (root) => chmodSync(join(root, 'mode-of-directory/stays'), 0o600),
    'makes a file that is to be made': (root) => void writeFiles(root, {'new/file': 'theirs'}),
    'puts a directory in the place of a file': (root) => {
      unlinkSync(join(root, 'mode-of-directory/stays'))
      mkdirSync(join(root, 'mode-of-directory/stays'))
    },
    'puts a file in the place of a directory': (root) => writeFileSync(join(root, 'new'), ''),
    'puts a link to elsewhere in the place of a directory': (root) => {
      renameSync(join(root, 'mode-of-directory'), join(root, 'elsewhere'))
      symlinkSync('elsewhere', join(root, 'mode-of-directory'))
    },
    'puts a link in the place of a directory that is to be made': (root) => {
      mkdirSync(join(root, 'elsewhere'))
      symlinkSync('elsewhere', join(root, 'new'))
    },
    'removes a file': (root) => unlinkSync(join(root, 'mode-of-directory/stays')),
    'replaces a file by a link to it': (root) => {
      renameSync(join(root, 'mode-of-directory/stays'), join(root, 'elsewhere'))
      symlinkSync('../elsewhere', join(root, 'mode-of-directory/stays'))
    },
  }

  for (const [deed, work] of Object.entries(deeds))
    it(`who ${deed} meanwhile keep what they have, and nothing is changed`, async () => {
      const [root, same] = [project(), project()]
      work(same)
      await assert.rejects(
        meanwhile(root, () => work(root)),
        {code: 'EFLAVOR_CHANGED_MEANWHILE'},
      )
      assert.deepEqual(readTree(root), readTree(same))
    })

  it('who put a link in the place of a directory lose nothing behind it', async () => {
    const root = project()
    const removal = {...change(root, 'goes/deep/down', ''), after: undefined}
    renameSync(join(root, 'goes/deep'), join(root, 'elsewhere'))
    symlinkSync('../elsewhere', join(root, 'goes/deep'))
    const old = readTree(root)
    await assert.rejects(
      transaction(root, {signal}, ({commit}) => commit([removal])),
      {code: 'EFLAVOR_CHANGED_MEANWHILE'},
    )
    assert.deepEqual(readTree(root), old)
  })

  it('may have files where former ones are put aside', async () => {
    const root = await halfDone(lastUndone)
    const [outside, notes] = [temporaryDirectory(), [] as string[]]
    writeFiles(root, {'.flavour-saved': {link: outside}, '.flavour-saved.1/app.flavour': 'theirs', 'app.flavour': 'theirs'})
    await recover(root, {note: (message) => void notes.push(message)})
    assert.ok(notes.some((note) => note.endsWith('is .flavour-saved.2/app.flavour')))
    assert.deepEqual(readdirSync(outside), [])
    const now = readTree(root)
    assert.equal(now['.flavour-saved.2/app.flavour'], before['app.flavour'])
    assert.equal(now['.flavour-saved.1/app.flavour'], '-644 theirs')
  })

  it('keep what they write after somebody was killed; the former files are put aside', async () => {
    const root = await halfDone(lastUndone)
    appendFileSync(join(root, 'app.flavour'), 'theirs')
    for (const path of ['.flavour/addons/0123', 'becomes-directory/other', 'empty-comes/file']) writeFileSync(join(root, path), 'theirs')
    unlinkSync(join(root, 'link-turns'))
    writeFileSync(join(root, 'goes'), 'theirs')
    const notes: string[] = []
    assert.equal(await recover(root, {note: (message) => void notes.push(message)}), true)
    const aside = ['app.flavour', 'becomes-directory', 'goes/deep/down']
    assert.deepEqual(
      notes
        .map((note) => note.replace(/^somebody has written another file in the meantime: the former one is \.flavour-saved\//, ''))
        .toSorted(),
      [...aside, 'undid what a flavour that was killed had begun here'],
    )
    const {goes: _, 'goes/deep': __, 'goes/deep/down': ___, ...others} = before
    const saved = Object.fromEntries(aside.map((path) => [`.flavour-saved/${path}`, before[path] ?? '']))
    assert.deepEqual(
      readTree(root),
      sorted({
        ...others,
        ...saved,
        '.flavour': 'd755',
        '.flavour-saved': 'd755',
        '.flavour-saved/goes': 'd755',
        '.flavour-saved/goes/deep': 'd755',
        '.flavour/addons': 'd755',
        '.flavour/addons/0123': '-644 theirs',
        'app.flavour': `${after['app.flavour']}theirs`,
        'becomes-directory': 'd755',
        'becomes-directory/other': '-644 theirs',
        'empty-comes': 'd700',
        'empty-comes/file': '-644 theirs',
        goes: '-644 theirs',
      }),
    )
  })
})

describe('several at once', () => {
  const entries = (root: string): readonly string[] => readFileSync(join(root, 'app.flavour'), 'utf8').match(/^ {2}\w+:/gm) ?? []

  it('wait for each other, undo what a killed one has left, and lose nothing', async () => {
    const root = await halfDone(lastUndone)
    const names = ['a', 'b', 'c', 'd']
    const all = await Promise.all(names.map((name) => scenario(['add', root, name])))
    assert.deepEqual(
      all.map(({code, stderr}) => [code, stderr]),
      names.map(() => [0, '']),
    )
    assert.deepEqual(entries(root).toSorted(), ['  a:', '  b:', '  c:', '  d:'])
    const {'app.flavour': _, ...others} = readTree(root)
    const {'app.flavour': __, ...expected} = sorted(before)
    assert.deepEqual(others, expected)
  })

  it('are not disturbed by one that is killed', async () => {
    const adding = Number((await scenario(['add', project({'app.flavour': '-644 spec: 0.1\n'}), 'a'])).stdout)
    for (const at of [2, 3, Math.round(adding / 2), adding - 2, adding - 1, adding]) {
      const root = project({'app.flavour': '-644 spec: 0.1\n'})
      const [killed, ...others] = await Promise.all([
        scenario(['add', root, 'a'], at),
        scenario(['add', root, 'b']),
        scenario(['add', root, 'c']),
      ])
      assert.deepEqual(
        others.map(({code, stderr}) => [code, stderr]),
        [
          [0, ''],
          [0, ''],
        ],
      )
      await recover(root)
      const found = entries(root).toSorted()
      assert.deepEqual(found.slice(-2), ['  b:', '  c:'], `killed at call ${at}`)
      assert.ok(found.length === 2 || killed?.signal !== 'SIGKILL' || at >= adding - 2)
      assert.deepEqual(Object.keys(readTree(root)), ['app.flavour'])
    }
  })

  it('are told once that they wait, and may give up waiting', async () => {
    const root = project()
    const controller = new AbortController()
    let told = 0
    await transaction(root, {signal}, async () => {
      const waiting = transaction(root, {signal: controller.signal, waiting: () => void told++}, async () => assert.fail('it had to wait'))
      assert.equal(await recover(root), false)
      // The first look at the lock is over, and told; the wait goes on.
      while (told === 0) await new Promise((resolve) => setTimeout(resolve, 5))
      controller.abort(new Error('enough'))
      await assert.rejects(waiting, {message: /enough|aborted/})
    })
    assert.equal(told, 1)
    assert.deepEqual(readTree(root), sorted(before))
  })
})

describe('a transaction', () => {
  it('has an empty directory beside the project, which nobody else may look into and which goes with it', async () => {
    const root = project()
    const place = await transaction(root, {signal}, async ({directory}) => {
      assert.deepEqual(readdirSync(directory), [])
      assert.equal(statSync(join(root, '.flavour-transaction')).mode & 0o777, 0o700)
      assert.equal(statSync(directory).dev, statSync(root).dev)
      writeFileSync(join(directory, 'x'), '')
      return directory
    })
    assert.ok(!existsSync(place))
    assert.deepEqual(readTree(root), sorted(before))
  })

  it('leaves nothing when its work fails, is called off, or ends the process', async () => {
    const root = project()
    await assert.rejects(
      transaction(root, {signal}, async () => {
        throw new Error('no')
      }),
      {message: 'no'},
    )
    const controller = new AbortController()
    const calledOff = transaction(root, {signal: controller.signal}, async ({commit}) => {
      controller.abort(new Error('enough'))
      await commit([change(root, 'stays', 'new')])
    })
    await assert.rejects(calledOff, {message: 'enough'})
    const {code} = await scenario(['exit', root])
    assert.equal(code, 7)
    assert.deepEqual(readTree(root), sorted(before))
  })

  it('may commit more than once; each is made whole, or undone at once', async () => {
    const [root, expected] = [project(), {...before, 'app.flavour': '-644 first\n', stays: '-640 third'}]
    await transaction(root, {signal}, async ({commit}) => {
      await commit([change(root, 'app.flavour', 'first\n')])
      const stale = [change(root, 'app.flavour', 'second\n'), {...change(root, 'stays', 'second'), before: undefined}]
      await assert.rejects(commit(stale), {code: 'EFLAVOR_CHANGED_MEANWHILE'})
      assert.equal(readFileSync(join(root, 'app.flavour'), 'utf8'), 'first\n')
      const stays = contentAt(join(root, 'stays'), 'stays')
      await commit([{after: fileContent(Buffer.from('third'), 0o640), before: stays, path: 'stays'}])
    })
    assert.deepEqual(readTree(root), sorted(expected))
  })

  it(`leaves files to whom they belong${process.getuid?.() === 0 ? '' : ' (skipped: needs root)'}`, async function () {
    if (process.getuid?.() !== 0) this.skip()
    const root = project()
    spawnSync('chown', ['65533:65534', join(root, 'stays')])
    await transaction(root, {signal}, ({commit}) => commit([change(root, 'stays', 'new')]))
    const {gid, uid} = lstatSync(join(root, 'stays'))
    assert.deepEqual([uid, gid, readFileSync(join(root, 'stays'), 'utf8')], [65533, 65534, 'new'])
  })

  it('can be where nobody makes FIFOs; a killed one counts as at work for a week there', async () => {
    const root = project()
    const without = (what: string, at: string) =>
      execute(process.execPath, ['--import', here('faults.ts'), here('scenario.ts'), what, root], {
        env: {FAULT: 'kill', FAULT_AT: at, PATH: ''},
      })
    assert.equal((await without('commit', `${lastUndone}`)).signal, 'SIGKILL')
    assert.equal(await recover(root), false)
    const week = new Date(Date.now() - 8 * 24 * 3600 * 1000)
    utimesSync(join(root, '.flavour-transaction/live.0'), week, week)
    assert.equal(await recover(root), true)
    assert.deepEqual(readTree(root), sorted(before))
    assert.equal((await without('commit', '0')).code, 0)
    assert.deepEqual(readTree(root), sorted(after))
  })

  it('does not take what lies in a repository for its own', async () => {
    for (const what of [
      {'.flavour-transaction/journal': '-644 []'},
      {'.flavour-transaction': '-644 '},
      {'.flavour-transaction': 'l stays'},
    ]) {
      const root = project({...before, ...what})
      for (const attempt of [() => recover(root), () => commit(root)])
        await assert.rejects(attempt(), {code: 'EFLAVOR_TRANSACTION', message: /no flavour has made it$/})
      assert.deepEqual(readTree(root), sorted({'.flavour-transaction': 'd755', ...before, ...what}))
    }
  })

  it('refuses changes of anything that is not below the project, or its own', async () => {
    const root = project()
    for (const path of ['../x', '/tmp/x', 'a/../../x', '.flavour-transaction/live.0', ''])
      await assert.rejects(
        transaction(root, {signal}, ({commit}) => commit([{after: fileContent(Buffer.from('')), before: undefined, path}])),
        {code: 'EFLAVOR_CONFINED'},
        path,
      )
    assert.deepEqual(readTree(root), sorted(before))
  })

  const isRoot = process.getuid?.() === 0
  const user = isRoot ? ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'] : []

  it('says what may not be written, and changes nothing', async function () {
    if (process.platform === 'win32') this.skip()
    if (isRoot) needsOtherUser(this)
    for (const [path, message] of [
      ['goes/deep', /change goes\/deep\/down: permission denied/],
      ['becomes-file', /change becomes-file\/a: permission denied/],
      ['.', /lock the project .*: permission denied/],
    ] as const) {
      const root = project()
      if (isRoot) spawnSync('chown', ['-R', '65534:65534', root])
      chmodSync(join(root, path), 0o555)
      const old = readTree(root)
      const [program = '', ...args] = [...user, process.execPath, here('scenario.ts'), 'commit', root]
      const {code, stderr} = await execute(program, args, {env: process.env})
      assert.equal(code, 1)
      assert.match(stderr, message)
      assert.deepEqual(readTree(root), old)
    }
  })
})
