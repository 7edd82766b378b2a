/**
 * A launch, step by step as design and SPEC state it: read, verify, find the work environment, start. Everything up to
 * a warm start is synchronous, so that the application begins as it would without a launcher; building a work
 * environment and the launcher's own commands (`cold.ts`) are loaded only when they are needed.
 */
import {livePath, touchStamp} from '../../../src/workenv/stamp.ts'
import {type Launch, openChecked, type Request} from './checked.ts'
import {chooseCommand} from './command.ts'
import {applicationEnvironment, environmentChanges} from './environment.ts'
import {isMissing} from './late-slot.ts'
import {dataOf, findReady, type Ready, type Session} from './ready.ts'
import {type LastStep, startApplication} from './start.ts'
import {requireTrust} from './trust.ts'
import {commandWords} from './words.ts'

export function launch(request: Request): LastStep | Promise<LastStep> {
  const opened = openChecked(request)
  if (isSwitchedOn(request.env.FLAVOR_LAUNCHER_CLI)) return import('./cold.ts').then(({serve}) => serve(opened, run))
  return run(opened)
}

function isSwitchedOn(value: string | undefined): boolean {
  return value !== undefined && /^(1|true)$/i.test(value)
}

function run(request: Launch): LastStep | Promise<LastStep> {
  requireTrust(request)
  const opened = chooseCommand(request)
  const ready = findReady(opened)
  if (ready && !opened.opened.slots.some((slot) => isMissing(opened, ready.generation.path, slot)))
    return start(opened, ready, {path: undefined, variables: {}})
  return import('./cold.ts').then(async ({addLateSlots, buildReady}) => {
    const built = ready ?? (await buildReady(opened))
    const session = await addLateSlots(opened, built)
    return start(opened, built, session)
  })
}

function start(opened: Launch, {base, generation}: Ready, session: Session): LastStep {
  const {metadata} = opened.opened
  const facts = {data: dataOf(opened, base), metadata, path: opened.path, slots: session.variables, workenv: generation.path}
  const env = applicationEnvironment(opened.caller, facts)
  touchStamp(generation.path)
  if (opened.log) for (const change of environmentChanges(opened.env, env, facts)) opened.log.tell('environment', change)
  return startApplication({
    args: opened.args,
    env,
    host: opened.env,
    log: opened.log,
    live: {fd: generation.live, path: livePath(generation.path)},
    mayStayHere: opened.mayStayHere,
    session: session.path,
    words: commandWords(metadata, opened.command, generation.path),
  })
}
