import {mkdirSync, writeFileSync} from 'node:fs'
import {dirname} from 'node:path'
import {Flags} from '@oclif/core'
import {FlavorCommand} from '../../command.ts'
import {toHex} from '../../format/bytes.ts'
import {findSigner, readPublicKey, type Signer} from '../../pack/signer.ts'
import {makeRotation, type RotationFile, rotationFileText} from '../../rotation-file.ts'
import {signingFlags, signingOptions} from '../../signing-flags.ts'
import {trustErrors} from '../../trust/errors.ts'
import {codeOf} from '../../unpack/system-error.ts'

export default class TrustRotate extends FlavorCommand {
  static override description =
    `Makes a statement, signed by the key that signed your packages so far, that another key signs them from now on. Name it in the manifest (rotations: [keys/rotation.json]) and sign with the new key: whoever has the old key pinned or listed accepts the new one.

Keep the statement in every later version, so that also those who skip some find the way.`
  static override examples = [
    '<%= config.bin %> trust rotate --name hello --to new/flavor-public.key --output keys/rotation.json',
    '<%= config.bin %> trust rotate --name hello --private-key old/flavor-private.key --to new/flavor-public.key > rotation.json',
  ]
  static override flags = {
    ...signingFlags,
    name: Flags.string({description: 'name of the package, as in its manifest', helpValue: 'NAME', required: true}),
    output: Flags.string({char: 'o', description: 'file to write; without it the statement is printed', helpValue: 'FILE'}),
    to: Flags.string({description: 'PEM file of the new public key', helpValue: 'PEM', required: true}),
  }
  static override strict = false
  static override summary = 'Hand the name of a package over from your old key to a new one'

  async run(): Promise<RotationFile> {
    const {flags} = await this.parse(TrustRotate)
    const to = readPublicKey(flags.to)
    const signer = await oldSigner(flags)
    if (toHex(signer.publicKey) === toHex(to)) throw trustErrors.sameKey()
    const rotation = await makeRotation(flags.name, signer, to)
    if (flags.output === undefined) this.log(rotationFileText(rotation).trimEnd())
    else {
      write(flags.output, rotationFileText(rotation))
      this.log(
        `${flags.output}: ${flags.name} goes from ${rotation.from} to ${rotation.to}\nnext: rotations: [${flags.output}] in the manifest`,
      )
    }
    return rotation
  }
}

/** A key made for the occasion, which is what signs where no other is named, is one that nobody has pinned. */
async function oldSigner(flags: Parameters<typeof signingOptions>[0]): Promise<Signer> {
  const signer = await findSigner(signingOptions(flags), process.env, process.stdin)
  if (signer.development && flags['key-seed'] === undefined) throw trustErrors.oneOffKey()
  return signer
}

function write(file: string, text: string): void {
  try {
    mkdirSync(dirname(file), {recursive: true})
    writeFileSync(file, text, {flag: 'wx'})
  } catch (error) {
    throw codeOf(error) === 'EEXIST' ? trustErrors.statementExists(file) : trustErrors.write(file, error, false)
  }
}
