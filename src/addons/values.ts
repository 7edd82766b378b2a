/** Values for the fields of a configuration: which there are, and what is wrong with them. */
import type {ConfigField} from './config-field.ts'
import {parseBoolean, parseInteger} from './scalars.ts'

export type Value = boolean | number | string

export interface ValueProblem {
  readonly variable: string
  readonly message: string
}

/** By variable. */
export type Given = Readonly<Record<string, string | undefined>>

/** The text that a field has in the end. */
export interface Settled {
  readonly text: string | undefined
  readonly from: 'default' | 'given' | undefined
  readonly problem: string | undefined
}

/** What was given, else, where `defaults` are wanted, the default. Without them a field that was not given has no value, and needs none. */
export function settle(field: ConfigField, given: Given, {defaults}: {readonly defaults: boolean}): Settled {
  const set = given[field.variable]
  const text = set ?? (defaults ? field.default : undefined)
  const from = set !== undefined ? 'given' : text !== undefined ? 'default' : undefined
  return {from, problem: text === undefined && !defaults ? undefined : checkText(field, text).problem, text}
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
