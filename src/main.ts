/** From the name that was typed to a running oclif: one program with two names, each of which prints itself. */
import {readFile} from 'node:fs/promises'
import {userInfo} from 'node:os'
import {fileURLToPath} from 'node:url'
import {execute, settings} from '@oclif/core'
import {fenced} from './run-arguments.ts'
import {setName} from './terminal.ts'

const names = ['flavor', 'flavour'] as const

export type Name = (typeof names)[number]

const root = fileURLToPath(new URL('..', import.meta.url))

export async function main(name: Name, args: readonly string[] = process.argv.slice(2)): Promise<void> {
  // Plugins run as they were shipped; transpiling would need their development tools, and load a second copy of modules.
  settings.enableAutoTranspile = false
  setName(name)
  nameShell()
  // Whoever stops reading is not our failure; for stdout oclif sees to it.
  process.stderr.on('error', () => {})
  const pjson = JSON.parse(await readFile(`${root}package.json`, 'utf8'))
  pjson.oclif.bin = name
  pjson.oclif.binAliases = names.filter((other) => other !== name)
  await execute({args: fenced(args), loadOptions: {pjson, root}})
  await finish()
}

/** oclif looks the shell of the user up, and a user whom the system does not know (`docker run --user 1234`) has none. */
function nameShell(): void {
  try {
    if (process.env.SHELL === undefined) userInfo()
  } catch {
    process.env.SHELL = '/bin/sh'
  }
}

/** A plugin that was asked and never answered may hold the event loop open; by now there is nothing left to wait for. */
async function finish(): Promise<void> {
  for (const stream of [process.stdout, process.stderr]) await new Promise<void>((resolve) => stream.write('', () => resolve()))
  process.exit()
}
