/**
 * The entrance of the image. The head has started `node -e` with a few words of JavaScript that read this script from
 * the package; it hands over the package, open, and how it was called.
 */
import type {Request} from './checked.ts'
import {launch} from './launch.ts'
import {openLog} from './log.ts'
import {explain} from './report.ts'
import type {LastStep} from './start.ts'

type Call = Omit<Request, 'log'>

/**
 * What the launcher itself cannot do ends in a message and an exit code. The application begins outside of that, and
 * outside of any promise, as the main module of a process would.
 */
export function main(call: Call): void {
  const request = {...call, log: openLog(call.env)}
  const step = attempt(request)
  if (step instanceof Promise) step.then(setImmediate, (error: unknown) => fail(error, request))
  else step()
}

/**
 * What a host calls that has verified a package and keeps it open: starts it by this code. The process is replaced, or
 * stays until the application is over; the number is the exit code when there is nothing to wait for.
 */
export async function start(call: Omit<Call, 'mayStayHere'>): Promise<number> {
  const {FLAVOR_LAUNCHER_CLI: _, ...env} = call.env
  const request = {...call, env, log: openLog(env), mayStayHere: false}
  try {
    const step = await launch(request)
    step()
    return await new Promise<number>(() => {})
  } catch (error) {
    return explain(error, request)
  }
}

function attempt(request: Request): LastStep | Promise<LastStep> {
  try {
    return launch(request)
  } catch (error) {
    return fail(error, request)
  }
}

function fail(error: unknown, request: Request): never {
  process.exit(explain(error, request))
}
