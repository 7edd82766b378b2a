/** The word of `known` that somebody who typed `word` most likely meant, or undefined when none is near. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  const wanted = word.toLowerCase()
  const [best] = known
    .map((candidate) => ({candidate, distance: distance(wanted, candidate.toLowerCase())}))
    .filter(({candidate, distance}) => distance <= Math.max(1, Math.floor(Math.max(candidate.length, word.length) / 3)))
    .sort((a, b) => a.distance - b.distance)
  return best?.candidate
}

/** Edits (insert, drop, replace, swap of neighbours) that lead from one word to the other. */
function distance(from: string, to: string): number {
  let before: number[] = []
  let row = Array.from({length: to.length + 1}, (_, index) => index)
  for (let i = 1; i <= from.length; i++) {
    const next = [i]
    for (let j = 1; j <= to.length; j++) {
      const replaced = at(row, j - 1) + (from[i - 1] === to[j - 1] ? 0 : 1)
      const swapped = i > 1 && j > 1 && from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1] ? at(before, j - 2) + 1 : Infinity
      next[j] = Math.min(at(row, j) + 1, at(next, j - 1) + 1, replaced, swapped)
    }
    before = row
    row = next
  }
  return at(row, to.length)
}

function at(row: readonly number[], index: number): number {
  return row[index] ?? Infinity
}
