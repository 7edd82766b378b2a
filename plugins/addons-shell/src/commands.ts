/** What an addon says that bash should run: a text, or a list of them. */
import type {Problem} from '@flavor/contract'

export function commandsOf(value: unknown): readonly string[] {
  return [value].flat().filter((one) => typeof one === 'string')
}

export function commandProblems(key: string, value: unknown): readonly Problem[] {
  if (value === undefined) return []
  const problem = (message: string): Problem => ({hint: 'a text for bash, or a list of them', message: `${key} ${message}`})
  const commands = [value].flat()
  if (commands.length === 0) return [problem('is empty')]
  if (!commands.every((one) => typeof one === 'string')) return [problem('is neither a text nor a list of them')]
  if (commands.some((one) => one.trim() === '')) return [problem('holds a command without words')]
  return commands.some((one) => one.includes('\0')) ? [problem('holds a character that no command line can hold')] : []
}
