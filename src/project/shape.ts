/**
 * Checks a value against a schema, and keeps what fits: unknown keys and values of a wrong shape are reported and left
 * out, so that later checks can look at the rest and all problems come out at once. Places in lists stay what they were.
 */
import {nearest} from './nearest.ts'
import type {Place} from './place.ts'
import type {JsonType, Schema} from './schema.ts'

/** What is wrong at a place; `part` says whether its key or its value is meant. */
export type Report = (place: Place, message: string, hint?: string, part?: 'key' | 'value') => void

type Fields = Readonly<Record<string, unknown>>

/** The value without what was reported; undefined when nothing of it is left. */
export function keepShape(value: unknown, schema: Schema, place: Place, report: Report): unknown {
  const type = typeProblem(value, schema)
  if (type) return void report(place, type.message, type.hint)
  if (Array.isArray(value)) return keepList(value, schema, place, report)
  if (isFields(value)) return schema.properties || schema.additionalProperties ? keepFields(value, schema, place, report) : value
  const problem = typeof value === 'string' ? textProblem(value, schema) : undefined
  if (problem) return void report(place, problem.message, problem.hint)
  return value
}

function keepList(list: readonly unknown[], schema: Schema, place: Place, report: Report): readonly unknown[] | undefined {
  if (list.length < (schema.minItems ?? 0)) return void report(place, 'is empty')
  if (list.length > (schema.maxItems ?? list.length))
    return void report(place, `has ${list.length} entries; ${schema.maxItems} is the most`)
  const {items} = schema
  return items ? Array.from(list, (item, index) => keepShape(item, items, [...place, index], report)) : list
}

function keepFields(fields: Fields, schema: Schema, place: Place, report: Report): Fields {
  const entries = Object.entries(fields).filter(([, value]) => value !== undefined)
  const kept = entries.flatMap(([key, value]): [string, unknown][] => {
    const inner = Object.hasOwn(schema.properties ?? {}, key) ? schema.properties?.[key] : schema.additionalProperties
    if (!inner) return unknownKey(key, schema, place, report)
    const name = schema.propertyNames && textProblem(key, schema.propertyNames)
    if (name) report([...place, key], name.message, name.hint, 'key')
    return name ? [] : [[key, keepShape(value, inner, [...place, key], report)]]
  })
  const present = new Set(entries.map(([key]) => key))
  for (const key of requiredOf(schema, present))
    if (!present.has(key)) report([...place, key], 'is missing', example(key, schema.properties?.[key]))
  return Object.fromEntries(kept)
}

/** Where one of several keys is wanted and none is there, the first. */
function requiredOf({oneOf = [], required = []}: Schema, present: ReadonlySet<string>): readonly string[] {
  const [first] = oneOf
  const met = oneOf.some((one) => one.required.every((key) => present.has(key)))
  return met || first === undefined ? required : [...required, ...first.required]
}

function unknownKey(key: string, {properties = {}, title = 'map'}: Schema, place: Place, report: Report): [] {
  const known = Object.keys(properties).filter((name) => !name.startsWith('$'))
  const meant = nearest(key, known)
  const hint = meant === undefined ? `keys of a ${title.replace('Flavor ', '')}: ${known.join(', ')}` : `did you mean ${meant}?`
  report([...place, key], 'is not a known key', hint, 'key')
  return []
}

interface Complaint {
  readonly message: string
  readonly hint?: string
}

function typeProblem(value: unknown, schema: Schema): Complaint | undefined {
  const types = [schema.type ?? []].flat()
  if (value === null) return {hint: 'give it one, or remove the key', message: 'has no value'}
  if (types.length === 0 || types.some((type) => is[type](value))) return undefined
  const wanted =
    schema.patternErrorMessage && types.length === 1 && types[0] === 'string' ? schema.patternErrorMessage : alternatives(types)
  const message = `must be ${wanted}, not ${typeWord(value)}`
  if (isFields(value) && Object.keys(value).join() === 'workenv') {
    return {hint: `{ begins a map in YAML; put the text in quotes: "{workenv}"`, message}
  }
  return types.includes('string') && typeof value === 'number' ? {hint: 'put it in quotes', message} : {message}
}

function textProblem(text: string, schema: Schema): Complaint | undefined {
  if (text.length < (schema.minLength ?? 0)) return {message: 'is empty'}
  if (schema.enum && !schema.enum.includes(text)) {
    const meant = nearest(text, schema.enum)
    const message = `must be ${schema.enum.length > 1 ? 'one of ' : ''}${schema.enum.join(', ')}, not ${JSON.stringify(text)}`
    return meant === undefined ? {message} : {hint: `did you mean ${meant}?`, message}
  }
  if (schema.pattern === undefined || new RegExp(schema.pattern, 'u').test(text)) return undefined
  return {message: `must be ${schema.patternErrorMessage ?? `like ${schema.pattern}`}, not ${JSON.stringify(text)}`}
}

function example(key: string, schema: Schema | undefined): string | undefined {
  const [first] = schema?.examples ?? []
  return first === undefined ? schema?.description : `for example ${key}: ${typeof first === 'string' ? first : JSON.stringify(first)}`
}

const is: Readonly<Record<JsonType, (value: unknown) => boolean>> = {
  array: (value) => Array.isArray(value),
  boolean: (value) => typeof value === 'boolean',
  integer: (value) => Number.isSafeInteger(value),
  number: (value) => typeof value === 'number',
  object: isFields,
  string: (value) => typeof value === 'string',
}

const words: Readonly<Record<JsonType, string>> = {
  array: 'a list',
  boolean: 'true or false',
  integer: 'a whole number',
  number: 'a number',
  object: 'a map',
  string: 'a text',
}

function typeWord(value: unknown): string {
  if (typeof value === 'boolean' || typeof value === 'number') return `${typeof value === 'number' ? 'the number ' : ''}${value}`
  const type = (['array', 'object', 'string'] as const).find((name) => is[name](value))
  return type ? words[type] : `a ${typeof value}`
}

function alternatives(types: readonly JsonType[]): string {
  const names = types.map((type) => words[type])
  return names.length < 2 ? (names[0] ?? '') : `${names.slice(0, -1).join(', ')} or ${names.at(-1)}`
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
