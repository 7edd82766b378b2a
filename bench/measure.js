/** Runs commands in turn, A B C A B C …, each as a whole process, and gives medians of wall time and of peak memory. */
import {spawnSync} from 'node:child_process'
import {existsSync, mkdtempSync, readFileSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

const time = '/usr/bin/time'

/**
 * @param {readonly {name: string, command: readonly string[], env?: object, cwd?: string, before?: () => void}[]} subjects
 * @returns one row a subject: `{name, ms, kb}`; kb is undefined without GNU time
 */
export function measure(subjects, runs, warmups = 1) {
  const samples = subjects.map(() => [])
  for (let run = -warmups; run < runs; run++) {
    for (const [at, subject] of subjects.entries()) {
      subject.before?.()
      const sample = once(subject)
      if (run >= 0) samples[at].push(sample)
    }
  }
  return subjects.map(({name}, at) => ({
    kb: samples[at][0].kb === undefined ? undefined : median(samples[at].map(({kb}) => kb)),
    ms: median(samples[at].map(({ms}) => ms)),
    name,
  }))
}

/** The first row is what the others are compared with, unless a row names another. */
export function print(rows, notes = {}) {
  const [base] = rows
  for (const {kb, ms, name} of rows) {
    const memory = kb === undefined ? '' : `${(kb / 1024).toFixed(0).padStart(6)} MB`
    console.log(
      `${name.padEnd(44)} ${ms.toFixed(1).padStart(9)} ms ${`${(ms / base.ms).toFixed(2)}x`.padStart(8)} ${memory}  ${notes[name] ?? ''}`,
    )
  }
}

function once({command, cwd, env = {}}) {
  const directory = mkdtempSync(join(tmpdir(), 'flavor-bench-'))
  const report = join(directory, 'time')
  const [program, ...args] = existsSync(time) ? [time, '-f', '%M', '-o', report, ...command] : command
  const started = performance.now()
  const {error, status, stderr} = spawnSync(program, args, {cwd, env: {...process.env, ...env}, stdio: ['ignore', 'ignore', 'pipe']})
  const ms = performance.now() - started
  const kb = existsSync(report) ? Number(readFileSync(report, 'utf8').trim().split('\n').at(-1)) : undefined
  rmSync(directory, {recursive: true})
  if (error) throw error
  if (status !== 0) throw new Error(`${command.join(' ')} ended with ${status}: ${stderr}`)
  return {kb, ms}
}

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)]
}
