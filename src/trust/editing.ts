/**
 * Changes to `trusted_keys` by command: whole lines come and go, every other byte stays, comments included. The file is
 * replaced in one step; where it is reached through a link, the link stays.
 */
import {realpathSync, statSync} from 'node:fs'
import {dirname} from 'node:path'
import {replaceFile} from '../workenv/atomic-file.ts'
import {makeDirectory} from '../workenv/make-directory.ts'
import {trustErrors} from './errors.ts'
import {isOwn} from './pins.ts'
import {type Owner, readPolicyFile} from './policy.ts'
import {parseTrustedKeys, type TrustedKey} from './trusted-keys.ts'

export interface KeyLine {
  readonly pattern: string
  /** 64 hex digits. */
  readonly key: string
  readonly comment: string
}

/** False when the same pattern and key stand there already. Throws EFLAVOR_POLICY and FlavorError. */
export function addTrustedKey(file: string, owner: Owner, {comment, key, pattern}: KeyLine): boolean {
  if (!/^[^\s#]\S*$/.test(pattern)) throw trustErrors.pattern(pattern)
  const text = readPolicyFile(file, owner) ?? ''
  if (parseTrustedKeys(text, file).some((line) => line.pattern === pattern && line.key === key)) return false
  const words = [pattern, 'ed25519', Buffer.from(key, 'hex').toString('base64'), ...comment.split(/\s+/)].filter((word) => word !== '')
  write(file, owner, `${text}${text === '' || text.endsWith('\n') ? '' : '\n'}${words.join(' ')}\n`)
  return true
}

/** The lines that were there with exactly that pattern and, if one is given, that key. Throws EFLAVOR_POLICY and FlavorError. */
export function removeTrustedKeys(file: string, owner: Owner, pattern: string, key: string | undefined): readonly TrustedKey[] {
  const text = readPolicyFile(file, owner)
  if (text === undefined) return []
  const gone = parseTrustedKeys(text, file).filter((line) => line.pattern === pattern && (key === undefined || line.key === key))
  const numbers = new Set(gone.map(({line}) => line))
  const kept = text.split(/(?<=\n)/).filter((_, index) => !numbers.has(index + 1))
  if (gone.length > 0) write(file, owner, kept.join(''))
  return gone
}

function write(file: string, owner: Owner, text: string): void {
  if (owner === 'user' && !isOwn(dirname(file))) throw trustErrors.notOwn(dirname(file))
  try {
    const there = statSync(file, {throwIfNoEntry: false})
    makeDirectory(dirname(file), owner === 'system' ? 0o755 : 0o700)
    replaceFile(there ? realpathSync(file) : file, text, there ? there.mode & 0o755 : 0o644)
  } catch (error) {
    throw trustErrors.write(file, error, owner === 'system')
  }
}
