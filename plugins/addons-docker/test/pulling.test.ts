/** Images that are not on this machine: pulled from a registry of the tests' own, for everybody or for who signs in. */
import assert from 'node:assert/strict'
import type {AddonFailure, ImageManager, ManagerContext} from '@flavor/contract'
import {after, before, describe, it} from 'mocha'
import {managerContext} from '../../../contract/src/testkit/context.ts'
import {useEngine} from '../../../test/support/docker.ts'
import {buildManager} from '../../../test/support/manager-image.ts'
import {type OciRegistry, ociRegistryMissing, ociUser, startOciRegistry} from '../../../test/support/oci-registry.ts'
import docker from '../dist/docker.js'

type Credentials = ManagerContext['credentials']

describe('an image in a registry', function () {
  const missing = ociRegistryMissing()
  if (missing !== undefined) this.title += ` (skipped: ${missing})`
  const engine = useEngine(this)
  const hosts = process.env.DOCKER_HOST
  const {password, username} = ociUser
  let [open, locked]: (OciRegistry | undefined)[] = []

  before(async function () {
    if (missing !== undefined) this.skip()
    process.env.DOCKER_HOST = engine().host
    await buildManager(engine(), 'acme/fam-old:1', {identifier: 'acme/fam-x:0.1'})
    await buildManager(engine(), 'acme/fam-new:1', {identifier: 'acme/fam-x:0.2'})
    ;[open, locked] = await Promise.all([startOciRegistry(), startOciRegistry({locked: true})])
  })
  after(async () => {
    await Promise.all([open?.stop(), locked?.stop()])
    if (hosts === undefined) delete process.env.DOCKER_HOST
    else process.env.DOCKER_HOST = hosts
  })

  const name = (image: string, reference: string): Promise<unknown> =>
    engine().ask('POST', `/images/${image}/tag?${new URLSearchParams({repo: reference.replace(/:1$/, ''), tag: '1'})}`)

  /** Puts an image of the engine into a registry, and takes the name from the engine again. */
  async function publish(image: string, {host}: OciRegistry): Promise<string> {
    const reference = `${host}/${image}`
    await name(image, reference)
    const sign = Buffer.from(JSON.stringify({password, serveraddress: host, username})).toString('base64')
    const push = `/images/${reference.replace(/:1$/, '')}/push?tag=1`
    assert.doesNotMatch(String(await engine().ask('POST', push, undefined, {'x-registry-auth': sign})), /"error"/)
    await forget(reference)
    return reference
  }

  const forget = (image: string): Promise<unknown> => engine().ask('DELETE', `/images/${image}?force=1`)

  function pull(
    reference: string,
    {credentials = async () => undefined, fresh = false}: {credentials?: Credentials; fresh?: boolean} = {},
  ) {
    const heard = {notes: [] as string[], output: ''}
    const context: ManagerContext = {
      ...managerContext,
      credentials,
      note: (line) => heard.notes.push(line),
      output: (text) => {
        heard.output += text
      },
    }
    return {heard, manager: docker.image?.(reference, {fresh, network: false}, context) as Promise<ImageManager>}
  }

  const failure = (work: Promise<unknown>): Promise<AddonFailure> =>
    work.then(
      () => assert.fail('it should have failed'),
      (error) => error,
    )

  it('is pulled when it is not on this machine, and says how that goes', async () => {
    const reference = await publish('acme/fam-new:1', open as OciRegistry)
    const {heard, manager} = pull(reference)
    assert.equal((await manager).identifier, 'acme/fam-x:0.2')
    assert.deepEqual(heard.notes, [`pulling ${reference}`])
    assert.match(heard.output, /^1: Pulling from acme\/fam-new\n(.*\n)*Status: Downloaded newer image for /)
  })

  it('is pulled again only when a newer one is wanted', async () => {
    const reference = `${open?.host}/acme/fam-new:1`
    await name('acme/fam-old:1', reference)
    const here = pull(reference)
    assert.deepEqual([(await here.manager).identifier, here.heard.notes], ['acme/fam-x:0.1', []])
    assert.equal((await pull(reference, {fresh: true}).manager).identifier, 'acme/fam-x:0.2')
  })

  it('is pulled with the credentials of its registry', async () => {
    const reference = await publish('acme/fam-old:1', locked as OciRegistry)
    const asked: string[] = []
    const credentials = async (host: string) => {
      asked.push(host)
      return {password, username}
    }
    assert.equal((await pull(reference, {credentials}).manager).identifier, 'acme/fam-x:0.1')
    assert.deepEqual(asked, [locked?.host])
    await forget(reference)
  })

  it('is refused to strangers, with what to type', async () => {
    const host = locked?.host
    const reference = `${host}/acme/fam-old:1`
    for (const credentials of [async () => undefined, async () => ({password: 'hammer', username})]) {
      const {problem} = await failure(pull(reference, {credentials}).manager)
      assert.match(problem.message, new RegExp(`^pull ${reference}: .`))
      assert.equal(problem.hint, `is the name right? if so, sign in: docker login ${host}`)
      assert.doesNotMatch(problem.message, /hammer|\n/)
    }
  })

  it('that is not there is one sentence', async () => {
    const reference = `${open?.host}/acme/fam-nowhere:1`
    const {problem} = await failure(pull(reference).manager)
    assert.match(problem.message, new RegExp(`^pull ${reference}: manifest for .* not found`))
    assert.equal(problem.hint, 'is it the name of an image? --addonmanager names another one')
  })

  it('of a registry that is down is one sentence', async () => {
    const gone = await startOciRegistry()
    await gone.stop()
    const {problem} = await failure(pull(`${gone.host}/acme/fam-x:1`).manager)
    assert.match(problem.message, /^pull 127\.0\.0\.1:\d+\/acme\/fam-x:1: .*connection refused$/)
  })
})
