/** What the host gives addon managers, for tests of code that runs programs: it does run them; which there are is for the test to say. */
import type {ManagerContext} from '@flavor/contract'
import {managerContext as machineless} from '../../contract/src/testkit/context.ts'
import {managerContext} from '../../dist/flavour/manager-context.js'

export function contextWith(programs: readonly string[], signal: AbortSignal = new AbortController().signal): ManagerContext {
  const {note} = machineless
  return {...managerContext({credentials: machineless.credentials, signal}), has: async (program) => programs.includes(program), note}
}
