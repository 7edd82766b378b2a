/** What the system refused, as an error of the catalogue: a full disk is told apart, because its remedy is another one. */
import {constants} from 'node:os'
import {PackageError} from '../format/errors.ts'

const reasons: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EDQUOT: 'the disk quota is used up',
  EEXIST: 'something of that name exists',
  EISDIR: 'it is a directory',
  EMFILE: 'too many open files',
  ENAMETOOLONG: 'the name is too long for the file system',
  ENOENT: 'no such file',
  ENOSPC: 'no space left on the disk',
  ENOTDIR: 'a part of the path is no directory',
  EPERM: 'not permitted',
  EROFS: 'the file system is read-only',
}

/** A PackageError passes through unchanged. */
export function systemError(error: unknown, attempted: string): PackageError {
  if (error instanceof PackageError) return error
  const {message} = error as NodeJS.ErrnoException
  const code = codeOf(error) ?? ''
  const full = code === 'ENOSPC' || code === 'EDQUOT'
  return new PackageError(full ? 'EFLAVOR_DISK_FULL' : 'EFLAVOR_IO', `${attempted}: ${reasons[code] ?? message}`, {cause: error})
}

/** Node itself has no name for a quota that is used up. */
export function codeOf(error: unknown): string | undefined {
  const {code, errno} = (error ?? {}) as NodeJS.ErrnoException
  return errno === -constants.errno.EDQUOT ? 'EDQUOT' : code
}
