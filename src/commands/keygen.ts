import {dirname} from 'node:path'
import {Flags} from '@oclif/core'
import {FlavorCommand} from '../command.ts'
import {fingerprint, publicKeyText} from '../format/keys.ts'
import {makeKeyFiles} from '../key-files.ts'
import {publisherKeyFile} from '../pack/signer.ts'

interface Keygen {
  readonly privateKey: string
  readonly publicKey: string
  readonly key: string
  readonly fingerprint: string
  /** Where the files are now that were replaced. */
  readonly kept: readonly string[]
}

export default class KeygenCommand extends FlavorCommand {
  static override description = `Ed25519, as PEM: flavor-private.key (PKCS#8) and flavor-public.key (SPKI), readable by you alone.

The private key is your name as a publisher: keep it out of the project and out of version control.`
  static override examples = [
    '<%= config.bin %> keygen',
    '<%= config.bin %> keygen --default',
    '<%= config.bin %> keygen --out-dir ~/release-keys',
  ]
  static override flags = {
    default: Flags.boolean({
      description: 'make it your publisher key, which `pack` signs with when nothing else is said',
      exclusive: ['out-dir'],
    }),
    force: Flags.boolean({description: 'also where keys are already; those are kept under other names'}),
    'out-dir': Flags.string({default: 'keys', description: 'directory for the two files', helpValue: 'DIR'}),
  }
  static override strict = false
  static override summary = 'Make a key pair to sign packages with'

  async run(): Promise<Keygen> {
    const {flags} = await this.parse(KeygenCommand)
    const directory = flags.default ? dirname(publisherKeyFile(process.env)) : flags['out-dir']
    const {kept, key, privateKey, publicKey} = makeKeyFiles(directory, flags.force)
    this.log(`${privateKey}\n${publicKey}\n${fingerprint(key)}`)
    for (const path of kept) process.stderr.write(`kept the old one: ${path}\n`)
    return {fingerprint: fingerprint(key), kept, key: publicKeyText(key), privateKey, publicKey}
  }
}
