import type {Problem, SlotFailure} from '@flavor/contract'

/** What of the input stops the making of a slot. */
export class Failure extends Error implements SlotFailure {
  readonly problem: Problem
  readonly output: readonly string[]

  constructor(message: string, hint?: string, output: readonly string[] = []) {
    super(message)
    this.name = 'Failure'
    this.problem = hint === undefined ? {message} : {hint, message}
    this.output = output
  }
}
