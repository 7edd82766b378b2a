/** Where slots may appear in a work environment: inside it, on nobody else's place, and not on flavor's own. */
import {targetPath} from '../format/metadata.ts'

/** What else lives at the top of a work environment (design: `metadata.json`, session files, the application's data). */
const reserved = /^(?:tmp|data|metadata\.json|\.flavor.*)$/i

export interface Occupied {
  readonly id: string
  readonly target: string
  readonly kind: 'directory' | 'file'
}

/** `{workenv}/app/`, `app`, `./app` → `app`; `{workenv}`, `.`, `` → ``. */
export function plainTarget(target: string): string {
  const path = targetPath(target).replace(/^(?:\.\/+)+/, '')
  return path === '.' ? '' : path
}

/** What is wrong with a target (as `plainTarget` gives it), or undefined. */
export function targetProblem(target: string): string | undefined {
  const steps = target.split('/')
  if (target.includes('\\')) return 'is written with /, not with a backslash'
  if (target.startsWith('/') || /^[A-Za-z]:/.test(target)) return 'must be relative to the work environment'
  if (steps.includes('..')) return 'must not leave the work environment'
  if (target !== '' && (steps.includes('') || steps.includes('.'))) return 'must be a plain path: no empty step, no .'
  if (isReserved(steps[0] ?? '')) return `must not begin with ${steps[0]}: flavor itself uses it in each work environment`
  return undefined
}

/** Is a name at the top of a work environment flavor's own? */
export function isReserved(name: string): boolean {
  return reserved.test(name)
}

/**
 * The first of `earlier` that cannot stand beside `slot`: two slots need different targets, and nothing can be inside a
 * file. Directories may contain each other, and several may be unpacked at the root. Case is ignored, as some systems do.
 */
export function conflictingTarget(slot: Occupied, earlier: readonly Occupied[]): Occupied | undefined {
  return earlier.find((other) => {
    const [a, b] = [slot.target.toLowerCase(), other.target.toLowerCase()]
    if (a === b) return a !== '' || slot.kind === 'file' || other.kind === 'file'
    return (other.kind === 'file' && a.startsWith(`${b}/`)) || (slot.kind === 'file' && b.startsWith(`${a}/`))
  })
}
