/** Engines that are not there, and what is said of them. None is needed here. */
import assert from 'node:assert/strict'
import {mkdirSync} from 'node:fs'
import {createServer as createHttpServer} from 'node:http'
import {createServer, type Server} from 'node:net'
import {join} from 'node:path'
import type {AddonFailure, ManagerContext} from '@flavor/contract'
import {describe, it} from 'mocha'
import {managerContext} from '../../../contract/src/testkit/context.ts'
import {temporaryDirectory} from '../../../test/support/tmp.ts'
import docker from '../dist/docker.js'
import {engineAddress, parseAddress} from '../dist/engine-address.js'

const context: ManagerContext = {
  ...managerContext,
  note: () => {},
}

async function said(environment: Readonly<Record<string, string>>): Promise<AddonFailure['problem']> {
  const names = ['DOCKER_HOST', 'DOCKER_CONTEXT', 'DOCKER_CONFIG', 'XDG_RUNTIME_DIR', 'HOME', 'DOCKER_TLS_VERIFY'] as const
  const before = names.map((name) => process.env[name])
  for (const name of names) delete process.env[name]
  Object.assign(process.env, environment)
  try {
    await docker.image?.('acme/fam-x:1', {fresh: false, network: false}, context)
  } catch (error) {
    if (error instanceof Error && 'problem' in error) return (error as AddonFailure).problem
    throw error
  } finally {
    for (const [index, name] of names.entries()) {
      if (before[index] === undefined) delete process.env[name]
      else process.env[name] = before[index]
    }
  }
  return assert.fail('there is no engine')
}

const listening = <T extends Server>(server: T, place: object): Promise<T> =>
  new Promise((resolve) => server.listen(place, () => resolve(server)))

describe('the container engine', () => {
  it('is asked about in one sentence when its socket is not there', async () => {
    const host = `unix://${join(temporaryDirectory(), 'docker.sock')}`
    const {hint, message} = await said({DOCKER_HOST: host})
    assert.equal(message, `the container engine at ${host} does not answer (ENOENT): is Docker running?`)
    assert.ok(hint)
  })

  it('is asked about in one sentence when nobody listens', async () => {
    const server = await listening(createServer(), {host: '127.0.0.1', port: 0})
    const {port} = server.address() as {port: number}
    await new Promise((resolve) => server.close(resolve))
    const {message} = await said({DOCKER_HOST: `tcp://127.0.0.1:${port}`})
    assert.equal(message, `the container engine at tcp://127.0.0.1:${port} does not answer (ECONNREFUSED): is Docker running?`)
  })

  it('is no engine when it speaks otherwise, or hangs up', async () => {
    const socket = join(temporaryDirectory(), 'x.sock')
    const web = await listening(
      createHttpServer((_, answer) => answer.end('hello')),
      {path: socket},
    )
    assert.match((await said({DOCKER_HOST: `unix://${socket}`})).message, /does not answer \(it is no container engine\)/)
    web.close()
    const rude = await listening(
      createServer((one) => one.destroy()),
      {host: '127.0.0.1', port: 0},
    )
    assert.match(
      (await said({DOCKER_HOST: `tcp://127.0.0.1:${(rude.address() as {port: number}).port}`})).message,
      /\(ECONNRESET\): is Docker running\?$/,
    )
    rude.close()
  })

  it('is only looked for where it can be reached', async () => {
    assert.match((await said({DOCKER_HOST: 'ssh://me@there'})).message, /"ssh:\/\/me@there": engines behind ssh are not reached$/)
    assert.match((await said({DOCKER_HOST: 'here'})).message, /"here": it begins with unix:\/\/, tcp:\/\/ or npipe:\/\/$/)
  })

  it('is asked about when there is no socket at all', async function () {
    const home = temporaryDirectory()
    const found = await engineAddress({HOME: home}).catch(() => undefined)
    if (found !== undefined) this.skip()
    assert.match(
      (await said({HOME: home, XDG_RUNTIME_DIR: home})).message,
      /^no container engine is running here \(looked for .*podman\.sock.*\): is Docker running\?$/,
    )
  })

  it("is Podman's when Docker's is not there", async function () {
    const [home, podman] = [temporaryDirectory(), temporaryDirectory()]
    if ((await engineAddress({HOME: home}).catch(() => undefined)) !== undefined) this.skip()
    mkdirSync(join(podman, 'podman'))
    const server = await listening(createServer(), {path: join(podman, 'podman/podman.sock')})
    assert.equal((await engineAddress({HOME: home, XDG_RUNTIME_DIR: podman})).name, `unix://${podman}/podman/podman.sock`)
    server.close()
  })

  it('is reached as its address says', () => {
    assert.deepEqual(parseAddress('npipe:////./pipe/docker_engine').target, {socketPath: '\\\\.\\pipe\\docker_engine'})
    assert.deepEqual(parseAddress('tcp://engine').target, {host: 'engine', port: '2375', tls: undefined})
    assert.deepEqual(parseAddress('tcp://engine:99', {}).target, {host: 'engine', port: '99', tls: {}})
    assert.deepEqual(parseAddress('tcp://[::1]:99').target, {host: '::1', port: '99', tls: undefined})
    assert.deepEqual(parseAddress('https://engine').target, {host: 'engine', port: '2376', tls: {}})
  })
})
