/** What can go wrong with launchers' images: the part of the catalogue (`src/errors.ts`) that `flavor launchers` raises. */
import {FlavorError} from '../errors.ts'
import {targets} from '../format/registry.ts'

const firstLine = (thrown: unknown): string => String(thrown instanceof Error ? thrown.message : thrown).split('\n', 1)[0] ?? ''

export const launcherErrors = {
  buildsNothing: (launcher: string): FlavorError =>
    new FlavorError(`build launcher ${launcher}: its plugin brings its images and builds none`, {
      code: 'EFLAVOR_LAUNCHER',
      hints: ['flavor launchers build without --lang takes those that can be built'],
    }),
  noNotices: (launcher: string): FlavorError =>
    new FlavorError(`show notices of launcher ${launcher}: its plugin brings none`, {
      code: 'EFLAVOR_LAUNCHER',
      hints: [`flavor launchers info ${launcher} shows whose plugin it is`],
    }),
  nobodyBuilds: (targetsWanted: readonly string[]): FlavorError =>
    new FlavorError(
      `build launchers${targetsWanted.length === 0 ? '' : ` for ${targetsWanted.join(', ')}`}: no launcher that is installed can be built`,
      {
        code: 'EFLAVOR_LAUNCHER',
        hints: ['flavor launchers list'],
      },
    ),
  plugin: (what: string, launcher: string, cause: unknown): FlavorError =>
    new FlavorError(`${what}: launcher ${launcher} failed: ${firstLine(cause)}`, {
      cause,
      code: 'EFLAVOR_PLUGIN',
      hints: ['flavor launchers list shows whose plugin it is'],
    }),
  target: (word: string): FlavorError =>
    new FlavorError(`find target ${word === '' ? 'without a name' : word}: there is none of that name`, {
      code: 'EFLAVOR_TARGET',
      exit: 2,
      hints: [`known: ${targets.map(({name}) => name).join(', ')}`],
    }),
} as const
