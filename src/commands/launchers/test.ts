import type {Interfaces} from '@oclif/core'
import {capabilities} from '../../capabilities.ts'
import {FlavorCommand} from '../../command.ts'
import {choiceFlags, offersOf, targetsOf} from '../../launchers/offers.ts'
import {type Trial, tryImage} from '../../launchers/trial.ts'

export default class LaunchersTest extends FlavorCommand {
  static override description =
    `Packs an application of one script behind each image and starts it twice, in an empty home: first it is unpacked, then it is there. Images for other systems are started where an emulator is on the PATH (qemu-aarch64-static, wine64); the others are named.

Exit code 1 when a start did not go as it should, or when nothing could be started. The conformance suite of the repository asks a launcher for much more.`
  static override examples = [
    '<%= config.bin %> launchers test',
    '<%= config.bin %> launchers test --lang rust,go --target linux-x64',
    '<%= config.bin %> launchers test --json',
  ]
  static override flags = choiceFlags
  static override aliases = ['helpers:test']
  static override strict = false
  static override summary = 'Start every image that can run here, cold and warm'

  async run(): Promise<readonly Trial[]> {
    const {flags} = await this.parse(LaunchersTest)
    const targets = targetsOf(flags.target)
    const options = {capabilities: capabilities(this.config), toolVersion: this.config.version}
    const trials: Trial[] = []
    for (const offer of await offersOf(this.config as Interfaces.Config, flags.lang)) {
      for (const target of offer.targets.filter((one) => targets?.includes(one) ?? true)) {
        const trial = await tryImage(offer, target, options)
        trials.push(trial)
        this.log(line(trial))
      }
    }
    if (trials.length === 0) process.stderr.write('there is no such image here\n')
    if (trials.some(({state}) => state === 'failed') || !trials.some(({state}) => state === 'passed')) process.exitCode = 1
    return trials
  }
}

function line({coldMs, launcher, reason, state, target, warmMs}: Trial): string {
  const result =
    state === 'passed'
      ? `ok         cold ${coldMs} ms, warm ${warmMs} ms`
      : `${state === 'failed' ? 'FAILED' : 'not run'.padEnd(9)}  ${reason}`
  return `${launcher.padEnd(6)} ${target.padEnd(12)}  ${result}`
}
