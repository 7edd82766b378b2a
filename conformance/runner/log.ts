/**
 * Holds a log to the lines of a case. Each is a regular expression for a whole line of stderr, with the sandbox's places
 * filled in; `...` stands for any number of lines, none included, and a line after `maybe` for one that may be missing.
 */
import assert from 'node:assert/strict'

export function requireLog(lines: readonly string[], stderr: string, told: string): void {
  const found = stderr === '' ? [] : stderr.replace(/\n$/, '').split('\n')
  const {line, reached} = furthest(lines.map(wantedLine), found)
  const whole = reached === lines.length && line === found.length
  assert.ok(whole, `${told}\nwanted: ${lines[reached] ?? 'the end'}\nline ${line + 1}: ${found[line] ?? 'the end'}`)
}

interface Wanted {
  /** Undefined for `...`. */
  readonly pattern: RegExp | undefined
  readonly optional: boolean
}

function wantedLine(line: string): Wanted {
  const [, maybe = '', pattern = ''] = /^(maybe )?(.*)$/s.exec(line) ?? []
  return {optional: line === '...' || maybe !== '', pattern: line === '...' ? undefined : new RegExp(`^(?:${pattern})$`)}
}

interface Position {
  readonly reached: number
  readonly line: number
}

/** How many of the wanted lines were found, and up to which line: all of them, or the most that one way of reading it gave. */
function furthest(wanted: readonly Wanted[], found: readonly string[]): Position {
  let best: Position = {line: 0, reached: 0}
  const from = (reached: number, line: number): boolean => {
    if (reached > best.reached || (reached === best.reached && line > best.line)) best = {line, reached}
    const next = wanted[reached]
    const text = found[line]
    if (next === undefined) return text === undefined
    if (text !== undefined && (next.pattern?.test(text) ?? true) && from(next.pattern ? reached + 1 : reached, line + 1)) return true
    return next.optional && from(reached + 1, line)
  }
  from(0, 0)
  return best
}
