/** The catalogue of what can be wrong with a Node project, with an addon for one, and with npm. */
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

const path = 'package.json'

export const failures = {
  claimed: (wanted: string, other: string, theirs: string): Failure =>
    new Failure(`${wanted} cannot be installed: ${other} has installed ${theirs}`, `flavor remove ${other}`),
  elsewhere: (name: string, section: string, range: string, line: number): Failure =>
    new Failure(
      `${path}:${line} lists ${name} already, in ${section}, as ${shown(range)}, and no addon has put it there`,
      `npm uninstall ${name}, then add the addon again`,
    ),
  encoding: (): Failure => new Failure(`${path} is not UTF-8`, `iconv -t UTF-8 ${path}, or save it as UTF-8 in an editor`),
  name: (name: string): Failure => new Failure(`${shown(name)} is no name of an npm package`, 'such as: npm/lodash:4.17.21'),
  noFile: (): Failure => new Failure(`${path} is no file`, `mv ${path} ${path}.old && npm init`),
  noNpm: (): Failure => new Failure('addons of npm are found by npm, and there is none on PATH', 'install npm; it comes with Node'),
  problem: ({hint = '', message}: Problem): Failure => new Failure(message, hint),
  shape: (place: string, key: string, expectation: string): Failure =>
    new Failure(`${path}:${place} ${key} ${expectation}`, `correct line ${place.split(':')[0]} of ${path}`),
  syntax: (place: string, reason: string): Failure =>
    new Failure(`${path}:${place} is not JSON: ${reason}`, `correct line ${place.split(':')[0]} of ${path}`),
  tarball: (title: string, reason: string): Failure =>
    new Failure(`the package ${title} cannot be read for an addon.flavour: ${reason}`, `npm pack ${title}`),
  tool: (command: string, reason: string, output: readonly string[]): Failure =>
    new Failure(`${command} failed: ${reason}`, command, output),
  version: (version: string): Failure => new Failure(`${shown(version)} is no version of an npm package`, 'such as: npm/lodash:4.17.21'),
} as const

/** As much of a word as fits a line. */
export function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? ''
  return text.length > 80 ? `${text.slice(0, 80)} …` : text
}
