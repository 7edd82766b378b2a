/**
 * Reads what a plugin answered: permissive about what it does not know, exact about what the host relies on. A
 * descriptor that does not hold its contract is left out and becomes a problem; the others of that answer stay.
 */
import type {Descriptor, Kind} from '@flavor/contract'
import {operations} from './format/registry.ts'

export interface ReadAnswer<K extends Kind> {
  readonly descriptors: readonly Descriptor<K>[]
  readonly problems: readonly string[]
}

export function readAnswer<K extends Kind>(kind: K, answer: unknown): ReadAnswer<K> {
  if (!Array.isArray(answer)) return {descriptors: [], problems: ['its answer is not a list of descriptors']}
  const descriptors: Descriptor<K>[] = []
  const problems: string[] = []
  for (const [index, value] of answer.entries()) {
    const problem = fault(kind, value) ?? repeated(value as Descriptor<K>, descriptors)
    if (problem === undefined) descriptors.push({...(value as Descriptor<K>), load: () => (value as Descriptor<K>).load()})
    else problems.push(`its offer ${nameOf(value) ?? index + 1} ${problem}`)
  }
  return {descriptors, problems}
}

type Facts = Readonly<Record<string, unknown>>
type Check = readonly [wrong: string, holds: (facts: Facts) => boolean]

const isText = (value: unknown): boolean => typeof value === 'string' && value !== ''
const isList = (value: unknown, holds: (item: unknown) => boolean): boolean => Array.isArray(value) && value.every(holds)
const isByte = (value: unknown): boolean => Number.isInteger(value) && Number(value) >= 1 && Number(value) <= 0xff
const isObject = (value: unknown): value is Facts => typeof value === 'object' && value !== null
const isId = (value: unknown): boolean => typeof value === 'string' && /^[a-z][a-z0-9-]*$/.test(value)

/** The bytes that the format gives a name, and those free for everybody; tar is the host's own. */
const isCompression = (byte: unknown): boolean =>
  isByte(byte) && (operations.some(({code, name}) => code === byte && name !== 'tar') || (Number(byte) >= 0xd0 && Number(byte) <= 0xfe))

function areLevels(value: unknown): boolean {
  if (!isObject(value)) return false
  const {costly, default: usual, fast, max, min, small} = value
  const stated = [usual, ...[costly, fast, small].filter((level) => level !== undefined)]
  return (
    [min, max, ...stated].every(Number.isInteger) && stated.every((level) => Number(min) <= Number(level) && Number(level) <= Number(max))
  )
}

const common: readonly Check[] = [
  ['has a malformed id', ({id}) => isId(id)],
  ['has no summary of one line', ({summary}) => isText(summary) && !String(summary).includes('\n')],
  ['has malformed aliases', ({aliases}) => aliases === undefined || isList(aliases, isId)],
  ['has malformed features', ({features}) => features === undefined || isList(features, isText)],
  ['has no function load', ({load}) => typeof load === 'function'],
]

const facts: Readonly<Record<Kind, readonly Check[]>> = {
  'addon-managers': [
    ['has no stack', ({stack}) => isText(stack)],
    ['has no identifier', ({identifier}) => isText(identifier)],
  ],
  compressors: [
    ['has an operation byte that is not its to use', ({operation}) => isCompression(operation)],
    ['has no extension', ({extension}) => isText(extension) && String(extension).startsWith('.')],
    ['has a malformed range of levels', ({levels}) => areLevels(levels)],
  ],
  launchers: [
    ['has malformed formats', ({formats}) => isList(formats, Number.isInteger)],
    ['has malformed operations', (launcher) => isList(launcher.operations, isByte)],
    ['has malformed targets', ({targets}) => isList(targets, isText)],
  ],
  purposes: [
    ['has an unknown class', (purpose) => [0, 1, 2, 3].includes(Number(purpose.class))],
    ['has malformed defaults', ({defaults}) => isObject(defaults) && isText(defaults.lifecycle) && isObject(defaults.operations)],
    ['does not say whether it is shareable', ({shareable}) => typeof shareable === 'boolean'],
  ],
}

function fault(kind: Kind, value: unknown): string | undefined {
  if (!isObject(value)) return 'is not an object'
  return [...common, ...facts[kind]].find(([, holds]) => !holds(value))?.[0]
}

function repeated(value: {readonly id: string}, earlier: readonly {readonly id: string}[]): string | undefined {
  return earlier.some(({id}) => id === value.id) ? 'is there twice' : undefined
}

const nameOf = (value: unknown): string | undefined => (isObject(value) && isId(value.id) ? String(value.id) : undefined)
