/**
 * Where the words of `flavor run [FLAGS] FILE [ARGS...]` stop being flavor's own. Everything behind the file is the
 * application's, `--help` and `--json` included, so oclif must not see it as flags.
 */
const valueFlags = ['--key', '--launcher']

/** How many words, from the first behind `run`, are flavor's: up to the file, and with it. */
export function ownArguments(words: readonly string[]): number {
  const file = findFile(words)
  return file === undefined ? words.length : file + 1
}

/** The same words with `--` before the file: oclif looks for `--help` in all of them, whatever the command, but stops there. */
export function fenced([command, ...words]: readonly string[]): string[] {
  if (command === undefined) return []
  const file = command === 'run' ? findFile(words) : undefined
  if (file === undefined || words[file - 1] === '--') return [command, ...words]
  return [command, ...words.slice(0, file), '--', ...words.slice(file)]
}

function findFile(words: readonly string[]): number | undefined {
  for (let at = 0; at < words.length; at++) {
    const word = words[at] as string
    if (word === '--') return at + 1 < words.length ? at + 1 : undefined
    if (!word.startsWith('-')) return at
    if (valueFlags.includes(word)) at++
  }
  return undefined
}
