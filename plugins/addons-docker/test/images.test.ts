/** Managers that are images, through the plugin alone, on directories: what they are given, what they may do, and what is left of them. */
import assert from 'node:assert/strict'
import {createHash} from 'node:crypto'
import {chownSync, readdirSync, readFileSync, rmSync, statSync} from 'node:fs'
import {join} from 'node:path'
import type {AddonDeclaration, AddonFailure, ImageManager, ImageOptions, ManagerContext, WorkStep} from '@flavor/contract'
import {before, describe, it} from 'mocha'
import {useEngine} from '../../../test/support/docker.ts'
import {buildManager} from '../../../test/support/manager-image.ts'
import {temporaryDirectory, writeFiles} from '../../../test/support/tmp.ts'
import docker from '../dist/docker.js'

const bytes = Buffer.from('spec: 0.1\nmeta: {name: django, version: 5.2} # für alle\r\ninstall:\n  package: django==5.2')
const django: AddonDeclaration = {bytes, install: {package: 'django==5.2'}, name: 'django', version: '5.2'}
const hash = createHash('sha256').update(bytes).digest('hex')

interface Heard {
  readonly context: ManagerContext
  readonly notes: string[]
  output: string
}

function hearing(signal = new AbortController().signal, credentials: ManagerContext['credentials'] = async () => undefined): Heard {
  const heard: Heard = {
    context: {
      credentials,
      has: async () => false,
      note: (line) => heard.notes.push(line),
      output: (text) => (heard.output += text),
      signal,
    },
    notes: [],
    output: '',
  }
  return heard
}

describe('an image as an addon manager', function () {
  const engine = useEngine(this)

  before(async function () {
    this.timeout(120_000)
    process.env.DOCKER_HOST = engine().host
    await buildManager(engine(), 'acme/fam-sound:1', {identifier: 'acme/fam-sound:0.1'})
  })

  const image = (reference: string, options: Partial<ImageOptions> = {}, {context} = hearing()): Promise<ImageManager> =>
    docker.image?.(reference, {fresh: false, network: false, ...options}, context) as Promise<ImageManager>

  async function change(
    word: 'add' | 'remove',
    manager: ImageManager,
    directory: string,
    {context} = hearing(),
    kept: WorkStep[] = [],
  ): Promise<void> {
    void kept
    const steps = await manager.plan(word, django, {addons: async () => [], list: async () => [], read: async () => undefined}, context)
    const [step] = steps as readonly WorkStep[]
    assert.deepEqual([steps.length, step?.kind], [1, 'work'])
    await step?.work({directory, kept: []}, context)
  }

  it('adds and removes in the directory that it is given, and says who it is', async () => {
    const root = writeFiles(temporaryDirectory(), {'app.flavour': 'spec: 0.1 # ours\n'})
    const manager = await image('acme/fam-sound:1')
    assert.equal(manager.identifier, 'acme/fam-sound:0.1')
    assert.deepEqual(await manager.check(django, hearing().context), [])
    await change('add', manager, root)
    assert.equal(
      readFileSync(join(root, 'app.flavour'), 'utf8'),
      `spec: 0.1 # ours\naddons:\n  django:5.2:\n    manager: acme/fam-sound:0.1\n    hash: ${hash}\n`,
    )
    assert.deepEqual(readFileSync(join(root, '.flavour/addons', hash)), bytes)
    assert.equal(readFileSync(join(root, 'requirements.txt'), 'utf8'), 'django==5.2\n')
    await change('remove', manager, root)
    assert.deepEqual(readdirSync(root), ['app.flavour'])
    assert.equal(readFileSync(join(root, 'app.flavour'), 'utf8'), 'spec: 0.1 # ours\n')
    assert.deepEqual(await engine().containers(), [])
  })
})
void [chownSync, rmSync, statSync, {} as AddonFailure]
