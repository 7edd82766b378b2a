/** Everything that says whom this machine trusts, for people: each key, pin and setting with the place where it stands. */
import {PackageError} from './format/errors.ts'
import {type Pin, pinFiles, readPin} from './trust/pins.ts'
import {type PolicyPlaces, readSettingsFile, type Setting} from './trust/policy.ts'
import {readTrustedKeys, type TrustedKey} from './trust/trusted-keys.ts'

export interface TrustInventory {
  /** Of the system, then of the user. */
  readonly keys: readonly TrustedKey[]
  readonly pins: readonly Pin[]
  readonly settings: readonly Setting[]
  /** Files for which every start is refused. */
  readonly problems: readonly {readonly message: string; readonly hint: string | undefined}[]
}

export function listTrust({system, user}: PolicyPlaces): TrustInventory {
  const problems: TrustInventory['problems'][number][] = []
  const readable = <T>(read: () => readonly T[]): readonly T[] => {
    try {
      return read()
    } catch (error) {
      if (!(error instanceof PackageError)) throw error
      problems.push({hint: error.hint, message: error.message})
      return []
    }
  }
  const places = [['system', system] as const, ...(user === undefined ? [] : [['user', user] as const])]
  return {
    keys: places.flatMap(([owner, place]) => readable(() => readTrustedKeys(`${place}/trusted_keys`, owner))),
    pins: user === undefined ? [] : pinFiles(user).flatMap((file) => readable(() => [readPin(file)].filter((pin) => pin !== undefined))),
    settings: places.flatMap(([owner, place]) => readable(() => readSettingsFile(`${place}/launcher.conf`, owner))),
    problems,
  }
}
