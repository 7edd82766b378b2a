/** What can go wrong when the files of a project are changed: the part of the catalogue (`src/errors.ts`) that concerns `src/changes`. */
import {FlavorError} from '../errors.ts'
import {systemError} from '../unpack/system-error.ts'

const whose = 'flavor capabilities shows whose plugin it is'

/** A program that a manager wanted to have run. */
export class CommandError extends FlavorError {
  /** The last lines that it printed. */
  readonly output: readonly string[]

  constructor(message: string, output: readonly string[], hints: readonly string[]) {
    super(message, {code: 'EFLAVOR_COMMAND', hints})
    this.output = output
  }
}

export const changeErrors = {
  /** Somebody else was at work on the same file. */
  changedMeanwhile: (path: string): FlavorError =>
    new FlavorError(`change ${path}: it was changed by somebody else in the meantime; nothing is changed`, {
      code: 'EFLAVOR_CHANGED_MEANWHILE',
      hints: ['type the same command again'],
    }),
  commandFailed: (command: readonly string[], how: string, output: readonly string[]): CommandError =>
    new CommandError([`run ${command.join(' ')}: it ${how}`, ...output.map((line) => `  ${line}`)].join('\n'), output, []),
  commandMissing: (program: string): CommandError =>
    new CommandError(`run ${program}: there is no such program`, [], [`install ${program}, or put it on the PATH`]),
  copyGone: (): FlavorError =>
    new FlavorError('look at what was changed: the copy of the project is gone, which the manager was to change', {
      code: 'EFLAVOR_REFUSED',
      hints: [whose],
    }),
  delicateWord: (command: readonly string[], word: string): CommandError =>
    new CommandError(
      `run ${command.join(' ')}: it is a batch file of Windows, which cannot be given ${JSON.stringify(word)}`,
      [],
      ['leave out the characters " % ! ^ & | < > and a backslash at the end'],
    ),
  emptyCommand: (): FlavorError => new FlavorError('run a command: the plan names no program', {code: 'EFLAVOR_PLUGIN', hints: [whose]}),
  /** The directory has the name that a transaction has, and no flavour made it. */
  foreign: (path: string): FlavorError =>
    new FlavorError(`lock the project: ${path} is there, and no flavour has made it`, {
      code: 'EFLAVOR_TRANSACTION',
      hints: [`look at it, then: rm -r ${path}`],
    }),
  git: (path: string): FlavorError =>
    new FlavorError(`change ${path}: what belongs to git is not an addon's to change`, {code: 'EFLAVOR_REFUSED', hints: [whose]}),
  inTheWay: (path: string): FlavorError =>
    new FlavorError(`change ${path}: a directory is where a file should be, or a file where a directory should be`, {
      code: 'EFLAVOR_PLUGIN',
      hints: [whose],
    }),
  leadsOut: (path: string, target: string): FlavorError =>
    new FlavorError(`change ${path}: it would be a link out of the project, to ${target}`, {code: 'EFLAVOR_REFUSED', hints: [whose]}),
  mostOfProject: (removed: number, all: number): FlavorError =>
    new FlavorError(`change the project: ${removed} of its ${all} files would be removed`, {code: 'EFLAVOR_REFUSED', hints: [whose]}),
  noApp: (): FlavorError => new FlavorError('change the project: app.flavour would be removed', {code: 'EFLAVOR_REFUSED', hints: [whose]}),
  notAllowed: (command: readonly string[]): FlavorError =>
    new FlavorError(`run ${command.join(' ')}: this comes from the addon, and was not allowed`, {
      code: 'EFLAVOR_NOT_ALLOWED',
      hints: ['--allow-run allows what addons bring to run'],
    }),
  setuid: (path: string): FlavorError =>
    new FlavorError(`change ${path}: it would run with its owner's rights (setuid or setgid)`, {code: 'EFLAVOR_REFUSED', hints: [whose]}),
  special: (path: string): FlavorError =>
    new FlavorError(`change ${path}: it is neither a file, nor a directory, nor a link`, {code: 'EFLAVOR_REFUSED', hints: [whose]}),
  system: (error: unknown, attempted: string): Error => (error instanceof FlavorError ? error : systemError(error, attempted)),
  /** Neither done nor undone: what is needed to undo it is still there. */
  undoFailed: (root: string, cause: unknown): FlavorError =>
    new FlavorError(`undo the changes in ${root}: ${systemError(cause, 'it failed').message}`, {
      cause,
      code: 'EFLAVOR_TRANSACTION',
      hints: ['mend what hinders it, then type flavour status: every command that looks at the project tries again'],
    }),
  unwanted: (command: readonly string[], path: string, writes: readonly string[]): FlavorError =>
    new FlavorError(`run ${command.join(' ')}: it changed ${path}, but may only change ${writes.join(', ') || 'nothing'}`, {
      code: 'EFLAVOR_REFUSED',
      hints: [whose],
    }),
} as const
