/**
 * Environments that FlavorPack's launchers make as flavor's do. Both know `runtime.env`; its Go launcher ignores
 * `workenv.env`, where alone placeholders are filled in, and applies `runtime.env` to what it has already set itself
 * (pspf-2025, 4.1 and 5.8).
 */
import type {RuntimeEnvironment} from '../../format/metadata.ts'
import type {Place} from '../../project/place.ts'
import type {Plan} from '../../project/plan.ts'
import type {PreparedSlot} from '../slot-content.ts'
import type {Problem} from './problem.ts'

/** Set by FlavorPack's Go launcher before it applies `runtime.env`, so that `unset` would take them away again. */
const early = ['FLAVOR_COMMAND_NAME', 'FLAVOR_ORIGINAL_COMMAND', 'FLAVOR_WORKENV']

/** What flavor's launchers set last, whatever the manifest says, and FlavorPack's do not. */
const own = new Set(['PATH', 'FLAVOR_APP_DATA', 'FLAVOR_CACHE', 'FLAVOR_PACKAGE', 'FLAVOR_VERSION', ...early])

export function environmentProblems({env}: Plan): readonly Problem[] {
  return [...globProblems(env), ...unsetProblems(env), ...mapProblems(env), ...setProblems(env)]
}

/** For `runtime.env`: what the slots add is among what the manifest sets, and the launcher's own variables survive `unset`. */
export function portableEnvironment({env}: Plan, slots: readonly PreparedSlot[]): RuntimeEnvironment {
  const added = slots.flatMap(({environment}) => Object.entries(environment.set ?? {}))
  const saved = early.filter((name) => matchesAny(env.unset, name) && !matchesAny(env.pass, name))
  return {...env, pass: [...env.pass, ...saved], set: {...Object.fromEntries(added), ...env.set}}
}

function globProblems({pass, unset}: RuntimeEnvironment): readonly Problem[] {
  const places = [...listed('pass', pass), ...listed('unset', unset)]
  return places
    .filter(([, glob]) => /[*?]/.test(glob) && /[[\]\\]|\*\*/.test(glob))
    .map(([place, glob]) => ({
      hint: 'use letters, digits, _, ? and single * only',
      message: `${JSON.stringify(glob)} matches other names in FlavorPack's launchers`,
      place,
    }))
}

function unsetProblems({pass, unset}: RuntimeEnvironment): readonly Problem[] {
  if (matchesAny(pass, 'PATH')) return []
  return listed('unset', unset)
    .filter(([, glob]) => matchesAny([glob], 'PATH'))
    .map(([place, glob]) => ({
      hint: 'keep it: pass: [PATH]',
      message: `${JSON.stringify(glob)} removes PATH, and FlavorPack's Go launcher then starts the application without one`,
      place,
    }))
}

function mapProblems({map, pass}: RuntimeEnvironment): readonly Problem[] {
  const news = Object.values(map)
  return Object.entries(map).flatMap(([old, name]) => {
    const place = ['env', 'map', old]
    const theirs = [old, name].find((one) => own.has(one))
    if (theirs) return [launchersOwn(place, theirs)]
    if (matchesAny(pass, old)) {
      const message = `renames ${old}, which \`pass\` keeps in flavor's launchers and not in FlavorPack's Go launcher`
      return [{hint: 'take it out of one of the two', message, place}]
    }
    if (!news.includes(old) && news.filter((one) => one === name).length === 1) return []
    return [
      {
        hint: "let each new name be nobody else's, old or new",
        message: "depends on the order of renames, which is not fixed in FlavorPack's launchers",
        place,
      },
    ]
  })
}

function setProblems({set}: RuntimeEnvironment): readonly Problem[] {
  return Object.entries(set).flatMap(([name, value]) => {
    const place = ['env', 'set', name]
    if (own.has(name)) return [launchersOwn(place, name)]
    if (!value.includes('{workenv}')) return []
    const hint = 'let the application read FLAVOR_WORKENV, or set it in a script of the package'
    return [{hint, message: "holds {workenv}, which FlavorPack's Go launcher does not fill in", place}]
  })
}

function launchersOwn(place: Place, name: string): Problem {
  return {hint: 'leave it to the launcher', message: `changes ${name}, which each launcher sets in its own way`, place}
}

function listed(key: string, globs: readonly string[]): readonly (readonly [Place, string])[] {
  return globs.map((glob, index) => [['env', key, index], glob])
}

function matchesAny(globs: readonly string[], name: string): boolean {
  return globs.some((glob) => {
    const pattern = glob
      .replaceAll(/[.+^${}()|[\]\\]/g, '\\$&')
      .replaceAll('*', '.*')
      .replaceAll('?', '.')
    return new RegExp(`^${pattern}$`, 's').test(name)
  })
}
