/** The order that Composer keeps where `sort-packages` is on: what the platform brings first, PHP before extensions and libraries, then by name. */

const ranks: readonly (readonly [RegExp, string])[] = [
  [/^php(?:-|$)/, '0-'],
  [/^hhvm$/, '1-'],
  [/^ext-/, '2-'],
  [/^lib-/, '3-'],
  [/^[^/]+$/, '4-'],
]

export function comesBefore(one: string, other: string): boolean {
  const [a, b] = [one, other].map((name) => chunks(ranked(name)))
  return compare(a ?? [], b ?? []) < 0
}

function ranked(name: string): string {
  const rank = ranks.find(([pattern]) => pattern.test(name))
  return `${rank?.[1] ?? '5-'}${name}`
}

/** Runs of digits, which count as numbers, and what is between them. */
function chunks(text: string): readonly string[] {
  return text.match(/\d+|\D+/g) ?? []
}

function compare(a: readonly string[], b: readonly string[]): number {
  const index = a.findIndex((chunk, at) => chunk !== b[at])
  if (index === -1) return a.length - b.length
  const [one = '', other = ''] = [a[index], b[index]]
  const numbers = Number(one) - Number(other)
  if (!Number.isNaN(numbers) && numbers !== 0) return numbers
  return one < other ? -1 : 1
}
