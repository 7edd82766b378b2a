import assert from 'node:assert/strict'
import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {after, before, describe, it} from 'mocha'
import python from '../dist/python-environment.js'

describe('python-environment', () => {
  let source: string

  before(() => {
    source = mkdtempSync(join(tmpdir(), 'flavor-python-'))
    mkdirSync(join(source, 'bin'))
  })

  after(() => rmSync(source, {recursive: true}))

  const slot = () => ({
    id: 'venv',
    options: {},
    package: {description: '', name: 'hello', version: '1.0.0'},
    platform: 'linux-x64',
    project: tmpdir(),
    source,
    target: 'lib/venv',
  })

  const always = {PYTHONDONTWRITEBYTECODE: '1', PYTHONHOME: '', PYTHONNOUSERSITE: '1', PYTHONPATH: ''}

  it('puts the programs of an installation first on PATH', () => {
    assert.deepEqual(python.environment?.(slot()), {path: ['lib/venv/bin'], set: always})
  })

  it('names a virtual environment as activating it would', () => {
    writeFileSync(join(source, 'pyvenv.cfg'), 'home = /usr/bin\n')
    assert.deepEqual(python.environment?.(slot()), {path: ['lib/venv/bin'], set: {...always, VIRTUAL_ENV: '{workenv}/lib/venv'}})
    assert.deepEqual(python.environment?.({...slot(), target: ''}), {path: ['bin'], set: {...always, VIRTUAL_ENV: '{workenv}'}})
  })

  it('wants the folder of programs that the target has', async () => {
    assert.deepEqual(await python.check(slot()), [])
    const [problem] = await python.check({...slot(), platform: 'win32-x64'})
    assert.match(problem?.message ?? '', /has no Scripts directory/)
  })
})
