/** Names of paths inside a project. */

/** The directory of a transaction, in the project's root. Beside it lie, with an ending, those that are being made or removed. */
export const transactionName = '.flavour-transaction'

export function isTransaction(name: string): boolean {
  const lower = name.toLowerCase()
  return lower === transactionName || lower.startsWith(`${transactionName}.`)
}

/** Is it a path that cannot lead out of a directory, as far as its words go? */
export function isPlainPath(path: string): boolean {
  const steps = path.split('/')
  return !/[\\\0]|^[A-Za-z]:/.test(path) && !steps.some((step) => step === '' || step === '.' || step === '..')
}

/** `a/b/c` → `a`, `a/b`. */
export function ancestors(path: string): readonly string[] {
  const steps = path.split('/')
  return steps.slice(1).map((_, index) => steps.slice(0, index + 1).join('/'))
}

/** Is a path one of these, or below one? `.` is everything. */
export function isBelow(path: string, places: readonly string[]): boolean {
  return places.some((place) => place === '.' || path === place || path.startsWith(`${place}/`))
}

/** `./package.json` and `vendor/` as plain paths. */
export function plainPath(path: string): string {
  return path.replace(/^(\.\/+)+/, '').replace(/\/+$/, '') || '.'
}
