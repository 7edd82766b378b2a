/** Addons to try a manager with: made up ones of several stacks, and other versions of one that somebody gives. */
import type {AddonDeclaration, ManagerContext} from '@flavor/contract'
import {readAddon} from '../addons/addon-flavour.ts'
import type {ReadyManager} from './managers.ts'

/** In two versions. */
export type AddonPair = readonly [AddonDeclaration, AddonDeclaration]

/** Packages as Python, PHP, Gradle and Node write them; a command for a shell. */
const installs = [
  'package: sample==1.0',
  'package: acme/sample:1.0',
  'package: com.acme:sample:1.0',
  'package: sample@1.0',
  'command: echo sample >sample.txt\n  remove: rm sample.txt',
]

/** The first that the manager accepts; undefined when it accepts none. */
export async function acceptedSample(manager: ReadyManager, context: ManagerContext): Promise<AddonPair | undefined> {
  for (const install of installs) {
    const pair = withLater(Buffer.from(`spec: 0.1\nmeta:\n  name: sample\n  version: 1.0\ninstall:\n  ${install}\n`))
    if (pair !== undefined && (await manager.check(pair[0], context)).length === 0) return pair
  }
  return undefined
}

/** With a version that comes after it; undefined where a changed text would be no addon. */
export function withLater(bytes: Uint8Array): AddonPair | undefined {
  const first = declared(bytes)
  if (first === undefined) return undefined
  const lines = Buffer.from(bytes).toString('utf8').split('\n')
  const text = lines.map((line) => (/^\s*spec\s*:/.test(line) ? line : line.replaceAll(first.version, `${first.version}.1`))).join('\n')
  const later = declared(Buffer.from(text))
  return later === undefined || later.name !== first.name || later.version === first.version ? undefined : [first, later]
}

function declared(bytes: Uint8Array): AddonDeclaration | undefined {
  return readAddon('addon.flavour', bytes).addon?.declaration
}
