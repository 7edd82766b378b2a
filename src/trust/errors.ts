/** What can go wrong while the user changes whom this machine trusts: the part of the catalogue (`src/errors.ts`) that concerns `flavor trust`. */
import {FlavorError} from '../errors.ts'
import {systemError} from '../unpack/system-error.ts'

export const trustErrors = {
  development: (file: string, name: string): FlavorError =>
    new FlavorError(`accept ${file}: it is a development package, whose key nobody keeps`, {
      code: 'EFLAVOR_TRUST',
      hints: [`to forget the key that is known for it: flavor trust remove ${name}`],
    }),
  noHome: (): FlavorError =>
    new FlavorError('find your directory of keys: you have no home', {code: 'EFLAVOR_TRUST', hints: ['set HOME to a directory of yours']}),
  noKey: (word: string): FlavorError =>
    new FlavorError(`read the key ${word}: it is neither a key in base64 or hex nor a file`, {
      code: 'EFLAVOR_KEY',
      hints: ['flavor verify FILE shows the key of a package, flavor keygen writes flavor-public.key'],
    }),
  notOwn: (directory: string): FlavorError =>
    new FlavorError(`write below ${directory}: it belongs to somebody else, who could not change it afterwards`, {
      code: 'EFLAVOR_TRUST',
      hints: ['do it as that user, or set HOME to a directory of yours'],
    }),
  notThere: (pattern: string, file: string): FlavorError =>
    new FlavorError(`remove ${pattern}: there is no such line in ${file}, and no pin`, {
      code: 'EFLAVOR_TRUST',
      hints: ['flavor trust list'],
    }),
  oneOffKey: (): FlavorError =>
    new FlavorError('sign the statement: there is no key that anybody could know', {
      code: 'EFLAVOR_KEY',
      hints: ['add --private-key FILE or --signer COMMAND: the key that signed your packages so far'],
    }),
  pattern: (pattern: string): FlavorError =>
    new FlavorError(`add ${JSON.stringify(pattern)}: a pattern is one word that does not begin with #`, {
      code: 'EFLAVOR_USAGE',
      exit: 2,
      hints: ['? stands for one character, also for a space: flavor trust add "my?app" KEY'],
    }),
  sameKey: (): FlavorError =>
    new FlavorError('make a statement: the new key is the old one', {
      code: 'EFLAVOR_USAGE',
      exit: 2,
      hints: ['--to names the public key that signs from now on, --private-key the one that signed so far'],
    }),
  statementExists: (file: string): FlavorError =>
    new FlavorError(`write ${file}: the file exists`, {
      code: 'EFLAVOR_EXISTS',
      hints: ['choose another place: flavor trust rotate --output FILE'],
    }),
  write: (file: string, error: unknown, system: boolean): FlavorError =>
    new FlavorError(systemError(error, `write ${file}`).message, {
      cause: error,
      code: 'EFLAVOR_OUTPUT',
      hints: system ? ['the system’s keys are root’s: try again with sudo'] : [],
    }),
} as const
