import type {AddonEntry} from '../addons/app-flavour.ts'
import {FlavorCommand} from '../command.ts'
import {projectOf} from '../flavour/project.ts'
import {table} from '../table.ts'
import {printable} from '../text.ts'

type Listed = Pick<AddonEntry, 'hash' | 'manager' | 'name' | 'version'> & {
  /** Null where there are none. */
  readonly settings: unknown
}

export default class List extends FlavorCommand {
  static override description = 'In the order of app.flavour, which is looked for in this directory and above it.'
  static override examples = ['<%= config.bin %> list', '<%= config.bin %> list --json']
  static override strict = false
  static override summary = 'List the addons of the project'

  async run(): Promise<readonly Listed[]> {
    await this.parse(List)
    const {app, root} = await projectOf(process.cwd())
    const rows = app.addons.map(({hash, manager, name, version}) => [name, version, manager, hash.slice(0, 12)].map(printable))
    if (rows.length === 0) process.stderr.write(`there are no addons in ${root}\n`)
    else this.log(table([['ADDON', 'VERSION', 'MANAGER', 'HASH'], ...rows]))
    return app.addons.map(({hash, manager, name, settings, version}) => ({hash, manager, name, settings: settings ?? null, version}))
  }
}
