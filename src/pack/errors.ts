/** What can go wrong while packing: the part of the catalogue (`src/errors.ts`) that concerns files on their way into a package. */
import {basename} from 'node:path'
import type {SlotFailure} from '@flavor/contract'
import {FlavorError, problemLines} from '../errors.ts'
import {isPackageError} from '../format/errors.ts'
import type {ManifestProblem} from '../project/plan.ts'

/** By its name, which matches wherever the slot's source begins. */
const exclude = (path: string): string =>
  `leave it out with \`exclude\` in the slot: exclude: [${JSON.stringify(basename(path).replaceAll(/[\\*?[\]{}()!+@|]/g, '\\$&'))}]`

function firstLine(thrown: unknown): string {
  const [line = ''] = (thrown instanceof Error ? thrown.message || thrown.name : String(thrown)).split('\n', 1)
  return line
}

export const packErrors = {
  archive: (archive: string, cause: unknown): FlavorError =>
    new FlavorError(`unpack ${archive}: ${firstLine(cause)}`, {
      cause,
      code: isPackageError(cause) && cause.code === 'EFLAVOR_CONFINED' ? 'EFLAVOR_CONFINED' : 'EFLAVOR_ARCHIVE',
      hints: ['unpack it yourself, look at it, and name the directory: source: DIRECTORY'],
    }),
  caseCollision: (a: string, b: string): FlavorError =>
    new FlavorError(`pack ${b}: its name differs from ${a} only in case, which some systems cannot hold`, {
      code: 'EFLAVOR_CASE_COLLISION',
      hints: ['rename one of them, or leave it out with `exclude`'],
    }),
  changed: (path: string): FlavorError =>
    new FlavorError(`pack ${path}: the file changed while it was read`, {
      code: 'EFLAVOR_SOURCE_CHANGED',
      hints: ['stop what writes to it and pack again'],
    }),
  chain: (slot: string, message: string, hints: readonly string[]): FlavorError =>
    new FlavorError(`pack slot ${slot}: ${message}`, {code: 'EFLAVOR_CHAIN', exit: 2, hints}),
  circularLink: (path: string, link: string): FlavorError =>
    new FlavorError(`pack ${path}: the symbolic link to ${link} leads in circles`, {code: 'EFLAVOR_CONFINED', hints: [exclude(path)]}),
  /** What other tools' launchers would do otherwise. */
  compat: (problems: readonly ManifestProblem[], cwd: string): FlavorError => {
    const count = problems.length === 1 ? 'one problem' : `${problems.length} problems`
    return new FlavorError([`pack with compat flavorpack: ${count}`, ...problemLines(problems, cwd)].join('\n'), {
      code: 'EFLAVOR_COMPAT',
    })
  },
  download: (url: string, reason: string): FlavorError =>
    new FlavorError(`download ${url}: ${reason}`, {
      code: 'EFLAVOR_DOWNLOAD',
      hints: ['download it by other means, and name the file: source: FILE'],
    }),
  escapingLink: (path: string, link: string): FlavorError =>
    new FlavorError(`pack ${path}: the symbolic link to ${link} would leave the work environment`, {
      code: 'EFLAVOR_CONFINED',
      hints: ['make it relative and inside the slot, replace it by what it points to, or leave it out with `exclude`'],
    }),
  key: (what: string, reason: string, hints: readonly string[] = ['flavor keygen']): FlavorError =>
    new FlavorError(`sign with ${what}: ${reason}`, {code: 'EFLAVOR_KEY', hints}),
  keyPairMismatch: (publicKey: string): FlavorError =>
    new FlavorError(`sign: the public key in ${publicKey} does not belong to the private key`, {
      code: 'EFLAVOR_KEY',
      hints: ['leave --public-key out: it follows from the private key'],
    }),
  nameNotUtf8: (path: string): FlavorError =>
    new FlavorError(`pack ${path}: its name is not UTF-8`, {code: 'EFLAVOR_NAME', hints: ['rename it, or leave it out with `exclude`']}),
  noArchive: (path: string): FlavorError =>
    new FlavorError(`unpack ${path}: it is neither a tar nor a zip archive`, {
      code: 'EFLAVOR_ARCHIVE',
      hints: ['leave `unpack` out, and the file goes along as it is'],
    }),
  otherHash: (url: string, sha256: string): FlavorError =>
    new FlavorError(`download ${url}: it has another SHA-256 than the manifest says`, {
      code: 'EFLAVOR_DOWNLOAD_HASH',
      hints: [`where this is the file that you want: sha256: ${sha256}`],
    }),
  output: (path: string, reason: string): FlavorError =>
    new FlavorError(`write ${path}: ${reason}`, {code: 'EFLAVOR_OUTPUT', hints: ['choose another place: flavor pack --output FILE']}),
  /** A plugin's code threw; whatever it says is its own. */
  plugin: (slot: string, what: string, cause: unknown): FlavorError =>
    new FlavorError(`pack ${slot}: ${what} failed: ${firstLine(cause)}`, {
      cause,
      code: 'EFLAVOR_PLUGIN',
      hints: ['flavor capabilities shows whose plugin it is'],
    }),
  privateKey: (path: string): FlavorError =>
    new FlavorError(`pack ${path}: it holds a private key`, {code: 'EFLAVOR_PRIVATE_KEY', hints: [exclude(path)]}),
  publicKey: (path: string, reason: string): FlavorError =>
    new FlavorError(`read the public key ${path}: ${reason}`, {
      code: 'EFLAVOR_KEY',
      hints: ['it is the flavor-public.key that `flavor keygen` wrote beside the private one'],
    }),
  /** `from` and `to` stand in the statement; `where` is where the manifest names it. */
  rotation: ({from, to}: {readonly from: string; readonly to: string}, statement: string, where: string, key: string): FlavorError =>
    new FlavorError(`pack: no way leads from ${from} by ${statement} (${where}) to ${key}, the key that signs`, {
      code: 'EFLAVOR_ROTATION',
      hints: [`sign with the key that it hands over to, ${to}`, 'or take it out of `rotations`'],
    }),
  /** `where` is `slot app`; what a tool said last stands below the message. */
  slotFailure: (where: string, {output = [], problem: {hint, message}}: SlotFailure): FlavorError =>
    new FlavorError([`pack ${where}: ${message}`, ...output.map((line) => `    ${line}`)].join('\n'), {
      code: 'EFLAVOR_SLOT',
      hints: hint === undefined ? [] : [hint],
    }),
  slotProblem: (slot: string, message: string, hints: readonly string[]): FlavorError =>
    new FlavorError(`pack slot ${slot}: ${message}`, {code: 'EFLAVOR_SLOT', hints}),
  specialFile: (path: string): FlavorError =>
    new FlavorError(`pack ${path}: it is a device, socket or pipe`, {code: 'EFLAVOR_SPECIAL_FILE', hints: [exclude(path)]}),
  spoiltDownload: (file: string): FlavorError =>
    new FlavorError(`pack ${file}: it was changed after it was downloaded`, {
      code: 'EFLAVOR_DOWNLOAD_HASH',
      hints: ['flavor clean --all removes what was kept; then pack again'],
    }),
  /** `builds` are the targets that the launcher's plugin can build for. */
  target: (launcher: string, target: string, targets: readonly string[], builds: readonly string[] = []): FlavorError =>
    new FlavorError(`pack for ${target}: launcher ${launcher} has no image for it`, {
      code: 'EFLAVOR_TARGET',
      exit: 2,
      hints: [
        ...(builds.includes(target) ? [`flavor launchers build --lang ${launcher} --target ${target}`] : []),
        ...(targets.length > 0 ? [`it serves ${targets.join(', ')}`] : []),
      ],
    }),
  unreadable: (path: string, cause: unknown): FlavorError => {
    const {code, message} = cause as NodeJS.ErrnoException
    const reason = code === 'EACCES' ? 'permission denied' : code === 'ENOENT' ? 'no such file or directory' : message
    return new FlavorError(`pack ${path}: ${reason}`, {
      cause,
      code: 'EFLAVOR_SOURCE',
      hints: code === 'EACCES' ? ['make it readable, or leave it out with `exclude`'] : [],
    })
  },
} as const
