/** A package that a command is about: what is wrong with it is told with the command and the file. */
import {examineContent} from './format/content.ts'
import {isPackageError, PackageError} from './format/errors.ts'
import {openPackage} from './format/examination.ts'
import type {FileSource} from './format/file-source.ts'

type Opened = ReturnType<typeof openPackage>

/** `what`: `sign dist/hello`. Throws PackageError. */
export function openFor(what: string, source: FileSource, check: Parameters<typeof openPackage>[1]): Opened {
  try {
    return openPackage(source, check)
  } catch (error) {
    if (!isPackageError(error)) throw error
    const {cause, code, hint, message} = error
    throw new PackageError(code, `${what}: ${message}`, {cause, ...(hint !== undefined && {hint})})
  }
}

/** With every byte of it examined. */
export function openSoundFor(what: string, source: FileSource, check: Parameters<typeof openPackage>[1]): Opened {
  const opened = openFor(what, source, check)
  for (const {code, detail, ok} of examineContent(opened)) if (!ok) throw new PackageError(code ?? 'EFLAVOR_IO', `${what}: ${detail}`)
  return opened
}
