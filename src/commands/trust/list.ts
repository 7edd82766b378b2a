import {FlavorCommand} from '../../command.ts'
import {table} from '../../table.ts'
import {complain} from '../../terminal.ts'
import {printable} from '../../text.ts'
import {policyPlaces} from '../../trust/policy.ts'
import {listTrust, type TrustInventory} from '../../trust-inventory.ts'

export default class TrustList extends FlavorCommand {
  static override description =
    `Lines of trusted_keys, the system's before yours, then pins, which starts make on first use, then settings of launcher.conf; each with the file it stands in.

Exit code 1 when one of these files cannot be relied on: then every start that asks it is refused.`
  static override examples = ['<%= config.bin %> trust list', '<%= config.bin %> trust list --json']
  static override strict = false
  static override summary = 'List whom this machine trusts: keys, pins and settings'

  async run(): Promise<TrustInventory> {
    await this.parse(TrustList)
    const found = listTrust(policyPlaces(process.env))
    const rows = rowsOf(found)
    if (rows.length > 0) this.log(table([['', 'NAME', 'KEY', 'WHERE', ''], ...rows]))
    else if (found.problems.length === 0) process.stderr.write('nothing is known yet: starts pin the keys of packages\n')
    for (const {hint, message} of found.problems) complain(message, hint === undefined ? [] : [hint])
    if (found.problems.length > 0) process.exitCode = 1
    return found
  }
}

function rowsOf({keys, pins, settings}: TrustInventory): readonly (readonly string[])[] {
  return [
    ...keys.map(({comment, file, key, line, pattern}) => ['listed', pattern, key, `${file}:${line}`, comment]),
    ...pins.map(({file, key, name}) => ['pinned', name, key, file, '']),
    ...settings.map(({file, key, line, value}) => ['set', key, value, `${file}:${line}`, '']),
  ].map((row) => row.map(printable))
}
