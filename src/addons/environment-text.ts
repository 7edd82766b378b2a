/** Variables as text that other programs read: dotenv files, JSON, and what a shell evaluates. */
import {addonErrors} from './errors.ts'

export const environmentFormats = ['dotenv', 'json', 'shell'] as const

export type EnvironmentFormat = (typeof environmentFormats)[number]

type Variables = Readonly<Record<string, string>>

/** Throws for a variable that cannot be said in the format. */
export function environmentText(variables: Variables, format: EnvironmentFormat): string {
  if (format === 'json') return `${JSON.stringify(variables, null, 2)}\n`
  const line = {dotenv: dotenvLine, shell: shellLine}[format]
  return Object.entries(variables)
    .map(([name, value]) => `${line(name, value) ?? unspeakable(name, format)}\n`)
    .join('')
}

const harmless = /^[\w./:@%+,-]*$/

/** There are no escapes that all readers of such files share, so a value stands in a kind of quotes that does not occur in it. */
function dotenvLine(name: string, value: string): string | undefined {
  if (harmless.test(value)) return `${name}=${value}`
  const quote = [`'`, '"', '`'].find((one) => !value.includes(one) && (one !== '"' || !/[\\$]/.test(value)))
  return quote === undefined || /[\r\0]/.test(value) ? undefined : `${name}=${quote}${value}${quote}`
}

function shellLine(name: string, value: string): string | undefined {
  if (!/^[A-Za-z_]\w*$/.test(name) || value.includes('\0')) return undefined
  return `export ${name}=${harmless.test(value) ? value : `'${value.replaceAll("'", `'\\''`)}'`}`
}

function unspeakable(name: string, format: EnvironmentFormat): never {
  throw addonErrors.unspeakable(name, format)
}
