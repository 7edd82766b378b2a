/**
 * A command line cut into words as a POSIX shell would, without doing anything else that a shell does: single quotes
 * keep everything, double quotes keep all but backslash, a backslash keeps the next character. Node's launcher, Go's
 * and Rust's split by this same rule (SPEC.md, "Commands").
 */

/** Throws an Error that names the quote that is not closed. */
export function splitWords(line: string): readonly string[] {
  const words: string[] = []
  let word: string | undefined
  let quote: string | undefined
  for (let at = 0; at < line.length; at++) {
    const char = line[at] as string
    if (quote === "'") {
      if (char === quote) quote = undefined
      else word += char
    } else if (char === '\\' && at + 1 < line.length) {
      word = (word ?? '') + line[++at]
    } else if (char === quote) {
      quote = undefined
    } else if (quote === undefined && (char === "'" || char === '"')) {
      quote = char
      word ??= ''
    } else if (quote === undefined && /[ \t\r\n]/.test(char)) {
      if (word !== undefined) words.push(word)
      word = undefined
    } else {
      word = (word ?? '') + char
    }
  }
  if (quote !== undefined) throw new Error(`a ${quote === '"' ? 'double' : 'single'} quote is not closed in: ${line}`)
  if (word !== undefined) words.push(word)
  return words
}
