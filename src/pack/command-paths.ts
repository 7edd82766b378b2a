/**
 * What a command names below `{workenv}` has to be there at each start, or the launcher takes the work environment for a broken one. Here is
 * said what no slot of this target brings: a path that was misspelt, or a program that this target lacks.
 */
import {posix} from 'node:path'
import type {Plan} from '../project/plan.ts'
import {isReserved} from '../project/target.ts'
import type {PreparedSlot} from './slot-content.ts'

const windowsSuffixes = ['.exe', '.cmd', '.bat', '.com']

/** One line each; none where setup commands may make what is missing. */
export function missingPaths(
  {command, commands, directories, setup}: Plan,
  slots: readonly PreparedSlot[],
  platform: string,
): readonly string[] {
  if (setup.length > 0) return []
  const brought = slots.flatMap(({entries, facts}) => [facts.target, ...entries.map(({path}) => path)])
  const there = new Set([...brought, ...directories.map(({path}) => path)].flatMap(withParents))
  const missing = (words: readonly string[], who: string): readonly string[] =>
    words.flatMap((word, index) => {
      const path = /^\{workenv\}\/(.+)$/.exec(word)?.[1]
      if (path === undefined || spellings(posix.normalize(path), index === 0, platform).some((one) => there.has(one))) return []
      return [`${who} names ${path}, which no slot brings${platform === 'any-any' ? '' : ` for ${platform}`}`]
    })
  if (commands.length === 0) return missing(command.words, 'the command')
  return commands.flatMap(({name, words}) => missing(words, `the command ${name}`))
}

/** A program's suffix may be left out on Windows, and must be there. */
function spellings(path: string, program: boolean, platform: string): readonly string[] {
  const plain = path.replace(/\/$/, '')
  if (isReserved(plain.split('/', 1)[0] ?? '') || plain.startsWith('..')) return ['.']
  return program && platform.startsWith('win32') && posix.extname(plain) === '' ? windowsSuffixes.map((suffix) => plain + suffix) : [plain]
}

function withParents(path: string): readonly string[] {
  return path === '.' || path === '' ? ['.'] : [path, ...withParents(posix.dirname(path))]
}
