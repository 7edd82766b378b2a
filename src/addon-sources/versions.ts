/**
 * Which of two versions is newer, whatever ecosystem they are of: parts are compared as numbers where they are numbers; a word, such as `rc1`,
 * comes before the version that it leads to.
 */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [partsOf(a), partsOf(b)]
  for (let index = 0; index < Math.max(left.length, right.length); index++) {
    const order = compareParts(left[index], right[index])
    if (order !== 0) return order
  }
  return 0
}

export function newestOf(versions: readonly string[]): string | undefined {
  return versions.toSorted(compareVersions).at(-1)
}

/** What stands behind a plus sign is the name of a build. */
function partsOf(version: string): readonly string[] {
  return (
    version
      .replace(/^v(?=\d)/, '')
      .replace(/\+.*$/, '')
      .match(/\d+|[a-z]+/gi) ?? []
  )
}

const isNumber = (part: string): boolean => /^\d/.test(part)

function compareParts(a: string | undefined, b: string | undefined): number {
  if (a === undefined || b === undefined) return a === b ? 0 : a === undefined ? -sign(b ?? '') : sign(a)
  if (isNumber(a) && isNumber(b)) return Math.sign(Number(a) - Number(b))
  if (isNumber(a) !== isNumber(b)) return isNumber(a) ? 1 : -1
  return a.localeCompare(b, 'en')
}

/** Is a version newer for one part more? `1.0.1` is, `1.0-rc1` is not, and `1.0.0` is `1.0`. */
function sign(part: string): number {
  if (isNumber(part)) return Number(part) === 0 ? 0 : 1
  return -1
}
