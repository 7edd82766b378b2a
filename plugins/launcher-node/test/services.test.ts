import assert from 'node:assert/strict'
import {existsSync, readFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, it} from 'mocha'
import {splitWords} from '../launcher/words.ts'
import {type TestPackage, writeTestPackage} from './support/package.ts'
import {directory, nodes, run} from './support/run.ts'

const members = [
  {path: 'app/'},
  {content: 'console.log(JSON.stringify({argv: process.argv.slice(2), env: process.env}))', path: 'app/index.js'},
]

function make(more: TestPackage = {}): Promise<string> {
  return writeTestPackage(join(directory(), 'my app'), {
    argv: ['node', '{workenv}/app/index.js'],
    slots: [
      {id: 'app', members, target: 'app'},
      {content: 'settings', id: 'etc', target: 'etc/app.conf'},
    ],
    ...more,
  })
}

describe('the launcher’s own commands', () => {
  const serve = async (args: readonly string[], file?: string) =>
    run(file ?? (await make()), args, {env: {FLAVOR_CACHE: directory(), FLAVOR_LAUNCHER_CLI: '1'}})

  it('say what the package is', async () => {
    const {stdout} = await serve([])
    assert.match(stdout, /^sample 1\.0\.0\n/)
    assert.match(stdout, /1 {2}etc .* etc\/app\.conf/)
    assert.equal(JSON.parse((await serve(['metadata'])).stdout).package.name, 'sample')
    assert.match((await serve(['help'])).stdout, /slot path ID/)
    assert.match((await serve(['doctor'])).stdout, /base directory/)
  })

  it('check every byte of it', async () => {
    const {status, stdout} = await serve(['verify'])
    assert.equal(status, 0)
    assert.match(stdout, /ok {3}signature/)
    assert.match(stdout, /ok {3}slot 1 etc/)
    assert.doesNotMatch(stdout, /BAD/)
  })

  it('unpack a slot by number or id', async () => {
    const out = directory()
    assert.equal((await serve(['extract', 'etc', out])).status, 0)
    assert.equal(readFileSync(join(out, 'etc/app.conf'), 'utf8'), 'settings')
    assert.equal((await serve(['extract', '0', out])).status, 0)
    assert.ok(existsSync(join(out, 'app/index.js')))
  })

  it('prepare it, tell where its slots are, run it and clean up', async () => {
    const [file, cache] = [await make(), directory()]
    const cli = (args: readonly string[]) => run(file, args, {env: {FLAVOR_CACHE: cache, FLAVOR_LAUNCHER_CLI: 'true'}})
    const workenv = (await cli(['prepare'])).stdout.trim()
    assert.equal((await cli(['slot', 'path', 'etc'])).stdout.trim(), join(workenv, 'etc/app.conf'))
    const {argv, env} = JSON.parse((await cli(['run', 'a', 'b c'])).stdout)
    assert.deepEqual(argv, ['a', 'b c'])
    assert.equal(env.FLAVOR_LAUNCHER_CLI, undefined)
    assert.match((await cli(['clean'])).stdout, /removed {2}sample-/)
    assert.equal(existsSync(workenv), false)
  })

  it('are misused with exit code 105', async () => {
    for (const args of [['nonsense'], ['toString'], ['extract', '0'], ['extract', '9', '/tmp/x'], ['slot', 'etc']]) {
      const {status, stderr} = await serve(args)
      assert.equal(status, 105, stderr)
      assert.match(stderr, /EFLAVOR_LAUNCHER_USAGE/)
    }
  })
})

describe('the environment of the application', () => {
  const seen = async (file: string, env: Record<string, string>, node = nodes[0]) => {
    const {stderr, stdout} = await run(file, [], {env: {FLAVOR_CACHE: directory(), ...env}, ...(node ? {node} : {})})
    return JSON.parse(stdout || assert.fail(stderr)).env as Record<string, string>
  }

  for (const node of nodes) {
    it(`follows unset, pass, map and set, then workenv.env, then execution.env, on ${node.name}`, async () => {
      const file = await make({
        env: {BOTH: 'execution', ONE: 'execution'},
        more: {
          runtime: {
            env: {
              map: {GONE: 'FOUND', KEPT: 'NOT_RENAMED', OLD: 'NEW'},
              pass: ['PATH', 'KEPT', 'PASS_?', 'FLAVOR_*'],
              set: {BOTH: 'set', SET: 'set'},
              unset: ['GONE', 'HOME', 'K*', 'PASS_*'],
            },
          },
          workenv: {env: {BOTH: 'workenv', STATE: '{workenv}/state {version}'}, path: ['tools/bin']},
        },
      })
      const env = await seen(file, {GONE: '1', KEPT: 'kept', OLD: 'old', PASS_1: 'passed', PASS_22: 'gone'}, node)
      const {FLAVOR_WORKENV: workenv = ''} = env
      assert.deepEqual(
        Object.fromEntries(
          ['BOTH', 'FOUND', 'GONE', 'HOME', 'KEPT', 'NEW', 'NOT_RENAMED', 'OLD', 'ONE', 'PASS_1', 'PASS_22', 'SET', 'STATE'].map((name) => [
            name,
            env[name],
          ]),
        ),
        {
          BOTH: 'execution',
          FOUND: undefined,
          GONE: undefined,
          HOME: undefined,
          KEPT: 'kept',
          NEW: 'old',
          NOT_RENAMED: undefined,
          OLD: undefined,
          ONE: 'execution',
          PASS_1: 'passed',
          PASS_22: undefined,
          SET: 'set',
          STATE: `${workenv}/state 1.0.0`,
        },
      )
      assert.ok(env.PATH?.startsWith(`${workenv}/tools/bin:${workenv}/bin:`))
    })
  }

  it('tells the application about its package, and nothing about the launcher', async () => {
    const file = await make()
    const env = await seen(file, {FLAVOR_COMMAND: 'x', FLAVOR_NODE_OPTIONS: '--bad'})
    assert.equal(env.FLAVOR_COMMAND_NAME, 'my app')
    assert.equal(env.FLAVOR_ORIGINAL_COMMAND, file)
    assert.equal(env.FLAVOR_PACKAGE, file)
    for (const name of ['FLAVOR_COMMAND', 'FLAVOR_NODE_OPTIONS', 'NODE_OPTIONS', 'FLAVOR_LAUNCHER_CLI']) assert.equal(env[name], undefined)
  })

  it('has FLAVOR_CACHE only when the caller set it', async () => {
    const {stdout} = await run(await make(), [], {env: {HOME: directory()}})
    assert.equal(JSON.parse(stdout).env.FLAVOR_CACHE, undefined)
  })

  it('may have names that no shell would set', async () => {
    const file = await make({argv: ['/usr/bin/env'], env: {'a.b-c': 'odd'}})
    const {stdout} = await run(file, [], {env: {FLAVOR_CACHE: directory()}})
    assert.match(stdout, /^a\.b-c=odd$/m)
  })
})

describe('a command given as text', () => {
  it('is split as a shell splits it, before anything is filled in', () => {
    for (const [text, words] of [
      ['a  b\tc', ['a', 'b', 'c']],
      [`a 'b c' "d e" f\\ g`, ['a', 'b c', 'd e', 'f g']],
      [`'' "" x''y`, ['', '', 'xy']],
      [`"a\\"b" 'c\\d'`, ['a"b', 'c\\d']],
    ] as const)
      assert.deepEqual(splitWords(text), words)
    for (const text of [`a 'b`, `"`]) assert.throws(() => splitWords(text), {code: 'EFLAVOR_COMMAND'})
  })

  it('finds a program of the package before one of the machine, by its full path', async () => {
    const slots = [
      {id: 'tool', members: [{path: 'bin/'}, {content: '#!/bin/sh\necho packed "$@"\n', mode: 0o755, path: 'bin/ls'}], target: 'bin'},
    ]
    for (const command of ['{workenv}/bin/ls x', 'ls x', '/nowhere/ls x'])
      assert.equal(
        (await run(await make({command, slots, argv: undefined as never}), ['y'], {env: {FLAVOR_CACHE: directory()}})).stdout,
        'packed x y\n',
      )
  })
})
