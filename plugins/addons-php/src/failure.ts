/** The catalogue of what can be wrong with a PHP project, with an addon for one, and with Composer. */
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
  claimed: (requirement: string, other: string, theirs: string): Failure =>
    new Failure(`${requirement} cannot be required: ${other} has required ${theirs}`, `flavour remove ${other}`),
  download: (name: string, output: readonly string[]): Failure =>
    new Failure(`composer could not get ${name}`, 'composer diagnose', output),
  elsewhere: (place: string, name: string): Failure =>
    new Failure(
      `${place} requires ${name} already, and no addon has put it there`,
      `composer remove --no-update ${name}, then add the addon again`,
    ),
  /** Of an addon that nobody has checked. */
  install: ({hint = '', message}: Problem): Failure => new Failure(message, hint),
  newest: (name: string): Failure =>
    new Failure(
      `the newest version of ${name} cannot be found: there is no composer on this machine`,
      `name one: composer/${name}:VERSION`,
    ),
  noFile: (file: string): Failure => new Failure(`there is no ${file} in the root of the project`, 'composer init'),
  shape: (file: string, section: string): Failure =>
    new Failure(`${file}: ${section} is no object`, `write it as "${section}": {"vendor/name": "1.0"}`),
  twice: (file: string, key: string): Failure => new Failure(`${file} holds ${JSON.stringify(key)} twice`, 'keep one of them'),
} as const
