/** The image for Windows under Wine; see `test/support/windows/image.ts`. */
import assert from 'node:assert/strict'
import {cpSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {it} from 'mocha'
import {writeTree} from '../../../test/support/run.ts'
import {type Bench, holdImage} from '../../../test/support/windows/image.ts'
import {findImage} from '../src/images.ts'

holdImage({findImage, id: 'rust'}, ({freshBase, generations, host, pack, said, start}: Bench) => {
  async function packed(name: string, slot: string, prepare: (directory: string) => Promise<void>): Promise<string> {
    const directory = host().path(name)
    cpSync(host().path('probe'), directory, {recursive: true})
    await prepare(directory)
    writeFileSync(join(directory, 'flavor.yaml'), `${readFileSync(join(directory, 'flavor.yaml'), 'utf8')}  - ${slot}\n`)
    return pack(`${name}.exe`, 'first', name)
  }

  it('deletes what is there for one run when the application has ended', async () => {
    const path = await packed(
      'session',
      '{id: scratch, purpose: data-files, source: text, target: scratch, lifecycle: temporary}',
      async () => {},
    )
    const base = freshBase()
    const {variables} = said(await start(base, [], {}, path))
    assert.match(variables.FLAVOR_SLOT_SCRATCH ?? '', /\\tmp\\session\.\w+\\scratch$/)
    assert.deepEqual(readdirSync(join(base, 'workenvs', '.gen', generations(base)[0] ?? '', 'tmp')), [])
  })

  it('has at the place of a link what it leads to, where links cannot be made', async () => {
    const path = await packed('links', '{id: app, purpose: application-code, source: app}', async (directory) => {
      await writeTree(join(directory, 'app'), {'deep/file': 'deep', one: 'one'})
      symlinkSync('one', join(directory, 'app/two'))
      symlinkSync('deep', join(directory, 'app/shallow'))
      symlinkSync('../shallow', join(directory, 'app/deep/around'))
      symlinkSync('nothing', join(directory, 'app/nowhere'))
    })
    const base = freshBase()
    said(await start(base, [], {}, path))
    const app = join(base, 'workenvs', '.gen', generations(base)[0] ?? '', 'app')
    assert.deepEqual([readFileSync(join(app, 'two'), 'utf8'), readFileSync(join(app, 'shallow/file'), 'utf8')], ['one', 'deep'])
    assert.equal(readFileSync(join(app, 'deep/around/file'), 'utf8'), 'deep')
  })

  it('finds a program whose ending is left out, and notices when it is gone', async () => {
    const path = await packed('short', '{id: more, purpose: data-files, source: text, target: more}', async (directory) => {
      const manifest = join(directory, 'flavor.yaml')
      writeFileSync(manifest, readFileSync(manifest, 'utf8').replace('bin/probe.exe own', 'bin/probe own'))
    })
    const base = freshBase()
    const {program} = said(await start(base, [], {}, path))
    assert.match(program, /\\bin\\probe\.exe$/)
    rmSync(join(base, 'workenvs', '.gen', generations(base)[0] ?? '', 'bin/probe.exe'))
    assert.notEqual(said(await start(base, [], {}, path)).program, program)
  })
})
