/** What an addon wants from Composer: `install.package`, `install.mode`, and what PHP managers know besides. */
import type {AddonDeclaration, Problem} from '@flavor/contract'

export interface Requirement {
  readonly name: string
  readonly constraint: string
  readonly section: 'require' | 'require-dev'
}

/** As Composer has them; each word of the name has one way to be read, so that no text takes long. */
const vendor = '[a-z0-9]+(?:[_.-][a-z0-9]+)*'
const project = '[a-z0-9]+(?:(?:[_.]|--?)[a-z0-9]+)*'
const packageName = new RegExp(`^${vendor}/${project}$`)
const constraint = /^[\w^~<>=!*][\w.*^~<>=!|,@#/+ -]{0,199}$/

const knownTruth = /^(?:1|true|yes|y|on|0|false|no|n|off)$/i

export function isPackageName(text: string): boolean {
  return packageName.test(text)
}

type Install = Pick<AddonDeclaration, 'install'>

export function installProblems({install}: Install): readonly Problem[] {
  const {mode, package: wanted, 'post-install': after, 'require-only': only} = install
  return [
    ...packageProblems(wanted),
    ...(mode === undefined || mode === 'dev'
      ? []
      : [{hint: 'mode: dev, or none at all', message: 'install.mode is not one that is known'}]),
    ...(only === undefined || isTruth(only) ? [] : [{hint: 'true or false', message: 'install.require-only is neither'}]),
    ...scriptProblems(after),
  ]
}

/** Of an addon without problems. */
export function requirementOf({install: {mode, package: wanted}}: Install): Requirement {
  const [name = '', version = ''] = split(String(wanted))
  return {constraint: version, name, section: mode === 'dev' ? 'require-dev' : 'require'}
}

/** Is composer.json all that may change? */
export function isRequireOnly({install}: Install): boolean {
  return /^(?:1|true|yes|y|on)$/i.test(String(install['require-only']))
}

/** Commands that the addon brings for after. */
export function scriptsOf({install}: Install): readonly string[] {
  const after = install['post-install']
  return [isMap(after) ? after.script : undefined].flat().filter((one) => typeof one === 'string')
}

function packageProblems(wanted: unknown): readonly Problem[] {
  const hint = 'such as: package: monolog/monolog:3.5.0'
  if (wanted === undefined) return [{hint, message: 'install.package is missing'}]
  if (typeof wanted !== 'string') return [{hint, message: 'install.package is no text'}]
  const [name = '', version] = split(wanted)
  if (!isPackageName(name))
    return [{hint, message: `install.package is not vendor/name:version: ${JSON.stringify(name)} is no name of a package`}]
  if (version === undefined) return [{hint, message: 'install.package names no version'}]
  return constraint.test(version) ? [] : [{hint, message: `install.package asks for ${JSON.stringify(version)}, which is no version`}]
}

function scriptProblems(after: unknown): readonly Problem[] {
  if (after === undefined) return []
  const hint = 'post-install: {script: [php artisan migrate]}'
  const scripts = isMap(after) ? [after.script].flat() : []
  const fine = scripts.length > 0 && scripts.every((one) => typeof one === 'string' && one.trim() !== '' && !one.includes('\0'))
  return fine ? [] : [{hint, message: 'install.post-install holds no script'}]
}

function split(text: string): readonly [string, string | undefined] {
  const colon = text.indexOf(':')
  return colon === -1 ? [text, undefined] : [text.slice(0, colon), text.slice(colon + 1)]
}

function isTruth(value: unknown): boolean {
  return typeof value === 'string' && knownTruth.test(value)
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
