import {Args, Flags} from '@oclif/core'
import {capabilities} from '../capabilities.ts'
import {FlavorCommand} from '../command.ts'
import {FlavorError} from '../errors.ts'
import {PackageError} from '../format/errors.ts'
import {openFileSource} from '../format/file-source.ts'
import {readPublicKey} from '../pack/signer.ts'
import {ownArguments} from '../run-arguments.ts'
import {verifySource} from '../verification.ts'

export default class Run extends FlavorCommand {
  static override args = {
    file: Args.string({description: 'the package', required: true}),
    args: Args.string({description: "the application's own arguments, whatever they look like", multiple: true}),
  }
  static override description =
    `Checks structure, signature, launcher, every slot and whose key it is, then starts the application with flavor's own launcher, so that not even a package whose launcher was replaced gets to run its own code first. Exit code 3 when the package does not verify; otherwise the application's.

Like any start it pins the key of a name that is new; with --key only that key counts, and nothing is pinned.`
  static override examples = [
    '<%= config.bin %> run dist/hello --shout',
    '<%= config.bin %> run --key flavor-public.key dist/hello',
    '<%= config.bin %> run dist/hello --flavor-command worker',
  ]
  static override flags = {
    key: Flags.string({description: 'PEM file of the only key whose signature counts', helpValue: 'PEM'}),
    launcher: Flags.string({default: 'node', description: "flavor's launcher to start it with", helpValue: 'ID'}),
  }
  static override packageExit = 3 as const
  static override summary = 'Verify a package from outside, then start it'
  static override usage = 'run [--key PEM] FILE [ARGS...]'

  #rest: readonly string[] = []

  /** What stands after the file belongs to the application, `--json` and `--help` included. */
  override async init(): Promise<void> {
    const end = ownArguments(this.argv)
    this.#rest = this.argv.slice(end)
    this.argv = this.argv.slice(0, end)
    await super.init()
  }

  async run(): Promise<unknown> {
    const {args, flags} = await this.parse(Run)
    const key = flags.key === undefined ? undefined : readPublicKey(flags.key)
    const source = openFileSource(args.file)
    const {checks, trust} = verifySource(source, {env: process.env, key, path: args.file, start: true})
    const failed = checks.find(({ok}) => !ok)
    if (failed) throw new PackageError(failed.code ?? 'EFLAVOR_IO', `run ${args.file}: ${failed.detail}`, failed)
    const launcher = await capabilities(this.config).launcher(flags.launcher, undefined)
    const {default: code} = await launcher.load()
    if (!code.start)
      throw new FlavorError(`run ${args.file}: launcher ${launcher.id} starts nothing from outside`, {
        code: 'EFLAVOR_LAUNCHER',
        hints: ['flavor run --launcher node FILE'],
      })
    process.exitCode = await code.start({args: this.#rest, env: process.env, fd: source.fd, path: args.file, trust})
    return undefined
  }
}
