import {Args, Flags} from '@oclif/core'
import {FlavorCommand} from '../../command.ts'
import {inName} from '../../terminal.ts'
import {count, printable} from '../../text.ts'
import {findBase} from '../../workenv/base.ts'
import {type VerifiedWorkenv, verifyWorkenvs} from '../../workenv-verification.ts'

export default class WorkenvVerify extends FlavorCommand {
  static override args = {id: Args.string({description: 'as `workenv list` shows it; default: all'})}
  static override description =
    `Compares stamp, files and sizes with what was recorded when the work environment was made, and contents with the slots that packages share where a file is a copy of its own. A file whose content was changed without changing its size shows for certain only beside the package: name it with --package.

Exit code 3 when one is damaged and not repaired. --repair makes its next start build it anew; what is in use keeps running from what it has. With --package it is built anew at once, by the package itself, after that was verified.`
  static override examples = [
    '<%= config.bin %> workenv verify',
    '<%= config.bin %> workenv verify hello-0123456789ab --repair',
    '<%= config.bin %> workenv verify --package dist/hello --repair',
  ]
  static override flags = {
    package: Flags.string({
      char: 'p',
      description: 'the package whose work environment it is: contents are compared with it',
      helpValue: 'FILE',
    }),
    repair: Flags.boolean({description: 'have damaged ones built anew'}),
  }
  static override packageExit = 3 as const
  static override summary = 'Check work environments for damage, and mend them'

  async run(): Promise<readonly VerifiedWorkenv[]> {
    const {args, flags} = await this.parse(WorkenvVerify)
    const {package: file, repair} = flags
    const verified = await verifyWorkenvs(this.config, findBase(process.env), {id: args.id, package: file, repair})
    this.#tell(verified)
    return verified
  }

  #tell(verified: readonly VerifiedWorkenv[]): void {
    for (const one of verified) for (const line of lines(one)) this.log(printable(line))
    if (verified.length === 0) process.stderr.write('there are no work environments yet: packages make them when they start\n')
    const damaged = verified.filter(({repair, whole}) => !whole && repair === null)
    if (damaged.length === 0) return
    process.exitCode = 3
    process.stderr.write(`  ${inName('flavor workenv verify --repair has damaged ones built anew')}\n`)
  }
}

function* lines({against, changed, contents, damage, files, id, inUse, repair, whole}: VerifiedWorkenv): Generator<string> {
  const seen = `${count(files, 'file')}: sizes of all, contents of ${against === undefined ? 'none' : `${contents}, beside the ${against}`}`
  yield `${whole ? 'whole  ' : 'DAMAGED'}  ${id}  ${seen}${inUse ? ' (in use)' : ''}`
  for (const {path, problem} of damage) yield `  ${path} ${problem}`
  for (const path of changed) yield `  ${path} differs from the package, whose setup commands may have changed it`
  if (repair !== null) yield `  ${repairs[repair]}`
}

const repairs: Readonly<Record<NonNullable<VerifiedWorkenv['repair']>, string>> = {
  rebuilt: 'built anew',
  removed: 'removed: the next start builds it anew',
  unlinked: 'given up: what runs goes on in it, the next start builds a new one',
}
