/**
 * What an installer leaves in an environment, made fit for any place: scripts find the interpreter beside them, and the
 * records of packages name neither this machine nor the time.
 */

import {createHash} from 'node:crypto'
import {chmodSync, existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync} from 'node:fs'
import {basename, dirname, join, relative, resolve} from 'node:path'
import {filesBelow} from './files.ts'

/**
 * Read by a shell these lines start python3 beside the script; read by Python they are a text that says nothing. A link to the
 * script is followed where the system has readlink.
 */
const beginning = `#!/bin/sh
''':'
self=$0
if [ -L "$self" ]; then self=$(readlink -f -- "$self"); fi
case $self in */*) here=\${self%/*} ;; *) here=. ;; esac
exec "$here/python3" "$0" "$@"
'''
`

/** The first line of a script for Python, or the three by which installers get around its limits. */
const named = /^#!(?:[^\n]*python[\w.]*["']?(?: [^\n]*)?\n|\/bin\/sh\n'''exec' [^\n]*\n' '''\n)/

/** Gives the scripts that it changed, relative to the tree. */
export function freeScripts(root: string): readonly string[] {
  const bin = join(root, 'bin')
  if (!existsSync(bin)) return []
  return filesBelow(bin).flatMap((name) => {
    const path = join(bin, name)
    const text = readFileSync(path, 'latin1')
    if (!named.test(text)) return []
    writeFileSync(
      path,
      text.replace(named, () => beginning),
      'latin1',
    )
    chmodSync(path, 0o755)
    return [join('bin', name)]
  })
}

/** Of the machine, the time or the place; nobody needs them to run. */
const telltale = new Set(['direct_url.json', 'uv_build.json', 'uv_cache.json'])

/** `changed`, relative to the tree, are files whose hashes no longer hold. */
export function cleanRecords(root: string, changed: readonly string[]): void {
  const stale = new Set(changed.map((path) => join(root, path)))
  for (const path of filesBelow(root)) {
    if (!/\.dist-info\/[^/]+$/.test(path)) continue
    if (telltale.has(basename(path))) rmSync(join(root, path))
  }
  for (const path of filesBelow(root)) if (/\.dist-info\/RECORD$/.test(path)) cleanRecord(join(root, path), stale)
}

function cleanRecord(file: string, stale: ReadonlySet<string>): void {
  const site = dirname(dirname(file))
  const lines = readFileSync(file, 'utf8').split(/\r?\n/)
  const kept = lines.flatMap((line) => {
    const [, quoted, plain = '', rest = ''] = /^(?:"((?:[^"]|"")*)"|([^,]*)),(.*)$/.exec(line) ?? []
    const path = resolve(site, quoted?.replaceAll('""', '"') ?? plain)
    if (rest === '' || path.endsWith('.pyc') || !existsSync(path)) return []
    const name = relative(site, path)
    const shown = /[",]/.test(name) ? `"${name.replaceAll('"', '""')}"` : name
    return [`${shown},${stale.has(path) ? hashed(path) : rest}`]
  })
  writeFileSync(file, `${kept.sort().join('\n')}\n`)
}

function hashed(path: string): string {
  const bytes = readFileSync(path)
  return `sha256=${createHash('sha256').update(bytes).digest('base64url')},${bytes.length}`
}

/** Of no use without a compiler, or made by the interpreter of this machine on the way. */
export function dropRest(root: string): void {
  rmSync(join(root, 'include'), {force: true, recursive: true})
  rmSync(join(root, 'share/man'), {force: true, recursive: true})
  for (const name of ['.lock', 'pyvenv.cfg']) rmSync(join(root, name), {force: true})
  if (existsSync(join(root, 'share')) && statSync(join(root, 'share')).isDirectory() && readdirSync(join(root, 'share')).length === 0)
    rmSync(join(root, 'share'), {recursive: true})
}
