/** What can go wrong with the addons of a project: the part of the catalogue (`src/errors.ts`) that concerns `flavour`. */
import {basename} from 'node:path'
import type {Problem} from '@flavor/contract'
import {FlavorError, problemLines} from '../errors.ts'
import type {ManifestProblem} from '../project/plan.ts'
import type {ValueProblem} from './values.ts'

const firstLine = (thrown: unknown): string => String(thrown instanceof Error ? thrown.message : thrown).split('\n', 1)[0] ?? ''

const counted = (problems: readonly unknown[]): string => (problems.length === 1 ? 'one problem' : `${problems.length} problems`)

const inSeconds = (seconds: number): string => `${seconds} second${seconds === 1 ? '' : 's'}`

const exitOf = {SIGHUP: 129, SIGINT: 130, SIGTERM: 143} as const

const whose = ['flavor capabilities shows whose plugin it is'] as const

export const addonErrors = {
  /** A manager builds upon itself. `ids` in the order in which they lead there. */
  circle: (ids: readonly string[]): FlavorError =>
    new FlavorError(`find addon manager ${ids[0]}: it builds upon itself: ${ids.join(', ')}`, {code: 'EFLAVOR_PLUGIN', hints: whose}),
  config: (problems: readonly ValueProblem[]): FlavorError => {
    const lines = problems.map(({message, variable}) => `${variable}: ${message}`)
    return new FlavorError([`read the configuration: ${counted(problems)}`, ...lines].join('\n'), {
      code: 'EFLAVOR_CONFIG',
      hints: ['flavor config show lists every variable with what it may hold'],
    })
  },
  /** An addon that is installed, whose document is gone or was changed. */
  drifted: (addon: string, reason: string): FlavorError =>
    new FlavorError(`read the configuration of ${addon}: ${reason}`, {code: 'EFLAVOR_ADDON_DRIFT', hints: ['flavor status']}),
  /** What a manager says is at fault, and the last lines of the tool that gave up. */
  failure: (manager: string, {hint, message}: Problem, output: readonly string[], cause?: Error): FlavorError =>
    new FlavorError([`ask ${manager}: ${message}`, ...output.map((line) => `  ${line}`)].join('\n'), {
      cause,
      code: 'EFLAVOR_ADDON_MANAGER',
      hints: hint === undefined ? [] : [hint],
    }),
  interrupted: (signal: 'SIGHUP' | 'SIGINT' | 'SIGTERM'): FlavorError =>
    new FlavorError(`interrupted by ${signal}`, {code: 'EFLAVOR_INTERRUPTED', exit: exitOf[signal]}),
  invalid: (file: string, problems: readonly ManifestProblem[], cwd = ''): FlavorError =>
    new FlavorError([`read ${basename(file)}: ${counted(problems)}`, ...problemLines(problems, cwd)].join('\n'), {
      code: 'EFLAVOR_ADDON_FILE',
    }),
  late: (manager: string, seconds: number): FlavorError =>
    new FlavorError(`wait for ${manager}: it has not finished within ${inSeconds(seconds)}`, {
      code: 'EFLAVOR_ADDON_TIMEOUT',
      hints: ['--timeout SECONDS gives it longer', '--verbose shows what it prints'],
    }),
  managerConflict: (word: string, claims: readonly string[]): FlavorError =>
    new FlavorError(`find addon manager ${word}: ${claims.join(' and ')} are in conflict`, {
      code: 'EFLAVOR_CAPABILITY_CONFLICT',
      hints: [`name one in full: ${claims.map((claim) => `--addonmanager ${claim}`).join(' or ')}`],
    }),
  namesAndPackages: (): FlavorError =>
    new FlavorError('read the command line: several names and packages at once do not say which belongs to which', {
      code: 'EFLAVOR_USAGE',
      exit: 2,
      hints: ['give names, or --package for each document, in a command of their own'],
    }),
  noAssignment: (word: string): FlavorError =>
    new FlavorError(`read ${JSON.stringify(word)}: it is not VARIABLE=VALUE`, {
      code: 'EFLAVOR_USAGE',
      exit: 2,
      hints: ['flavor config set VARIABLE=VALUE', 'flavor config unset VARIABLE'],
    }),
  noImage: (manager: string): FlavorError =>
    new FlavorError(`work in place with ${manager}: it is no image, and never touches the project itself`, {
      code: 'EFLAVOR_USAGE',
      exit: 2,
      hints: ['leave --in-place out'],
    }),
  /** Nobody answers to the word, and there is no plugin that runs images. `install` is the plugin that would. */
  noManager: (word: string, install: string | undefined, available: readonly string[]): FlavorError =>
    new FlavorError(`find addon manager ${word}: no plugin offers it, and none that runs images is installed`, {
      code: 'EFLAVOR_CAPABILITY_MISSING',
      hints: [
        ...(install === undefined ? [] : [`flavor plugins install ${install}`]),
        'flavor plugins install addons-docker, to run it as an image',
        ...(available.length === 0 ? [] : [`available: ${available.join(', ')}`]),
      ],
    }),
  nothing: (command: string): FlavorError =>
    new FlavorError(`${command}: no addon is named`, {
      code: 'EFLAVOR_USAGE',
      exit: 2,
      hints: [`flavor ${command} NAMESPACE/NAME:VERSION`, `flavor ${command} --package FILE --addonmanager MANAGER`],
    }),
  /** One document does not say what another version of it would be, and two have to be of one addon. */
  noOtherVersion: (): FlavorError =>
    new FlavorError('try the manager with two versions of an addon: these are not', {
      code: 'EFLAVOR_USAGE',
      exit: 2,
      hints: ['give both: --package one.flavour --package other.flavour, of one name and two versions'],
    }),
  noFile: (file: string): FlavorError => new FlavorError(`read ${file}: it is no file`, {code: 'EFLAVOR_ADDON_FILE'}),
  noProject: (cwd: string): FlavorError =>
    new FlavorError(`find the project: there is no app.flavour in ${cwd}, nor above it`, {
      code: 'EFLAVOR_PROJECT',
      hints: ["in the project's directory: echo 'spec: 0.1' > app.flavour"],
    }),
  noSample: (manager: string): FlavorError =>
    new FlavorError(`try ${manager}: it accepts no addon that flavour can make up`, {
      code: 'EFLAVOR_USAGE',
      exit: 2,
      hints: ['give one that it accepts: --package addon.flavour'],
    }),
  /** Neither the addon nor its source says what it is for. */
  noStack: (addon: string, available: readonly string[]): FlavorError =>
    new FlavorError(`choose an addon manager for ${addon}: nothing says which stack it is for`, {
      code: 'EFLAVOR_ADDON_STACK',
      exit: 2,
      hints: [`--addonmanager STACK, an identifier or an image; available: ${available.join(', ')}`],
    }),
  /** `meant` is the nearest name that is there. */
  notInstalled: (addon: string, meant: string | undefined): FlavorError =>
    new FlavorError(`remove ${addon}: app.flavour does not list it`, {
      code: 'EFLAVOR_ADDON_NOT_INSTALLED',
      hints: [meant === undefined ? 'flavor list' : `did you mean ${meant}?`],
    }),
  notInPlace: (step: string): FlavorError =>
    new FlavorError(`work in place: the plan of an image has a step ${step}`, {code: 'EFLAVOR_PLUGIN', hints: whose}),
  otherName: (file: string, addon: string, wanted: string): FlavorError =>
    new FlavorError(`read ${file}: it is the addon ${addon}, and not ${wanted}`, {
      code: 'EFLAVOR_ADDON_NAME',
      hints: ['leave the name out, or the package'],
    }),
  outside: (path: string): FlavorError =>
    new FlavorError(`look at ${JSON.stringify(path)}: an addon manager is shown what is inside the project, by plain relative paths`, {
      code: 'EFLAVOR_CONFINED',
      hints: ['flavor capabilities shows whose plugin it is'],
    }),
  plugin: (manager: string, cause: unknown): FlavorError =>
    new FlavorError(`ask ${manager}: the addon manager failed: ${firstLine(cause)}`, {cause, code: 'EFLAVOR_PLUGIN', hints: whose}),
  preferences: (problems: readonly ManifestProblem[], cwd: string): FlavorError =>
    new FlavorError([`read the configuration of flavour: ${counted(problems)}`, ...problemLines(problems, cwd)].join('\n'), {
      code: 'EFLAVOR_PREFERENCES',
    }),
  /** Where an addon came from there is another one now. */
  renamed: (addon: string, from: string, found: string): FlavorError =>
    new FlavorError(`find ${addon} where it came from: ${from} is the addon ${found} now`, {
      code: 'EFLAVOR_ADDON_NAME',
      hints: [`flavor remove ${addon}, then add it from where it is now`],
    }),
  /** What its manager says against an addon. */
  refused: (addon: string, manager: string, problems: readonly Problem[]): FlavorError => {
    const lines = problems.flatMap(({hint, message}) => [`  ${message}`, ...(hint === undefined ? [] : [`    ${hint}`])])
    return new FlavorError([`check ${addon}: it is no addon for ${manager}`, ...lines].join('\n'), {
      code: 'EFLAVOR_ADDON_INVALID',
      hints: ['--no-check leaves the check out'],
    })
  },
  /** Values that cannot be kept; nothing was. */
  values: (problems: readonly (ValueProblem & {readonly hint?: string | undefined})[]): FlavorError => {
    const lines = problems.flatMap(({hint, message, variable}) => [
      `${variable}: ${message}`,
      ...(hint === undefined ? [] : [`    ${hint}`]),
    ])
    return new FlavorError([`change the configuration: ${counted(problems)}`, ...lines].join('\n'), {
      code: 'EFLAVOR_CONFIG',
      hints: ['flavor config show lists every variable with what it may hold'],
    })
  },
  /** Several plugins do the same, and no word of the command line chooses one of them. */
  pluginConflict: (attempt: string, claims: readonly string[], plugins: readonly string[]): FlavorError =>
    new FlavorError(`${attempt}: ${claims.join(' and ')} are in conflict`, {
      code: 'EFLAVOR_CAPABILITY_CONFLICT',
      hints: [`leave one out: ${plugins.map((plugin) => `FLAVOR_DISABLE_PLUGINS=${plugin}`).join(' or ')}`],
    }),
  /** What was installed cannot be told from what is there, so nobody knows what to remove. */
  unknownDocument: (addon: string, file: string, reason: string): FlavorError =>
    new FlavorError(`remove ${addon}: ${file} ${reason}`, {
      code: 'EFLAVOR_ADDON_DRIFT',
      hints: ['flavor status', 'flavor remove --package FILE|URL, of the addon.flavour that was installed'],
    }),
  unspeakable: (variable: string, format: string): FlavorError =>
    new FlavorError(`write ${variable} as ${format}: it cannot be said there`, {
      code: 'EFLAVOR_CONFIG',
      hints: ['flavor config env --format json'],
    }),
  unspliceable: (file: string): FlavorError =>
    new FlavorError(`change ${basename(file)}: it is written in a way that cannot be changed in place`, {
      code: 'EFLAVOR_ADDON_FILE',
      hints: ['write it as a map of lines, each entry beginning on a line of its own'],
    }),
  wholeApp: (): FlavorError =>
    new FlavorError('change app.flavour: an addon manager adds and removes entries of it, and never writes it whole', {
      code: 'EFLAVOR_PLUGIN',
      hints: ['flavor capabilities shows whose plugin it is'],
    }),
} as const
