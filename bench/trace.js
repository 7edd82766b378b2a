/** What a start asks of the system before the application takes over, and the instructions that it takes; with strace and valgrind. */
import {spawnSync} from 'node:child_process'
import {readdirSync, readFileSync, rmSync} from 'node:fs'
import {join} from 'node:path'

/** In words: how many system calls up to the last `execve`, and how many bytes they read from the file of the package. */
export function asked(path, env, directory) {
  const output = join(directory, 'strace')
  const {error} = spawnSync('strace', ['-f', '-y', '-o', output, path], {env, stdio: 'ignore'})
  if (error) return 'system calls not counted: strace is not installed'
  const lines = readFileSync(output, 'utf8').split('\n')
  const end = lines.findLastIndex((line) => /\bexecve\(/.test(line))
  const own = lines.slice(1, end).filter((line) => /^\d+ +\w+\(/.test(line))
  const reads = own.filter((line) => /^\d+ +p?read(v|64)?\(/.test(line) && line.includes(`<${path}>`))
  const bytes = reads.reduce((sum, line) => sum + Number(/= (\d+)$/.exec(line)?.[1] ?? 0), 0)
  return `${own.length} system calls, ${bytes} bytes of the package read`
}

/** Blocks of code between two notes of callgrind; what follows the last one, before `execve`, is not seen. */
const interval = 1000

export function instructions(path, env, directory) {
  const output = join(directory, 'callgrind')
  const words = ['-q', '--tool=callgrind', `--dump-every-bb=${interval}`, `--callgrind-out-file=${output}`, path]
  const {error} = spawnSync('valgrind', words, {env, stdio: 'ignore'})
  if (error) return 'instructions not counted: valgrind is not installed'
  const notes = readdirSync(directory).filter((name) => /^callgrind\.\d+/.test(name))
  const total = notes.reduce((sum, name) => sum + Number(/^totals: (\d+)/m.exec(readFileSync(join(directory, name), 'utf8'))?.[1] ?? 0), 0)
  for (const name of notes) rmSync(join(directory, name))
  return `${(total / 1e6).toFixed(2)} million instructions`
}
