/** Composer, run where nothing of a project is at stake: no scripts, no plugins, no questions. */
import type {ManagerContext, ProgramResult} from '@flavor/contract'

const usual = ['--no-scripts', '--no-plugins', '--no-interaction', '--no-ansi']

/** What it says to people is on stderr. */
export async function composer(args: readonly string[], cwd: string, {run}: ManagerContext): Promise<ProgramResult> {
  return await run(['composer', ...usual, ...args], {cwd, env: {COMPOSER: undefined}})
}

/** Without the boxes that Composer draws around errors, and without its synopsis. */
export function lastWords(stderr: string): readonly string[] {
  const lines = stderr.split('\n').map((line) => line.trim())
  return lines
    .filter((line) => line !== '' && !/^(?:In \w+\.php line \d+:|[\w-]+ \[.*|Composer is operating|Creating a ")/.test(line))
    .slice(-10)
}
