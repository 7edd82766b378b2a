/**
 * What an addon for Node installs: a package of a registry, `name@version`, where the version may be a range or a tag. Nothing else that npm
 * would take (addresses, directories, other names for a package) gets near a file or a command line.
 */
import type {AddonDeclaration, Problem} from '@flavor/contract'
import {shown} from './failure.ts'

export type Section = 'dependencies' | 'devDependencies'

export interface NpmPackage {
  readonly name: string
  /** As package.json has it. */
  readonly range: string
  readonly section: Section
}

const word = '[a-z\\d~][a-z\\d._~-]*'
const name = new RegExp(`^(?:@${word}/)?${word}$`, 'i')
const number = '(?:\\d+|[xX*])'
const version = `v?${number}(?:\\.${number}){0,2}(?:-[\\w.-]+)?(?:\\+[\\w.-]+)?`
const comparator = `(?:(?:[~^=]|[<>]=?) ?)?${version}`
const comparators = `${comparator}(?: {1,2}(?:- {1,2})?${comparator})*`
/** Each text has one way to be read, so that none takes long. */
const range = new RegExp(`^(?:${comparators}(?: ?\\|\\| {0,2}${comparators})*|[a-z][\\w.-]*)$`, 'i')

/** Neither an option, which begins with a dash, nor a path, which may begin with a dot. */
export function isName(text: string): boolean {
  return text.length <= 214 && name.test(text) && !/^(?:node_modules|favicon\.ico)$/i.test(text)
}

/** One version, or the name of one: no range. */
export function isVersion(text: string): boolean {
  return text.length <= 100 && /^[a-z\d][\w.+-]*$/i.test(text)
}

/** Undefined for what is none. */
export function readPackage({mode, package: wanted}: AddonDeclaration['install']): NpmPackage | undefined {
  if (typeof wanted !== 'string' || wanted.length > 400) return undefined
  const text = wanted.trim()
  const at = text.indexOf('@', 1)
  const [called, given] = at === -1 ? [text, '*'] : [text.slice(0, at), text.slice(at + 1).trim()]
  if (!isName(called) || !range.test(given)) return undefined
  return {name: called, range: given, section: mode === 'dev' ? 'devDependencies' : 'dependencies'}
}

export function packageProblems({install}: AddonDeclaration): readonly Problem[] {
  const {mode, package: wanted} = install
  const hint = 'such as: package: lodash@4.17.21'
  if (wanted === undefined) return [{hint, message: 'install.package is missing: it says what npm installs'}]
  if (readPackage(install) === undefined) return [{hint, message: `install.package is not a package of npm: ${shown(wanted)}`}]
  if (mode === undefined || mode === 'dev') return []
  return [
    {hint: 'mode: dev puts the package into devDependencies', message: `install.mode is nothing that a Node project knows: ${shown(mode)}`},
  ]
}

export function written({name, range}: NpmPackage): string {
  return `${name}@${range}`
}
