/**
 * The base of every command of flavor. It promises: results on stdout and everything else on stderr; `--json` on every
 * command, whose result is what `run` returns, or `{error: {code, message, hints}}`; exit codes 0 done, 1 failed,
 * 2 misused, 3 a package did not verify; never a dump of internals. `FLAVOR_DEBUG=1` adds the stack of an error.
 */
import {Command, Flags, type Interfaces, ux} from '@oclif/core'
import type {ExitCode} from './errors.ts'
import {markUsage, report} from './report.ts'
import {complain, setColour, setName} from './terminal.ts'

export abstract class FlavorCommand extends Command {
  // Without the declaration oclif's parser refuses `--no-color`, which its help and its colours honour.
  static override baseFlags: Interfaces.FlagInput = {
    color: Flags.boolean({allowNo: true, hidden: true, helpGroup: 'GLOBAL'}),
  }
  static override enableJsonFlag = true

  /** Exit code for an error of the package itself; commands whose business is to verify set 3. */
  static packageExit: ExitCode = 1

  override async init(): Promise<void> {
    setName(this.config.bin)
    setColour(colourFlag(this.argv))
    await super.init()
  }

  override async parse<
    F extends Interfaces.OutputFlags<Interfaces.FlagInput>,
    B extends Interfaces.OutputFlags<Interfaces.FlagInput>,
    A extends Interfaces.OutputArgs<Interfaces.ArgInput>,
  >(options?: Interfaces.Input<F, B, A>, argv?: string[]): Promise<Interfaces.ParserOutput<F, B, A>> {
    // Where a strict command has no arguments, oclif takes `pack extra` for the name of a command that it does not know.
    // So those call themselves lax, and the word too many is found here.
    const {baseFlags, enableJsonFlag} = this.ctor
    try {
      return await super.parse({baseFlags: baseFlags as Interfaces.FlagInput<B>, enableJsonFlag, ...options, strict: true}, argv)
    } catch (error) {
      markUsage(error)
      throw error
    }
  }

  // Nothing is thrown on: oclif's own handler would print the error once more, and end the process before stdout is read.
  override async catch(error: unknown): Promise<void> {
    ux.action.stop('failed')
    if (isExit(error)) {
      process.exitCode = error.oclif.exit
      return
    }
    const {packageExit} = this.ctor as typeof FlavorCommand
    const {code, exit, hints, message, stack} = report(error, {command: (this.id ?? '').replaceAll(':', ' '), packageExit})
    process.exitCode = exit
    if (this.jsonEnabled()) this.logJson({error: {code, hints, message}})
    else complain(message, hints)
    if (this.config.scopedEnvVarTrue('DEBUG') && stack !== undefined) process.stderr.write(`${stack}\n`)
  }
}

/** What the command line says of colour, as far as it is ours: behind `--` begins somebody else's. */
function colourFlag(argv: readonly string[]): boolean | undefined {
  const end = argv.indexOf('--')
  const own = end === -1 ? argv : argv.slice(0, end)
  if (own.includes('--no-color')) return false
  return own.includes('--color') ? true : undefined
}

const isExit = (error: unknown): error is Error & {readonly oclif: {readonly exit: number}} =>
  error instanceof Error && 'code' in error && error.code === 'EEXIT' && 'oclif' in error
