/** The catalogue of what can be wrong with a Python project, with an addon for one, and with the tools. */
import type {AddonFailure, Problem} from '@flavor/contract'

export class Failure extends Error implements AddonFailure {
  readonly problem: Problem
  readonly output: readonly string[]

  constructor(message: string, hint: string, output: readonly string[] = []) {
    super(message)
    this.name = 'Failure'
    this.problem = {hint, message}
    this.output = output
  }
}

export const failures = {
  ambiguous: (path: string, name: string, lines: readonly number[]): Failure =>
    new Failure(
      `${path} names ${name} ${lines.length} times, in lines ${lines.join(', ')}, and none of them is the addon's`,
      `leave one of them in ${path}`,
    ),
  claimed: (requirement: string, other: string, theirs: string): Failure =>
    new Failure(`${requirement} cannot be installed: ${other} has installed ${theirs}`, `flavor remove ${other}`),
  continued: (path: string, line: number): Failure =>
    new Failure(`${path}:${line} ends with \\, and nothing follows that it continues with`, `take the \\ out of line ${line}`),
  dynamic: (path: string, line: number): Failure =>
    new Failure(
      `${path}:${line} says that dependencies are dynamic, and there is no requirements.txt to put them into`,
      'touch requirements.txt, or write dependencies = [] and leave them out of dynamic',
    ),
  elsewhere: (path: string, line: number, name: string): Failure =>
    new Failure(
      `${path}:${line} lists ${name} already, and no addon has put it there`,
      `take line ${line} out of ${path}, then add the addon again`,
    ),
  encoding: (path: string): Failure => new Failure(`${path} is not UTF-8`, `iconv -t UTF-8 ${path}, or save it as UTF-8 in an editor`),
  hashed: (path: string, line: number, requirement: string): Failure =>
    new Failure(
      `${path}:${line} has a hash, so pip wants one of every package there`,
      `put ${requirement} into the file that ${path} is compiled from, and take the hashes out of ${path} if there is none`,
    ),
  name: (name: string): Failure => new Failure(`${shown(name)} is no name of a Python package`, 'such as: pypi/django:5.2'),
  noFile: (path: string): Failure => new Failure(`${path} is no file`, `mv ${path} ${path}.old`),
  noPip: (python: boolean): Failure =>
    new Failure(
      python
        ? 'addons of PyPI are found by pip, which this Python does not have'
        : 'addons of PyPI are found by pip, and there is neither python3 nor uv on PATH',
      python ? 'python3 -m ensurepip --upgrade' : 'install Python 3 with pip, or uv',
    ),
  noProject: (path: string): Failure =>
    new Failure(
      `${path} has no [project] table, and there is no requirements.txt`,
      'touch requirements.txt, or add a [project] table with name and version',
    ),
  options: (path: string, line: number, name: string): Failure =>
    new Failure(`${path}:${line} was changed by hand: ${name} has options there`, `take line ${line} out of ${path}`),
  poetry: (path: string, requirement: string): Failure =>
    new Failure(
      `${path} lists its dependencies in [tool.poetry], which is Poetry's own, and there is no requirements.txt`,
      `poetry add '${requirement}'`,
    ),
  requirement: (problem: Problem): Failure => new Failure(problem.message, problem.hint ?? ''),
  shape: (path: string, place: string, expectation: string): Failure =>
    new Failure(`${path}:${place} ${expectation}`, `write it as lines of their own: [project] and dependencies = ["…"]`),
  syntax: (path: string, place: string, reason: string): Failure =>
    new Failure(`${path}:${place} is not TOML: ${reason}`, `correct line ${place.split(':')[0]} of ${path}`),
  tool: (command: string, requirement: string, output: readonly string[]): Failure =>
    new Failure(`${command} of ${requirement} failed`, `python3 -m pip download --no-deps ${requirement}`, output),
  unreachable: (requirement: string, output: readonly string[]): Failure =>
    new Failure(`pip cannot ask its index for ${requirement}`, 'python3 -m pip config list shows which index that is', output),
  version: (version: string): Failure => new Failure(`${shown(version)} is no version of a Python package`, 'such as: pypi/django:5.2'),
  wheel: (title: string, reason: string): Failure =>
    new Failure(`the wheel of ${title} cannot be read for an addon.flavour: ${reason}`, `python3 -m pip download --no-deps ${title}`),
} as const

/** As much of a word as fits a line. */
export function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? ''
  return text.length > 80 ? `${text.slice(0, 80)} …` : text
}
