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
  return `${own.length} system calls, ${bytesRead(lines.slice(1, end), path)} bytes of the package read`
}

/** A call during which another thread has its turn takes two lines. */
function bytesRead(lines, path) {
  const reading = new Set()
  let bytes = 0
  for (const line of lines) {
    const [, thread, begun] = /^(\d+) +(?:p?read(?:v|64)?(\()|<\.\.\. p?read(?:v|64)? resumed>)/.exec(line) ?? []
    if (thread === undefined || (begun ? !line.includes(`<${path}>`) : !reading.delete(thread))) continue
    if (line.includes('<unfinished')) reading.add(thread)
    else bytes += Number(/= (\d+)$/.exec(line)?.[1] ?? 0)
  }
  return bytes
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
