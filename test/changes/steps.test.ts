/** Steps of plans carried out: files, programs, work; and what no plan may make of a project. */
import assert from 'node:assert/strict'
import {spawnSync} from 'node:child_process'
import {createHash} from 'node:crypto'
import {chmodSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import type {ManagerContext, Step, WorkPlace} from '@flavor/contract'
import {describe, it} from 'mocha'
import {managerContext} from '../../contract/src/testkit/context.ts'
import {type Applied, applySteps, type Execution} from '../../dist/changes/apply-steps.js'
import {type Draft, draft} from '../../dist/changes/draft.js'
import type {CommandError} from '../../dist/changes/errors.js'
import {type Files, temporaryDirectory, writeFiles} from '../support/tmp.ts'
import {readTree} from './tree.ts'

const app = 'spec: 0.1\n'

function project(files: Files = {}): Draft {
  return draft(writeFiles(temporaryDirectory(), {'app.flavour': app, ...files}))
}

function contextOf(signal = new AbortController().signal, output: (text: string) => void = () => {}): ManagerContext {
  return {...managerContext, output, signal}
}

/** The project on the disk must be the same afterwards. */
async function apply(before: Draft, steps: readonly Step[], wishes: Partial<Execution> = {}): Promise<Applied> {
  const tree = readTree(before.root)
  const execution = {allow: async () => false, context: contextOf(), directory: temporaryDirectory(), kept: ['.git'], manager: 'x/y:1'}
  try {
    return await applySteps(before, steps, {...execution, ...wishes})
  } finally {
    assert.deepEqual(readTree(before.root), tree)
  }
}

const shell = (script: string, writes: readonly string[] = ['.'], more: {from?: 'addon'; reads?: readonly string[]} = {}): Step => ({
  command: ['sh', '-c', script],
  kind: 'run',
  writes,
  ...more,
})

const work = (work: (place: WorkPlace) => unknown): Step => ({kind: 'work', title: 'work', work: async (place) => void (await work(place))})

function paths({draft}: Applied): readonly string[] {
  return draft.changes().map(({path}) => path)
}

async function text({view}: Draft, path: string): Promise<string> {
  return Buffer.from((await view.read(path)) ?? []).toString()
}

describe('steps of a plan', () => {
  it('are carried out one after the other, each seeing what those before it have left', async () => {
    const applied = await apply(project({a: 'a\n', 'sub/b': 'b\n'}), [
      {bytes: Buffer.from('new\n'), kind: 'write', path: 'sub/new'},
      shell('cat a sub/new > both; rm a'),
      work(({directory}) => writeFileSync(join(directory, 'both'), `${readFileSync(join(directory, 'both'))}work\n`)),
      {kind: 'remove', path: 'sub/b'},
      {command: 'npm install', kind: 'suggest'},
      {hash: '0'.repeat(64), kind: 'add-entry', name: 'n', version: '1'},
    ])
    assert.deepEqual(paths(applied), ['a', 'app.flavour', 'both', 'sub/b', 'sub/new'])
    assert.equal(await text(applied.draft, 'both'), 'a\nnew\nwork\n')
    assert.deepEqual(applied.suggestions, ['npm install'])
    assert.deepEqual(
      (await applied.draft.view.addons()).map(({manager, name}) => [manager, name]),
      [['x/y:1', 'n']],
    )
  })

  it('write through links, keep modes, and remove directories with all that is in them', async () => {
    const before = project({'bin/run': {mode: 0o755, text: 'old'}, 'gone/a/b': '', 'gone/c': '', link: {link: 'bin'}})
    const {draft: after} = await apply(before, [
      {bytes: Buffer.from('new'), kind: 'write', path: 'link/run'},
      {kind: 'remove', path: 'gone'},
    ])
    assert.deepEqual(await after.view.list('.'), ['app.flavour', 'bin', 'link'])
    const run = after.entry('bin/run')
    assert.deepEqual([await text(after, 'link/run'), run?.kind === 'file' && run.mode], ['new', 0o755])
  })

  it('remove a link, and not where it leads', async () => {
    const before = project({'a/file': '', link: {link: 'a/file'}, way: {link: 'a'}})
    assert.deepEqual(paths(await apply(before, [{kind: 'remove', path: 'link'}])), ['link'])
    assert.deepEqual(paths(await apply(before, [{kind: 'remove', path: 'way/file'}])), ['a/file'])
    assert.deepEqual(paths(await apply(before, [{kind: 'remove', path: 'none/file'}])), [])
  })

  it('have no place below a file, or where a directory is', async () => {
    const before = project({'sub/b': ''})
    for (const path of ['sub', 'sub/b/c', 'app.flavour/x'])
      await assert.rejects(apply(before, [{bytes: Buffer.from(''), kind: 'write', path}]), {
        code: 'EFLAVOR_PLUGIN',
        message: /a directory is where/,
      })
  })
})

describe('documents of addons', () => {
  it('are what was installed: neither gone, nor changed by hand, nor unreadable', async () => {
    const document = (name: string): string => `spec: 0.1\nmeta: {name: ${name}, version: 1.10}\ninstall: {package: [a, b]}\n`
    const hash = (bytes: string): string => createHash('sha256').update(bytes).digest('hex')
    const names = ['sound', 'gone', 'changed', 'broken: [']
    const kept = (name: string): string => `.flavour/addons/${hash(document(name))}`
    const {draft: after} = await apply(project(), [
      ...names.map((name): Step => ({hash: hash(document(name)), kind: 'add-entry', name: name.split(':')[0] ?? '', version: '1.10'})),
      ...['sound', 'broken: ['].map((name): Step => ({bytes: Buffer.from(document(name)), kind: 'write', path: kept(name)})),
      {bytes: Buffer.from(`${document('changed')}# by hand\n`), kind: 'write', path: kept('changed')},
      {bytes: Buffer.from(document('stray')), kind: 'write', path: kept('stray')},
    ])
    const sound = {bytes: Buffer.from(document('sound')), install: {package: ['a', 'b']}, name: 'sound', version: '1.10'}
    assert.equal((await after.view.addons()).length, 4)
    assert.deepEqual(await after.view.documents(), new Map([[hash(document('sound')), sound]]))
  })
})

describe('a program that a plan runs', () => {
  it('gets the words as they are, and no shell', async () => {
    const command = ['node', '-e', 'require("fs").writeFileSync("words", process.argv.slice(1).join("|"))', '$HOME', 'a b', '*; rm -r .']
    assert.equal(await text((await apply(project(), [{command, kind: 'run', writes: ['words']}])).draft, 'words'), '$HOME|a b|*; rm -r .')
  })

  it('does not see what is meant for flavor: a key, for one', async () => {
    process.env.FLAVOR_PRIVATE_KEY = 'secret'
    try {
      const {draft: after} = await apply(project(), [shell('env > variables')])
      const variables = await text(after, 'variables')
      assert.match(variables, /^PATH=/m)
      assert.doesNotMatch(variables, /^FLAVOR_/m)
    } finally {
      delete process.env.FLAVOR_PRIVATE_KEY
    }
  })

  it('sees what it reads, and may change what it writes', async () => {
    const before = project({a: '', 'sub/b': '', 'sub/c': ''})
    const {draft: after} = await apply(before, [
      shell('list=$(find . | sort); echo "$list" > sub/list', ['./sub/list'], {reads: ['sub/b', 'none']}),
    ])
    assert.equal(await text(after, 'sub/list'), '.\n./sub\n./sub/b\n')
    await assert.rejects(apply(before, [shell('echo > sub/list; echo > other', ['sub'])]), {
      code: 'EFLAVOR_REFUSED',
      message: 'run sh -c echo > sub/list; echo > other: it changed other, but may only change sub',
    })
    await assert.rejects(apply(before, [shell('echo > subway', ['sub'])]), {code: 'EFLAVOR_REFUSED'})
  })

  it('that fails is told with its exit code and its last lines, one that is missing by its name', async () => {
    const heard: string[] = []
    const context = contextOf(undefined, (text) => void heard.push(text))
    const failed = apply(project(), [shell('seq 1000; echo bad >&2; touch x; exit 3')], {context})
    await assert.rejects(failed, (error: CommandError) => {
      assert.equal(error.code, 'EFLAVOR_COMMAND')
      assert.match(error.message, /^run sh -c seq 1000; echo bad >&2; touch x; exit 3: it failed with exit code 3\n {2}.*\n {2}1000\b/s)
      assert.deepEqual([error.output.length, error.output.includes('bad'), error.output.includes('900')], [20, true, false])
      return true
    })
    assert.match(heard.join(''), /^1\n2\n.*1000\n/s)
    await assert.rejects(apply(project(), [shell('kill -9 $$')]), {message: /: it was ended by SIGKILL$/})
    await assert.rejects(apply(project(), [{command: ['no-such-program', 'x'], kind: 'run', writes: []}]), {
      code: 'EFLAVOR_COMMAND',
      hints: ['install no-such-program, or put it on the PATH'],
      message: 'run no-such-program: there is no such program',
    })
    for (const command of [[], ['']]) await assert.rejects(apply(project(), [{command, kind: 'run', writes: []}]), {code: 'EFLAVOR_PLUGIN'})
  })

  it('ends with all that it has started when it is called off, or is done', async () => {
    const controller = new AbortController()
    const place = temporaryDirectory()
    const script = `sh -c 'trap "" TERM; echo $$ > ${place}/pid; while :; do sleep 0.05; done' & wait`
    const context = contextOf(controller.signal)
    const running = apply(project(), [shell(script)], {context})
    while (!existsSync(join(place, 'pid')) || readFileSync(join(place, 'pid'), 'utf8') === '')
      await new Promise((resolve) => setTimeout(resolve, 5))
    controller.abort(new Error('enough'))
    await assert.rejects(running, {message: 'enough'})
    await gone(readFileSync(join(place, 'pid'), 'utf8'))
    await apply(project(), [shell(`sleep 1000 & echo $! > ${place}/left`)])
    await gone(readFileSync(join(place, 'left'), 'utf8'))
  })

  it('that an addon brings runs only when it is allowed', async () => {
    const step = shell('echo > ran', ['ran'], {from: 'addon'})
    const asked: (readonly string[])[] = []
    const allow =
      (answer: boolean): Execution['allow'] =>
      async ({command}) => {
        asked.push(command)
        return answer
      }
    await assert.rejects(apply(project(), [step], {allow: allow(false)}), {
      code: 'EFLAVOR_NOT_ALLOWED',
      hints: ['--allow-run allows what addons bring to run'],
      message: /^run sh -c echo > ran: this comes from the addon/,
    })
    assert.deepEqual(paths(await apply(project(), [step], {allow: allow(true)})), ['ran'])
    assert.deepEqual(
      asked,
      [step, step].map((one) => (one as {command: readonly string[]}).command),
    )
    assert.deepEqual(paths(await apply(project(), [shell('echo > ran')])), ['ran'])
  })
})

/** Killed is not yet gone. A zombie is: its own parent has yet to look. */
async function gone(pid: string): Promise<void> {
  const look = () => spawnSync('ps', ['-o', 'stat=', '-p', pid.trim()], {encoding: 'utf8'}).stdout
  for (let state = look(); state !== '' && !state.startsWith('Z'); state = look()) await new Promise((resolve) => setTimeout(resolve, 20))
}

describe('work on a copy', () => {
  it('that fails says so in its own words', async () => {
    const failed = apply(project(), [
      work(({directory}) => {
        rmSync(join(directory, 'app.flavour'))
        throw new Error('as it is')
      }),
    ])
    await assert.rejects(failed, {message: 'as it is'})
  })

  it('finds what is kept where the project has it', async () => {
    let places: WorkPlace['kept'] = []
    const before = project({'.git/HEAD': 'x'})
    await apply(before, [
      work(({directory, kept}) => {
        places = kept
        assert.ok(!existsSync(join(directory, '.git')))
      }),
    ])
    assert.deepEqual(places, [{path: '.git', source: join(before.root, '.git')}])
  })
})

describe('a project is guarded against', () => {
  const numbered = (directory: string) => Object.fromEntries(Array.from({length: 30}, (_, number) => [`${directory}/${number}`, '']))
  // What is kept does not count.
  const many = {...numbered('src'), ...numbered('.git')}
  const remove = (count: number): Step =>
    work(({directory}) => Array.from({length: count}, (_, number) => rmSync(join(directory, `src/${number}`))))
  const set = (mode: number): Step => work(({directory}) => chmodSync(join(directory, 'src/1'), mode))
  const link = (target: string): Step => work(({directory}) => symlinkSync(target, join(directory, 'src/link')))

  const bad: Readonly<Record<string, readonly [step: Step, code: string, message: RegExp]>> = {
    'a broken app.flavour': [
      work(({directory}) => writeFileSync(join(directory, 'app.flavour'), 'addon: x\n')),
      'EFLAVOR_ADDON_FILE',
      /app\.flavour/,
    ],
    'a link out of it': [
      link('../../elsewhere'),
      'EFLAVOR_REFUSED',
      /^change src\/link: it would be a link out of the project, to \.\.\/\.\.\/elsewhere$/,
    ],
    'a link to the root of the machine': [link('/etc/passwd'), 'EFLAVOR_REFUSED', /link out of the project/],
    'a special file': [
      work(({directory}) => spawnSync('mkfifo', [join(directory, 'pipe')])),
      'EFLAVOR_REFUSED',
      /^change pipe: it is neither/,
    ],
    'hooks of git': [{bytes: Buffer.from(''), kind: 'write', path: 'sub/.Git/hooks/x'}, 'EFLAVOR_REFUSED', /belongs to git/],
    'losing app.flavour': [
      work(({directory}) => rmSync(join(directory, 'app.flavour'))),
      'EFLAVOR_REFUSED',
      /app\.flavour would be removed/,
    ],
    'losing everything': [
      work(({directory}) => rmSync(join(directory, 'src'), {recursive: true})),
      'EFLAVOR_REFUSED',
      /^change the project: 30 of its 31 files would be removed$/,
    ],
    'losing most of its files': [remove(16), 'EFLAVOR_REFUSED', /16 of its 31 files/],
    'setgid programs': [set(0o2755), 'EFLAVOR_REFUSED', /setuid or setgid/],
    'setuid programs': [set(0o4755), 'EFLAVOR_REFUSED', /^change src\/1: it would run with its owner's rights/],
  }

  for (const [what, [step, code, message]] of Object.entries(bad))
    it(what, async () => {
      await assert.rejects(apply(project(many), [step]), {code, message})
    })

  it('nothing that is harmless', async () => {
    const fine = project({...many, 'old-link': {link: '/etc/passwd'}, 'sub/few': ''})
    const applied = await apply(fine, [remove(15), link('../app.flavour'), work(({directory}) => mkdirSync(join(directory, 'empty')))])
    assert.equal(paths(applied).length, 17)
    const small = project(Object.fromEntries(Array.from({length: 10}, (_, number) => [`src/${number}`, ''])))
    assert.equal(paths(await apply(small, [remove(10)])).length, 11, 'the files, and the directory that is empty now')
  })
})
