/** The key of an addon in `app.flavour`: `<name>:<version>`. */
import type {InstalledAddon} from '@flavor/contract'

type Named = Pick<InstalledAddon, 'name' | 'version'>

export function entryKey({name, version}: Named): string {
  return `${name}:${version}`
}

/** Names may hold a colon (`group:artifact`), versions seldom do: the last one separates. Undefined for what is no such key. */
export function splitKey(key: string): Named | undefined {
  const colon = key.lastIndexOf(':')
  return colon < 1 || colon === key.length - 1 ? undefined : {name: key.slice(0, colon), version: key.slice(colon + 1)}
}
