/** An `addon.flavour` to begin with: valid as it is, and with a word on what its author will want to change. */
import {variableOf} from '../addons/variable.ts'

/** What `install` says for managers that come with flavor, by their stack; `NAME` is a name that every ecosystem takes. */
const installs = {
  bash: 'command: touch NAME.txt # what bash runs, once the user has allowed it',
  gradle: 'package: org.example:NAME:0.1 # group:name:version',
  node: 'package: NAME@0.1.0 # name@version',
  php: 'package: example/NAME:0.1 # vendor/name:version',
  python: 'package: NAME==0.1 # name==version',
} as const

export type KnownStack = keyof typeof installs

export const knownStacks = Object.keys(installs) as readonly KnownStack[]

/** Names are keys of app.flavour, words of the command line, and parts of paths and URLs. */
export function isAddonName(name: string): boolean {
  return /^@?[\w.-]+(?:\/[\w.-]+)*$/.test(name) && !/(?:^|\/)[.-]/.test(name)
}

export function starterAddon(name: string, stack: KnownStack | undefined): string {
  const install = stack === undefined ? 'package: NAME # any keys; what they mean is up to the addon manager' : installs[stack]
  return `spec: 0.1
meta:
  name: ${/^[A-Za-z0-9]/.test(name) ? name : `'${name}'`}
  version: 0.1
install:
  ${install.replace('NAME', packageWord(name))}
config:
  debug: # a setting; programs find its value in ${variableOf(name, 'debug')}
    label: Debug
    type: scalar/boolean
    default: no
    helptext: Say more
`
}

/** Of the last part: lower case, digits and dashes. */
function packageWord(name: string): string {
  const [last = ''] = name.split('/').slice(-1)
  return (
    last
      .toLowerCase()
      .replaceAll(/[^a-z0-9]+/g, '-')
      .replaceAll(/^-|-$/g, '') || 'sample'
  )
}
