/**
 * The container engine of a test file (see docker-engine.ts): started when a suite first asks for it, and stopped when the run is over, with
 * all that it has started. Where it cannot be started, tests are skipped and say so in their title: `skipped: needs a Docker engine`.
 *
 * FLAVOR_TEST_ENGINE=/path/of/podman.sock lets them use another one, which they leave full of images.
 */
import {after, before, type Suite} from 'mocha'
import {engineAt, engineMissing, type Running, startEngine, stopEngine, type TestEngine} from './docker-engine.ts'

export type {TestEngine}

/** The engine, from the first test of the suite on. Where there is none, the tests of the suite are skipped. */
export function useEngine(suite: Suite): () => TestEngine {
  let engine: TestEngine | undefined
  const {FLAVOR_TEST_ENGINE: given} = process.env
  const missing = given === undefined ? engineMissing() : undefined
  if (missing !== undefined) suite.title += ` (skipped: needs a Docker engine, and ${missing})`
  before(async function () {
    if (missing !== undefined) this.skip()
    engine = given === undefined ? await startedEngine() : engineAt(given)
  })
  return () => {
    if (engine === undefined) throw new Error('the engine is there when the tests begin')
    return engine
  }
}

let running: Promise<Running> | undefined

after(async () => {
  const mine = running
  running = undefined
  if (mine !== undefined) await stopEngine(await mine)
})

async function startedEngine(): Promise<TestEngine> {
  running ??= startEngine()
  return (await running).engine
}
