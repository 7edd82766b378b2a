/** What npm says, which runs as the user has set it up: registry, proxy and credentials are its own business. */
export interface Report {
  readonly code: string
  readonly summary: string
}

/** What `--json` makes npm say when it fails. */
export function reportIn(stdout: string): Report | undefined {
  try {
    const {code = '', summary = ''} = JSON.parse(stdout.slice(stdout.indexOf('{'))).error
    return {code: String(code), summary: withoutPasswords(String(summary).split('\n', 1)[0]?.replace(/\.$/, '') ?? '')}
  } catch {
    return undefined
  }
}

/** Of what npm prints: where its log is, where in its own code it was, and an error of Node's with all its properties. */
const chatter = /^\s*$|^A complete log of|^(?:code|errno|syscall) |^ {2,}(?:at |\w+: )|^[{}]$|^\d+\s*$/

/** The last lines that say something, once each, and not what `told` says. */
export function said(stderr: string, told: string): readonly string[] {
  const words = stderr.split(/\r?\n/).flatMap((line) => /^npm (?:error|ERR!) ?(.*)$/.exec(line)?.[1] ?? [])
  const lines = words.filter((line) => !chatter.test(line)).map((line) => withoutPasswords(line).slice(0, 300))
  return [...new Set(lines)].filter((line) => !told.startsWith(line.replace(/\.$/, ''))).slice(-10)
}

/** Addresses may hold some. */
function withoutPasswords(text: string): string {
  return text.replaceAll(/(:\/\/)[^\s/@]+@/g, '$1…@')
}
