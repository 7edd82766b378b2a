import assert from 'node:assert/strict'
import {execFileSync} from 'node:child_process'
import {readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'
import {before, describe, it} from 'mocha'
import {type TestPackage, writeTestPackage} from './support/package.ts'
import {directory, run} from './support/run.ts'

const here = fileURLToPath(new URL('..', import.meta.url))
const listed = join(here, 'usual-functions.txt')

const members = [
  {content: '', path: 'app/main.js'},
  {content: '#!/bin/sh\n', mode: 0o755, path: 'app/tool.sh'},
]

/** As flavor writes it where the manifest says nothing of it. */
const runtime = {env: {map: {}, pass: [], set: {}, unset: []}}

const usual: readonly TestPackage[] = [
  {argv: ['node', '{workenv}/app/main.js'], development: true},
  // Its key is pinned at the first start.
  {argv: ['node', '{workenv}/app/main.js']},
  {argv: ['{workenv}/app/tool.sh']},
]

describe('the functions that a usual warm start calls', () => {
  let launcher = ''
  before(() => {
    launcher = join(directory(), 'launcher')
    execFileSync(process.execPath, [join(here, 'build.js'), '--note-calls', launcher])
  })

  const called = async (description: TestPackage): Promise<readonly string[]> => {
    const place = directory()
    const file = await writeTestPackage(join(place, 'package'), {
      ...description,
      launcher,
      more: {runtime},
      slots: [{id: 'app', members, target: ''}],
    })
    const noted = join(place, 'noted')
    for (const _ of ['cold', 'warm']) {
      writeFileSync(noted, '')
      const {status, stderr} = await run(file, [], {env: {FLAVOR_CACHE: join(place, 'cache'), FLAVOR_NOTED: noted, HOME: place}})
      assert.deepEqual({status, stderr}, {status: 0, stderr: ''})
    }
    return readFileSync(noted, 'utf8').trim().split('\n')
  }

  // Who has changed the launcher and is told so writes down here what is called now; nothing but time depends on it.
  it('are those of the list', async () => {
    const found = new Set<string>()
    for (const one of usual) for (const name of await called(one)) found.add(name)
    const names = [...found].sort()
    if (process.env.FLAVOR_WRITE_USUAL) writeFileSync(listed, `${names.join('\n')}\n`)
    assert.deepEqual(readFileSync(listed, 'utf8').trim().split('\n'), names)
  })
})
