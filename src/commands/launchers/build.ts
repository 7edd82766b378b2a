import type {Problem} from '@flavor/contract'
import {Flags, type Interfaces} from '@oclif/core'
import {FlavorCommand} from '../../command.ts'
import {type Built, buildImage, buildWishes, isSatisfied} from '../../launchers/building.ts'
import {choiceFlags, offersOf, targetsOf} from '../../launchers/offers.ts'
import {inName} from '../../terminal.ts'
import {formatBytes} from '../../text.ts'

export default class LaunchersBuild extends FlavorCommand {
  static override description =
    `Builds from the sources in the launcher's plugin, which a clone of the repository has, with the toolchains that are on this machine; for each image that cannot be built it says what is missing. What is up to date stays as it is.

Exit code 1 when something failed to compile, or when something that was asked for by name could not be built.`
  static override examples = [
    '<%= config.bin %> launchers build',
    '<%= config.bin %> launchers build --lang rust --target linux-arm64',
    '<%= config.bin %> launchers build --force',
  ]
  static override flags = {...choiceFlags, force: Flags.boolean({description: 'build also what is up to date'})}
  static override aliases = ['helpers:build']
  static override strict = false
  static override summary = 'Build images of native launchers with the toolchains that are here'

  async run(): Promise<readonly Built[]> {
    const {flags} = await this.parse(LaunchersBuild)
    const naming = {launchers: flags.lang !== 'all', targets: targetsOf(flags.target)}
    const wishes = buildWishes(await offersOf(this.config as Interfaces.Config, flags.lang), naming)
    const results: Built[] = []
    for (const wish of wishes) {
      process.stderr.write(`${wish.launcher.id} ${wish.target} …\n`)
      const built = await buildImage(wish, flags.force, (text) => process.stderr.write(`${text}\n`))
      results.push(built)
      this.log(line(built, results))
    }
    if (!isSatisfied(results, naming)) process.exitCode = 1
    return results
  }
}

const words = {built: 'built', failed: 'FAILED', fresh: 'up to date', missing: 'not built'} as const

/** A reason that some earlier result has given already is not told again. */
function line({launcher, problems, sha256, size, state, target}: Built, earlier: readonly Built[]): string {
  const head = `${launcher.padEnd(6)} ${target.padEnd(12)} ${words[state].padEnd(10)}`
  if (size !== null && sha256 !== null) return `${head}  ${formatBytes(size)}  ${sha256}`
  const told = earlier.some((one) => one.target !== target && reason(one.problems) === reason(problems))
  return `${head}  ${told ? 'for the same reason' : reason(problems)}`
}

const reason = (problems: readonly Problem[]): string =>
  problems.map(({hint, message}) => (hint === undefined ? message : `${message}\n    ${inName(hint)}`)).join('\n  ')
