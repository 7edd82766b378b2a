/** The settings that an addon brings: what each is called, what it may hold, and the environment variable that carries it. */
import {entriesOf, fieldsOf, parsedAs, textOf, wordOf} from './fields.ts'
import {isObeyed} from './obeyed-variable.ts'
import {parseBoolean, parseInteger} from './scalars.ts'
import type {Report, StrictEntry, StrictNode} from './strict-yaml.ts'
import {variableOf} from './variable.ts'

export const fieldTypes = ['scalar/string', 'scalar/integer', 'scalar/boolean', 'service/database'] as const

export type FieldType = (typeof fieldTypes)[number]

export interface ConfigField {
  readonly name: string
  readonly label: string
  readonly type: FieldType
  /** Of the environment; derived from the names of addon and field where none is given. */
  readonly variable: string
  readonly helptext: string
  /** As it was written. */
  readonly default: string | undefined
  /** 0 public, 1 advanced, 2 dangerous. */
  readonly visibility: 0 | 1 | 2
  readonly required: boolean
  readonly readonly: boolean
  readonly min: number | undefined
  readonly max: number | undefined
}

const known = ['label', 'type', 'variable', 'helptext', 'default', 'visibility', 'required', 'readonly', 'min', 'max']

/** Whose settings they are. */
export interface Owner {
  readonly kind: 'addon' | 'project'
  readonly name: string
}

/** Fields that cannot be used are reported and left out. */
export function configFields(node: StrictNode | undefined, owner: Owner, report: Report): readonly ConfigField[] {
  const entries = node && entriesOf(node, 'field', report)
  return (entries ?? []).flatMap((entry) => configField(entry, owner, report) ?? [])
}

function configField({key, value, ...spot}: StrictEntry, owner: Owner, report: Report): ConfigField | undefined {
  const fields = fieldsOf(value, {known, required: ['label', 'type'], title: 'a config field'}, report)
  const [label, type] = [
    wordOf(fields.get('label'), report),
    parsedAs(fields.get('type'), asType, `one of ${fieldTypes.join(', ')}`, report),
  ]
  const optional = (name: string): string | undefined => textOfField(fields.get(name), report)
  const flag = (name: string): boolean | undefined => parsedAs(fields.get(name), parseBoolean, 'true or false', report)
  const limits = limitsOf(fields, type, report)
  const rest = {
    default: defaultOf(fields.get('default'), type, report),
    helptext: optional('helptext') ?? '',
    readonly: flag('readonly') ?? false,
    required: flag('required') ?? true,
    visibility: parsedAs(fields.get('visibility'), asVisibility, '0 (public), 1 (advanced) or 2 (dangerous)', report) ?? 0,
  }
  const variable = variableNamed(fields.get('variable'), report) ?? variableOf(owner.name, key)
  if (variable === '') report(spot, 'gives no name for an environment variable', 'add one: variable: NAME')
  if (owner.kind === 'addon' && isObeyed(variable))
    report(
      fields.get('variable') ?? spot,
      `must not have the variable ${variable}, which shells or tools obey`,
      'name another one: variable: NAME',
    )
  return label === undefined || type === undefined ? undefined : {...limits, ...rest, label, name: key, type, variable}
}

function asType(text: string): FieldType | undefined {
  return fieldTypes.find((type) => type === text)
}

function asVisibility(text: string): ConfigField['visibility'] | undefined {
  return ([0, 1, 2] as const).find((visibility) => String(visibility) === text)
}

function textOfField(node: StrictNode | undefined, report: Report): string | undefined {
  return node && textOf(node, report)
}

function variableNamed(node: StrictNode | undefined, report: Report): string | undefined {
  const asName = (text: string): string | undefined => (/^[A-Za-z_]\w*$/.test(text) ? text : undefined)
  return parsedAs(node, asName, 'the name of an environment variable', report)
}

/** Of its type; whether it keeps to `min` and `max` is asked when a value is checked. */
function defaultOf(node: StrictNode | undefined, type: FieldType | undefined, report: Report): string | undefined {
  const text = textOfField(node, report)
  if (node === undefined || text === undefined) return undefined
  const fits = type === 'scalar/integer' ? parseInteger(text) : type === 'scalar/boolean' ? parseBoolean(text) : text
  if (fits === undefined)
    report(node, `must be ${type === 'scalar/integer' ? 'a whole number' : 'true or false'}, not ${JSON.stringify(text)}`)
  return text
}

function limitsOf(fields: ReadonlyMap<string, StrictNode>, type: FieldType | undefined, report: Report): Pick<ConfigField, 'max' | 'min'> {
  const limit = (name: 'max' | 'min'): number | undefined => {
    const node = fields.get(name)
    if (node && type !== undefined && type !== 'scalar/integer') return void report(node, `is for scalar/integer alone, not for ${type}`)
    return parsedAs(node, parseInteger, 'a whole number', report)
  }
  return {max: limit('max'), min: limit('min')}
}
