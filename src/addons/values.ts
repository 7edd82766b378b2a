/** Values for the fields of a configuration: which there are, and what is wrong with them. Keys are the variables. */
import type {ConfigField} from './config-field.ts'
import {parseBoolean, parseInteger} from './scalars.ts'

export type Value = boolean | number | string

export interface ValueProblem {
  readonly variable: string
  readonly message: string
}

export interface ConfigValues {
  readonly values: Readonly<Record<string, Value>>
  readonly problems: readonly ValueProblem[]
}

export type Given = Readonly<Record<string, string | undefined>>

/** What was set. With `defaults`, they fill in, and what is required and has neither is a problem. */
export function valuesOf(fields: readonly ConfigField[], given: Given, {defaults}: {readonly defaults: boolean}): ConfigValues {
  const values: [string, Value][] = []
  const problems: ValueProblem[] = []
  for (const field of fields) {
    const text = given[field.variable] ?? (defaults ? field.default : undefined)
    const checked = checkText(field, text)
    if (checked.problem !== undefined && (defaults || text !== undefined))
      problems.push({message: checked.problem, variable: field.variable})
    if (checked.value !== undefined) values.push([field.variable, checked.value])
  }
  return {problems, values: Object.fromEntries(values)}
}

type Checked = {readonly value?: Value; readonly problem?: string}

/** Undefined stands for no value at all. */
export function checkText(field: ConfigField, text: string | undefined): Checked {
  if (text === undefined) return field.required ? {problem: 'This is a required field'} : {}
  if (field.type === 'scalar/integer') return checkInteger(field, text)
  if (field.type !== 'scalar/boolean') return {value: text}
  const value = parseBoolean(text)
  return value === undefined ? {problem: `must be true or false, not ${JSON.stringify(text)}`} : {value}
}

function checkInteger({max, min}: ConfigField, text: string): Checked {
  const value = parseInteger(text)
  if (value === undefined) return {problem: `must be a whole number, not ${JSON.stringify(text)}`}
  if (min !== undefined && value < min) return {problem: `must be at least ${min}, not ${value}`}
  if (max !== undefined && value > max) return {problem: `must be at most ${max}, not ${value}`}
  return {value}
}
