import {writeFile} from 'node:fs/promises'
import {basename, resolve} from 'node:path'
import {Flags} from '@oclif/core'
import {FlavorCommand} from '../command.ts'
import {manifestExists} from '../errors.ts'
import {lookForManifest} from '../project/find.ts'
import {type ProjectKind, projectKinds, type Starter, starterFor} from '../project/starter.ts'
import {note} from '../terminal.ts'

interface Init {
  /** Absolute. */
  readonly file: string
  readonly kind: ProjectKind
  /** Command lines to type next. */
  readonly next: readonly string[]
}

export default class InitCommand extends FlavorCommand {
  static override description =
    `Looks for a Node or Python project, pages, or a program (Cargo, Go, an executable file), and writes a manifest for it, with comments.

Never replaces a manifest unless told so.`
  static override examples = ['<%= config.bin %> init', '<%= config.bin %> init --force --kind python']
  static override flags = {
    force: Flags.boolean({description: 'replace a manifest that is already there'}),
    kind: Flags.string({description: 'of several kinds of project in one directory, the one that is meant', options: [...projectKinds]}),
  }
  static override strict = false
  static override summary = 'Write a flavor.yaml for the project in this directory'

  async run(): Promise<Init> {
    const {flags} = await this.parse(InitCommand)
    const directory = process.cwd()
    const file = resolve('flavor.yaml')
    if (!flags.force) await refuseSecond(directory)
    const starter = await starterFor(directory, flags.kind as ProjectKind | undefined)
    await write(file, starter.text, flags.force)
    const next = starter.next.map((line) => line.replace(/^flavor /, `${this.config.bin} `))
    if (starter.others.length > 0)
      note(`${starter.others.join(' or ')} would do, too: flavor init --force --kind ${projectKinds.join('|')}`)
    this.log(`${said(starter)}\nnext: ${next.join(' && ')}`)
    return {file, kind: starter.kind, next}
  }
}

const names: Readonly<Record<ProjectKind, string>> = {
  binary: 'a program',
  generic: 'no kind of project that it knows: change what it says',
  node: 'a Node project',
  python: 'a Python project',
  static: 'pages',
}

function said({kind, sign}: Starter): string {
  return `wrote flavor.yaml for ${names[kind]}${kind === 'generic' ? '' : ` (${sign})`}`
}

/** Also of another name: two manifests would be one too many. One that is broken says so itself. */
async function refuseSecond(directory: string): Promise<void> {
  const found = await lookForManifest({cwd: directory, manifest: directory})
  if (found) throw manifestExists(basename(found.file))
}

async function write(file: string, text: string, force: boolean): Promise<void> {
  try {
    await writeFile(file, text, {flag: force ? 'w' : 'wx'})
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') throw manifestExists(basename(file))
    throw error
  }
}
