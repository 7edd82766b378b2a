/** Which of a launcher's images starts a package on a system. */
import type {Descriptor} from '@flavor/contract'

export const thisSystem = `${process.platform}-${process.arch}`

/** Its own image for the target, else the one that serves every Unix system; undefined when there is neither. */
export function findImageTarget({targets}: Pick<Descriptor<'launchers'>, 'targets'>, target: string): string | undefined {
  if (targets.includes(target)) return target
  return targets.includes('any-any') && !target.startsWith('win32') ? 'any-any' : undefined
}
