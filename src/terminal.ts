/**
 * How flavor speaks on stderr: `flavor: what went wrong`, lower case, no full stop, hints on lines of their own. Results
 * never come through here; they go to stdout. Colour follows the terminal, NO_COLOR, FORCE_COLOR and `--[no-]color`.
 */
import {styleText} from 'node:util'

type Style = 'bold' | 'cyan' | 'dim' | 'red' | 'yellow'

let name = 'flavor'
let colour: boolean | undefined
/** Is there a line that goes when something is said? */
let passing = false

/** The name that was typed, which starts every line. */
export function setName(typed: string): void {
  name = typed
}

/** What `--color` or `--no-color` said; undefined leaves it to the terminal. */
export function setColour(wanted: boolean | undefined): void {
  colour = wanted
}

export function paint(style: Style, text: string, stream: NodeJS.WriteStream = process.stderr): string {
  if (colour === false) return text
  return styleText(style, text, {stream, validateStream: colour !== true})
}

export function warn(message: string): void {
  say(`${name}: ${paint('yellow', 'warning')}: ${inName(message)}\n`)
}

/** Something worth knowing that is nothing to worry about. */
export function note(message: string): void {
  say(`${name}: ${paint('dim', 'note')}: ${inName(message)}\n`)
}

export function complain(message: string, hints: readonly string[]): void {
  const lines = [`${name}: ${paint('red', message)}`, ...hints.map((hint) => `  ${inName(hint)}`)]
  say(`${lines.join('\n')}\n`)
}

/** A line that stays until something is said, or another one takes its place; an empty one takes it away. Only on a terminal. */
export function pass(line: string): void {
  if (!process.stderr.isTTY || (line === '' && !passing)) return
  // Some terminals say that they have none.
  const columns = process.stderr.columns || 80
  const whole = line === '' ? '' : `${name}: ${line}`
  say(whole.length < columns ? whole : `${whole.slice(0, columns - 2)}…`)
  passing = line !== ''
}

function say(text: string): void {
  process.stderr.write(passing ? `\r\x1b[K${text}` : text)
  passing = false
}

/** A hint that is a command line, or ends in one, shows the name that was typed. */
export function inName(hint: string): string {
  return hint.replace(/(^|: |`|\()flavor (?=[a-z-])/g, `$1${name} `)
}
