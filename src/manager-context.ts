/** What the host gives an addon manager at work: an end, an ear, and what it may know of this machine. */
import {constants} from 'node:fs'
import {access} from 'node:fs/promises'
import {delimiter, join} from 'node:path'
import type {ManagerContext} from '@flavor/contract'
import {dockerCredentials} from './addon-sources/docker-credentials.ts'
import {note} from './terminal.ts'
import {printable} from './text.ts'

export interface ManagerWishes {
  readonly signal: AbortSignal
  /** What tools print. */
  readonly output?: (text: string) => void
  readonly credentials?: ManagerContext['credentials']
}

export function managerContext({credentials = dockerCredentials, output = () => {}, signal}: ManagerWishes): ManagerContext {
  return {credentials, has: isOnPath, note: (message) => note(printable(message)), output, signal}
}

/** Windows adds endings of its own to the name. */
async function isOnPath(program: string): Promise<boolean> {
  const directories = (process.env.PATH ?? '').split(delimiter).filter((directory) => directory !== '')
  const endings = process.platform === 'win32' ? ['', ...(process.env.PATHEXT ?? '.EXE;.CMD').split(';')] : ['']
  const places = directories.flatMap((directory) => endings.map((ending) => join(directory, program + ending)))
  for (const place of places) if (await isExecutable(place)) return true
  return false
}

async function isExecutable(path: string): Promise<boolean> {
  return await access(path, constants.X_OK).then(
    () => true,
    () => false,
  )
}
