/** Runs one container from its making to its end, and leaves none behind, whatever happens. */
import {randomUUID} from 'node:crypto'
import {addAbortSignal, type Duplex} from 'node:stream'
import {json} from 'node:stream/consumers'
import type {ManagerContext} from '@flavor/contract'
import {readOutput} from './attachment.ts'
import {type Confinement, containerSettings, type Run} from './container-settings.ts'
import {type Engine, EngineRefusal} from './engine.ts'
import {Failure, failures} from './failures.ts'
import {lastLines} from './last-lines.ts'

export interface Ended {
  readonly status: number
  /** The last of what it printed. */
  readonly output: readonly string[]
}

/** `input` is given to it unchanged, and closed. */
export async function runContainer(
  engine: Engine,
  run: Run,
  confined: Confinement,
  input: Uint8Array,
  {output, signal}: Pick<ManagerContext, 'output' | 'signal'>,
): Promise<Ended> {
  signal.throwIfAborted()
  const name = `flavour-${randomUUID()}`
  const last = lastLines()
  try {
    await create(engine, name, containerSettings(run, confined), run)
    signal.throwIfAborted()
    const tell = (text: string): void => {
      last.add(text)
      output(text)
    }
    const status = await live(engine, name, input, tell, signal)
    return {output: last.lines(), status}
  } catch (error) {
    await remove(engine, name)
    throw signal.aborted ? signal.reason : told(error, run, last.lines())
  }
}

/** Not cut short by the signal: a container that is on its way could not be removed. */
async function create(engine: Engine, name: string, body: unknown, {place}: Run): Promise<void> {
  try {
    await engine.json({body, method: 'POST', path: '/containers/create', query: {name}})
  } catch (error) {
    if (error instanceof EngineRefusal && place !== undefined && /bind source path does not exist/.test(error.message))
      throw failures.unseen(/does not exist: (\S.*)$/.exec(error.message)?.[1] ?? place.directory, engine.address.name)
    throw error
  }
}

/**
 * Its exit status, told once it is removed. Who listens and who waits is there before it starts, so nothing is missed. There are two waits
 * because Podman, when it has removed a container, tells 0 whatever the status was.
 */
async function live(engine: Engine, name: string, input: Uint8Array, tell: (text: string) => void, signal: AbortSignal): Promise<number> {
  const path = `/containers/${name}`
  const connection = addAbortSignal(
    signal,
    await engine.upgrade({method: 'POST', path: `${path}/attach`, query: {stderr: '1', stdin: '1', stdout: '1', stream: '1'}, signal}),
  )
  try {
    const wait = (condition: string) => engine.stream({method: 'POST', path: `${path}/wait`, query: {condition}, signal})
    const [exit, removal] = await Promise.all([wait('next-exit'), wait('removed')])
    await engine.json({method: 'POST', path: `${path}/start`, signal})
    feed(connection, input)
    await readOutput(connection, tell)
    const [{StatusCode: status}] = (await Promise.all([json(exit), json(removal)])) as [{readonly StatusCode: number}, unknown]
    return status
  } finally {
    connection.destroy()
  }
}

/** A program that does not read its input ends it; that is its right. */
function feed(connection: Duplex, input: Uint8Array): void {
  connection.on('error', () => {}).end(input)
}

/** Until it is gone: the engine may be at it already, or it may be gone. */
async function remove(engine: Engine, name: string): Promise<void> {
  const path = `/containers/${name}`
  const refused = (error: unknown): void => {
    if (!(error instanceof EngineRefusal) && !(error instanceof Failure)) throw error
  }
  await engine.json({method: 'DELETE', path, query: {force: '1', v: '1'}}).catch(refused)
  await engine.json({method: 'POST', path: `${path}/wait`, query: {condition: 'removed'}}).catch(refused)
}

function told(error: unknown, {image: {text}, word}: Run, output: readonly string[]): unknown {
  if (error instanceof EngineRefusal) {
    return /executable file not found|no such file or directory|permission denied/.test(error.message) &&
      error.message.includes(`"${word}"`)
      ? failures.noWord(text, word)
      : failures.engine(`start ${word} of ${text}`, error.message)
  }
  return error instanceof Failure ? error : failures.lost(text, word, output)
}
