/** What the host gives an addon manager at work: an end, an ear, programs, and what it may know of this machine. */
import type {ManagerContext} from '@flavor/contract'
import {during} from '../activity.ts'
import {dockerCredentials} from '../addon-sources/docker-credentials.ts'
import {runProgram} from '../changes/program.ts'
import {programPlace} from '../changes/program-place.ts'
import {note} from '../terminal.ts'
import {printable} from '../text.ts'

export interface ManagerWishes {
  readonly signal: AbortSignal
  /** What tools print. */
  readonly output?: (text: string) => void
  readonly credentials?: ManagerContext['credentials']
}

/** More than anybody reads, of each stream; what came last is kept. */
const longest = 16 * 1024 * 1024

export function managerContext({credentials = dockerCredentials, output = () => {}, signal}: ManagerWishes): ManagerContext {
  return {
    credentials,
    has: async (program) => (await programPlace(program)) !== undefined,
    note: (message) => note(printable(message)),
    output,
    run: async (command, {cwd, env, input}) => {
      const [stderr, stdout] = [tail(), tail()]
      const heard = (text: string, stream: 'stderr' | 'stdout'): void => (stream === 'stderr' ? stderr : stdout).add(text)
      const {code} = await during(command.join(' '), () => runProgram(command, {cwd, env, heard, input, signal}))
      return {code, stderr: stderr.text(), stdout: stdout.text()}
    },
    signal,
  }
}

/** Cut seldom, since a cut copies all of it. */
function tail() {
  let all = ''
  return {
    add: (text: string): void => {
      all += text
      if (all.length > 2 * longest) all = all.slice(-longest)
    },
    text: () => all.slice(-longest),
  }
}
