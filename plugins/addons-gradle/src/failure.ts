/** The catalogue of what can be wrong with a Gradle project, with an addon for one, and with Maven. */
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

export const failures = {
  broken: (file: string, reason: string): Failure => new Failure(`${file}${reason}`, `correct ${file}, then type the same again`),
  claimed: (dependency: string, other: string, theirs: string): Failure =>
    new Failure(`${dependency} cannot be used: ${other} uses ${theirs}`, `flavour remove ${other}`),
  download: (artifact: string, output: readonly string[]): Failure =>
    new Failure(`mvn could not get ${artifact}`, `mvn dependency:get -Dartifact=${artifact}`, output),
  elsewhere: (place: string, name: string): Failure =>
    new Failure(`${place} uses ${name} already, and no addon has put it there`, 'take the line out, then add the addon again'),
  /** Of an addon that nobody has checked. */
  install: ({hint = '', message}: Problem): Failure => new Failure(message, hint),
  jar: (file: string, reason: string): Failure =>
    new Failure(
      `${file} cannot be read: ${reason.replace(/\.$/, '')}`,
      'take it out of the local repository of Maven, then type the same again',
    ),
  newest: (artifact: string, word: string): Failure =>
    new Failure(`the newest version of ${artifact} cannot be found: there is no mvn on this machine`, `name one: ${word}:VERSION`),
  noFile: (files: readonly string[]): Failure => new Failure(`there is no ${files.join(' or ')} in the root of the project`, 'gradle init'),
} as const
