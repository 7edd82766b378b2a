/** Problems in the order in which somebody reads who has to mend them. */
import type {ManifestProblem} from './plan.ts'

/** As one reads: the manifest first, then what it imports; from top to bottom. */
export function inOrder(problems: readonly ManifestProblem[], manifest: string): readonly ManifestProblem[] {
  const rank = ({at: {column = 0, file, line = 0}}: ManifestProblem) => [file === manifest ? '' : file, line, column] as const
  return problems.toSorted((a, b) => {
    const [fileA, lineA, columnA] = rank(a)
    const [fileB, lineB, columnB] = rank(b)
    return fileA < fileB ? -1 : fileA > fileB ? 1 : lineA - lineB || columnA - columnB
  })
}
