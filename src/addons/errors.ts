/** What can go wrong with the addons of a project: the part of the catalogue (`src/errors.ts`) that concerns `flavour`. */
import {basename} from 'node:path'
import {FlavorError, problemLines} from '../errors.ts'
import type {ManifestProblem} from '../project/plan.ts'
import type {ValueProblem} from './values.ts'

const firstLine = (thrown: unknown): string => String(thrown instanceof Error ? thrown.message : thrown).split('\n', 1)[0] ?? ''

const counted = (problems: readonly unknown[]): string => (problems.length === 1 ? 'one problem' : `${problems.length} problems`)

export const addonErrors = {
  config: (problems: readonly ValueProblem[]): FlavorError => {
    const lines = problems.map(({message, variable}) => `${variable}: ${message}`)
    return new FlavorError([`read the configuration from the environment: ${counted(problems)}`, ...lines].join('\n'), {
      code: 'EFLAVOR_CONFIG',
      hints: ['flavor config show lists every variable with what it may hold'],
    })
  },
  /** An addon that is installed, whose document is gone or was changed. */
  drifted: (addon: string, reason: string): FlavorError =>
    new FlavorError(`read the configuration of ${addon}: ${reason}`, {code: 'EFLAVOR_ADDON_DRIFT', hints: ['flavor status']}),
  invalid: (file: string, problems: readonly ManifestProblem[], cwd = ''): FlavorError =>
    new FlavorError([`read ${basename(file)}: ${counted(problems)}`, ...problemLines(problems, cwd)].join('\n'), {
      code: 'EFLAVOR_ADDON_FILE',
    }),
  managerConflict: (word: string, claims: readonly string[]): FlavorError =>
    new FlavorError(`find addon manager ${word}: ${claims.join(' and ')} are in conflict`, {
      code: 'EFLAVOR_CAPABILITY_CONFLICT',
      hints: [`name one in full: ${claims.map((claim) => `--addonmanager ${claim}`).join(' or ')}`],
    }),
  noDocker: (word: string, available: readonly string[]): FlavorError =>
    new FlavorError(`find addon manager ${word}: no plugin offers it, and Docker images are not run yet`, {
      code: 'EFLAVOR_CAPABILITY_MISSING',
      hints: available.length === 0 ? ['flavor capabilities'] : [`available: ${available.join(', ')}`],
    }),
  noProject: (cwd: string): FlavorError =>
    new FlavorError(`find the project: there is no app.flavour in ${cwd}, nor above it`, {
      code: 'EFLAVOR_PROJECT',
      hints: ["in the project's directory: echo 'spec: 0.1' > app.flavour"],
    }),
  noUrl: (url: string): FlavorError =>
    new FlavorError(`read ${url}: addons cannot be read from a URL yet`, {
      code: 'EFLAVOR_USAGE',
      exit: 2,
      hints: [`curl -fo addon.flavour ${url}`, 'flavor check --package addon.flavour'],
    }),
  outside: (path: string): FlavorError =>
    new FlavorError(`look at ${JSON.stringify(path)}: an addon manager is shown what is inside the project, by plain relative paths`, {
      code: 'EFLAVOR_CONFINED',
      hints: ['flavor capabilities shows whose plugin it is'],
    }),
  plugin: (manager: string, cause: unknown): FlavorError =>
    new FlavorError(`check with ${manager}: the addon manager failed: ${firstLine(cause)}`, {
      cause,
      code: 'EFLAVOR_PLUGIN',
      hints: ['flavor capabilities shows whose plugin it is'],
    }),
  unspeakable: (variable: string, format: string): FlavorError =>
    new FlavorError(`write ${variable} as ${format}: it cannot be said there`, {
      code: 'EFLAVOR_CONFIG',
      hints: ['flavor config env --format json'],
    }),
  unspliceable: (file: string): FlavorError =>
    new FlavorError(`change ${basename(file)}: it is written in a way that cannot be changed in place`, {
      code: 'EFLAVOR_ADDON_FILE',
      hints: ['write its addons as a map of lines, each entry beginning on a line of its own'],
    }),
  wholeApp: (): FlavorError =>
    new FlavorError('change app.flavour: an addon manager adds and removes entries of it, and never writes it whole', {
      code: 'EFLAVOR_PLUGIN',
      hints: ['flavor capabilities shows whose plugin it is'],
    }),
} as const
