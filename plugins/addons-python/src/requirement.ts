/**
 * Requirements as PEP 508 has them: `django==5.2`, `uvicorn[standard]>=0.30,<1; python_version >= "3.9"`, `name @ https://…`. What is no such
 * thing never gets near a file or a command line: one line, no options, no variables that pip would put in.
 */
import type {AddonDeclaration, Problem} from '@flavor/contract'
import {shown} from './failure.ts'

export interface Requirement {
  /** As PEP 503 compares it. */
  readonly name: string
  readonly text: string
}

const longest = 500
const word = '[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?'
const clause = '(?:~=|===|==|!=|<=|>=|<|>) *[A-Za-z0-9][A-Za-z0-9.*+!_-]*'
const clauses = `${clause}(?: *, *${clause})*`
const url = '@ *(?:git\\+)?https://[\\w.~:/?#@&*+,=%-]+'
const shape = new RegExp(
  `^(${word})(?: *\\[ *(?:${word}(?: *, *${word})*)? *\\])? *(?:${url}(?= |$)|${clauses}|\\( *${clauses} *\\))?(?: *; *(.+))?$`,
)

/** Undefined for what is none. */
export function readRequirement(value: unknown): Requirement | undefined {
  if (typeof value !== 'string' || value.length > longest) return undefined
  const text = value.trim()
  const [found, name = '', marker] = shape.exec(text) ?? []
  return found === undefined || (marker !== undefined && !isMarker(marker)) ? undefined : {name: normalized(name), text}
}

/** As a user may have written it by hand, in a file of his: only its name counts. */
export function nameOf(text: string): string | undefined {
  const [, name] = new RegExp(`^(${word})(?=[\\s\\[<>=!~;@,(#]|$)`).exec(text) ?? []
  const [, egg] = /[#&]egg=([\w.-]+)/.exec(text) ?? []
  return name === undefined ? egg && normalized(egg) : normalized(name)
}

/** PEP 503. */
export function normalized(name: string): string {
  return name.replace(/[-_.]+/g, '-').toLowerCase()
}

/** Blanks do not count, and neither does how the name is written. */
export function sameRequirement(text: string, other: string): boolean {
  const bare = (one: string): string => one.replace(new RegExp(`^\\s*${word}`), (name) => normalized(name.trim())).replaceAll(/\s+/g, '')
  return bare(text) === bare(other)
}

export function requirementProblems({install}: AddonDeclaration): readonly Problem[] {
  const {mode, package: wanted} = install
  const hint = 'such as: package: django==5.2'
  if (wanted === undefined) return [{hint, message: 'install.package is missing: it says what pip installs'}]
  if (readRequirement(wanted) === undefined)
    return [{hint, message: `install.package is not a requirement of one Python package: ${shown(wanted)}`}]
  return mode === undefined ? [] : [{hint: 'leave install.mode out', message: 'install.mode is nothing that a Python project knows'}]
}

const operand =
  /\b(?:python_(?:full_)?version|os_name|sys_platform|platform_(?:release|system|version|machine|python_implementation)|implementation_(?:name|version)|extra)\b|'[\w .,*+!~<>=-]*'|"[\w .,*+!~<>=-]*"/g

/** Its operands and comparisons are reduced, as long as there is something to reduce. */
function isMarker(text: string): boolean {
  const reductions = [
    [/V *(?:~=|===|==|!=|<=|>=|<|>|\bnot +in\b|\bin\b) *V/g, 'M'],
    [/\( *M *\)/g, 'M'],
    [/M +(?:and|or) +M/g, 'M'],
  ] as const
  let rest = /[VM]/.test(text.replaceAll(operand, '')) ? '' : text.replaceAll(operand, 'V').trim()
  for (let before = ''; before !== rest; ) {
    before = rest
    for (const [pattern, less] of reductions) rest = rest.replaceAll(pattern, less)
  }
  return rest === 'M'
}
