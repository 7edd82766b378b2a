/** Tests that run this checkout as another user. Only root may, and others must be able to enter it: not where it lies below `mktemp -d`. */
import {spawnSync} from 'node:child_process'
import {join} from 'node:path'
import {repository} from './run.ts'

/** Why they cannot run here; undefined when they can. */
function obstacle(): string | undefined {
  if (process.getuid?.() !== 0) return 'needs root'
  const script = `require('node:fs').accessSync(${JSON.stringify(join(repository, 'bin/flavor.js'))})`
  const words = ['--reuid=65534', '--regid=65534', '--clear-groups', process.execPath, '-e', script]
  return spawnSync('setpriv', words, {stdio: 'ignore'}).status === 0 ? undefined : 'needs setpriv, and a checkout that others may enter'
}

let known: {readonly reason: string | undefined} | undefined

export function needsOtherUser(context: Mocha.Context): void {
  known ??= {reason: obstacle()}
  if (known.reason === undefined) return
  if (context.test) context.test.title += ` (not run: ${known.reason})`
  context.skip()
}
