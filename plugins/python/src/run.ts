/**
 * Runs the tools that a build needs. They see this process' environment without what would change their result behind the
 * back of a manifest (PYTHON…, the target of pip, an active virtual environment) and without flavor's own variables, among
 * which there may be a key.
 */
import {spawn} from 'node:child_process'

export interface Finished {
  /** 127 where there is no such program. */
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

export interface RunOptions {
  readonly cwd?: string
  readonly env?: Readonly<Record<string, string>>
  readonly input?: string
}

export function run([program = '', ...args]: readonly string[], {cwd, env, input}: RunOptions = {}): Promise<Finished> {
  return new Promise((resolve) => {
    const child = spawn(program, args, {cwd, env: {...buildEnvironment(), ...env}, stdio: 'pipe'})
    const output = {stderr: '', stdout: ''}
    child.stdout.setEncoding('utf8').on('data', (text: string) => (output.stdout += text))
    child.stderr.setEncoding('utf8').on('data', (text: string) => (output.stderr += text))
    child.on('error', (error) => resolve({...output, code: 127, stderr: `${program}: ${error.message}`}))
    child.on('close', (code) => resolve({...output, code: code ?? 1}))
    child.stdin.on('error', () => {}).end(input ?? '')
  })
}

/** ZIP files, which wheels are, know no earlier time. */
const earliest = '315532800'

const misleading =
  /^(?:PYTHON.*|FLAVOR_.*|__PYVENV_LAUNCHER__|VIRTUAL_ENV.*|PIP_(?:TARGET|PREFIX|ROOT|USER|PYTHON|EDITABLE|REQUIREMENT|QUIET|VERBOSE|LOG)|UV_(?:PYTHON|SYSTEM_PYTHON|PROJECT.*|LINK_MODE|COMPILE_BYTECODE))$/

function buildEnvironment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !misleading.test(name))
  return {
    SOURCE_DATE_EPOCH: earliest,
    ...Object.fromEntries(kept),
    LC_ALL: 'C.UTF-8',
    PIP_DISABLE_PIP_VERSION_CHECK: '1',
    PIP_NO_INPUT: '1',
    PYTHONDONTWRITEBYTECODE: '1',
    PYTHONHASHSEED: '0',
  }
}
