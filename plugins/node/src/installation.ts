/** `npm ci` in a staging directory, and what is taken out of its result so that it is the same wherever it was made. */
import {copyFileSync, readdirSync, rmSync} from 'node:fs'
import {join} from 'node:path'
import type {Application} from './application.ts'
import {NpmFailure, npm} from './npm.ts'
import {copyFiles, type OwnFiles} from './own-files.ts'
import {npmFlags, type Target} from './target.ts'

export interface Installing {
  readonly application: Application
  readonly own: OwnFiles
  readonly scripts: boolean
  readonly target: Target
  /** Install among the application's own files, not beside package.json and the lock alone. */
  readonly whole: boolean
}

/** Into an empty directory. */
export async function install({application, own, scripts, target, whole}: Installing, directory: string): Promise<void> {
  if (whole) copyFiles(own, directory)
  for (const name of application.files) copyFileSync(join(application.directory, name), join(directory, name))
  await npmCi(['ci', '--omit=dev', '--json', ...(scripts ? [] : ['--ignore-scripts']), ...npmFlags(target)], directory)
  rmSync(join(directory, '.npmrc'), {force: true})
  // npm's own note of what it has installed: it depends on how npm is set up, and nobody needs it to run.
  rmSync(join(directory, 'node_modules/.package-lock.json'), {force: true})
  if (target.os === 'win32' && target.foreign) removeProgramLinks(directory)
}

async function npmCi(words: readonly string[], directory: string): Promise<void> {
  try {
    await npm(words, directory)
  } catch (error) {
    if (!(error instanceof NpmFailure) || error.code !== 'EUSAGE') throw error
    throw new NpmFailure('its package.json and its lock file are not in sync', error.code, 'npm install --package-lock-only')
  }
}

/** Links to programs, which Windows has scripts for that only npm on Windows makes. */
function removeProgramLinks(directory: string): void {
  const found = readdirSync(directory, {recursive: true, withFileTypes: true}).filter(
    (entry) => entry.name === '.bin' && entry.parentPath.endsWith('node_modules'),
  )
  for (const {name, parentPath} of found) rmSync(join(parentPath, name), {force: true, recursive: true})
}
