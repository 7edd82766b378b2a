/** Programs of a toolchain: are they there, and what do they say. The same file in both native launchers' plugins. */
import {execFile} from 'node:child_process'

export interface ToolRun {
  /** False also when there is no such program. */
  readonly ok: boolean
  readonly stderr: string
  readonly stdout: string
}

export interface ToolOptions {
  readonly cwd: string
  readonly env?: Readonly<Record<string, string | undefined>>
}

/** Never throws: a tool that is not there is an answer too. */
export function runTool(program: string, args: readonly string[], {cwd, env = process.env}: ToolOptions): Promise<ToolRun> {
  return new Promise((resolve) => {
    const options = {cwd, encoding: 'utf8', env: env as NodeJS.ProcessEnv, maxBuffer: 2 ** 28} as const
    execFile(program, args, options, (error, stdout, stderr) => resolve({ok: error === null, stderr, stdout}))
  })
}

/** The first line that it says of its version; undefined where it is not there or does not run. */
export async function versionOf(program: string, cwd: string, word = '--version'): Promise<string | undefined> {
  const {ok, stdout} = await runTool(program, [word], {cwd})
  return ok ? stdout.split('\n', 1)[0]?.trim() : undefined
}

/** What a tool had to say before it failed. */
export function lastLines(text: string, most = 30): string {
  return text.trimEnd().split('\n').slice(-most).join('\n')
}
