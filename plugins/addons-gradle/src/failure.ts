/** What the user's project, or a tool, is at fault for: one line, what to type instead, and the last words of the tool. */
import type {AddonFailure, Problem} from '@flavor/contract'

export class Failure extends Error implements AddonFailure {
  readonly problem: Problem
  readonly output: readonly string[]

  constructor(message: string, hint: string, output: readonly string[] = []) {
    super(message)
    this.problem = {hint, message}
    this.output = output
  }
}
