/**
 * The entrance of the image. The head has started `node -e` with a few words of JavaScript that read this script from
 * the package; it hands over the package, open, and how it was called.
 */
import type {Request} from './checked.ts'
import {launch} from './launch.ts'
import {explain} from './report.ts'
import type {LastStep} from './start.ts'

/**
 * What the launcher itself cannot do ends in a message and an exit code. The application begins outside of that, and
 * outside of any promise, as the main module of a process would.
 */
export function main(request: Request): void {
  const step = attempt(request)
  if (step instanceof Promise) step.then(setImmediate, (error: unknown) => fail(error, request))
  else step()
}

/**
 * What a host calls that has verified a package and keeps it open: starts it by this code. The process is replaced, or
 * stays until the application is over; the number is the exit code when there is nothing to wait for.
 */
export async function start(request: Omit<Request, 'mayStayHere'>): Promise<number> {
  try {
    const {FLAVOR_LAUNCHER_CLI: _, ...env} = request.env
    const step = await launch({...request, env, mayStayHere: false})
    step()
    return await new Promise<number>(() => {})
  } catch (error) {
    return explain(error, request.path)
  }
}

function attempt(request: Request): LastStep | Promise<LastStep> {
  try {
    return launch(request)
  } catch (error) {
    return fail(error, request)
  }
}

function fail(error: unknown, {path}: Request): never {
  process.exit(explain(error, path))
}
