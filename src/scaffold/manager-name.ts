/** What a new addon manager is called, and what follows from it: `acme/fam-cobol` is of the stack cobol, and its directory is `fam-cobol`. */
export interface ManagerName {
  /** As it was given: of an image, or of a plugin's package without its `@`. */
  readonly whole: string
  /** `acme`; undefined where there is none. */
  readonly scope: string | undefined
  /** Its last part. */
  readonly directory: string
  readonly stack: string
  readonly identifier: string
}

const part = '[a-z0-9]+(?:[._-][a-z0-9]+)*'
const form = new RegExp(`^(?:@?(${part})/)?(${part})$`)

/** Undefined for what is no name of an image. */
export function managerName(text: string): ManagerName | undefined {
  const [, scope, directory] = form.exec(text) ?? []
  const stack = directory?.replace(/^(?:plugin-)?(?:fam-|addons-)?/, '').replaceAll(/[._]/g, '-')
  if (directory === undefined || stack === undefined || !/^[a-z]/.test(stack)) return undefined
  const whole = scope === undefined ? directory : `${scope}/${directory}`
  return {directory, identifier: `${whole}:0.1`, scope, stack, whole}
}
