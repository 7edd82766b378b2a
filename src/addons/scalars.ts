/** What the text of a scalar stands for, where a type is wanted. */

export function parseInteger(text: string): number | undefined {
  const number = /^[+-]?\d+$/.test(text) ? Number(text) : undefined
  return Number.isSafeInteger(number) ? number : undefined
}

const words: Readonly<Record<string, boolean>> = {
  0: false,
  1: true,
  false: false,
  n: false,
  no: false,
  off: false,
  on: true,
  true: true,
  y: true,
  yes: true,
}

/** Of any case. */
export function parseBoolean(text: string): boolean | undefined {
  const word = text.toLowerCase()
  return Object.hasOwn(words, word) ? words[word] : undefined
}
