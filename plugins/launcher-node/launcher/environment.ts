/**
 * The environment of the application, in the order of pspf-2025 5.8 (R): the caller's, runtime.env (unset, map, set),
 * workenv.env, execution.env, flavor's own variables, PATH. The launcher's own switches do not reach the application;
 * `FLAVOR_CACHE` does only because its caller set it.
 */
import {resolve} from 'node:path'
import type {Metadata, RuntimeEnvironment} from '../../../src/format/metadata.ts'
import type {Environment} from '../../../src/workenv/base.ts'
import {expand} from './words.ts'

export type Variables = Record<string, string>

export interface Facts {
  readonly metadata: Metadata
  /** Of the package file, as found. */
  readonly path: string
  /** Real path of the work environment. */
  readonly workenv: string
  readonly data: string | undefined
  /** `FLAVOR_SLOT_<ID>` of slots that live elsewhere. */
  readonly slots: Readonly<Record<string, string>>
}

const switches = ['FLAVOR_COMMAND', 'FLAVOR_LAUNCHER_CLI']

/** The caller's environment, without the launcher's own switches. */
export function callerEnvironment(env: Environment): Variables {
  const caller = originalEnvironment(env)
  for (const name of switches) delete caller[name]
  return caller
}

/** As it was before the launcher's head moved aside what Node obeys while it begins. */
function originalEnvironment(env: Environment): Variables {
  const {FLAVOR_NODE_COMPILE_CACHE: cache, FLAVOR_NODE_OPTIONS: options, ...rest} = env
  const moved = {...(cache === undefined ? {} : {NODE_COMPILE_CACHE: cache}), ...(options === undefined ? {} : {NODE_OPTIONS: options})}
  const all = Object.entries({...rest, ...moved})
  return Object.fromEntries(all.filter((pair): pair is [string, string] => pair[1] !== undefined))
}

export function applicationEnvironment(caller: Variables, facts: Facts): Variables {
  const {metadata, workenv} = facts
  const env = {...inherited(caller, metadata.runtimeEnv), ...ownVariables(facts)}
  if (caller.FLAVOR_CACHE !== undefined) env.FLAVOR_CACHE = caller.FLAVOR_CACHE
  env.PATH = searchPath(metadata, workenv, env.PATH)
  return env
}

export interface Change {
  readonly action: 'set' | 'unset'
  readonly name: string
  readonly value?: string
}

/** What the application finds otherwise than its caller had it. A value that is the caller's own may be a secret of theirs. */
export function environmentChanges(env: Environment, application: Variables, facts: Facts): readonly Change[] {
  const caller = originalEnvironment(env)
  const own = {...ownVariables(facts), PATH: ''}
  const names = [...new Set([...Object.keys(caller), ...Object.keys(application)])].filter((name) => caller[name] !== application[name])
  return names.toSorted(byBytes).map((name) => {
    const value = application[name]
    if (value === undefined) return {action: 'unset', name}
    return {action: 'set', name, ...(Object.hasOwn(own, name) ? {value} : {})}
  })
}

function byBytes(one: string, other: string): number {
  return Buffer.compare(Buffer.from(one), Buffer.from(other))
}

/** What the package and the launcher set, but for PATH. */
function ownVariables({data, metadata, path, slots, workenv}: Facts): Variables {
  const file = resolve(path)
  return {
    ...metadata.runtimeEnv?.set,
    ...Object.fromEntries(Object.entries(metadata.workenv.env).map(([name, value]) => [name, expand(value, metadata, workenv)])),
    ...metadata.executionEnv,
    ...slots,
    FLAVOR_COMMAND_NAME: file.slice(file.lastIndexOf('/') + 1),
    FLAVOR_ORIGINAL_COMMAND: file,
    FLAVOR_PACKAGE: file,
    FLAVOR_VERSION: metadata.version,
    FLAVOR_WORKENV: workenv,
    ...(data === undefined ? {} : {FLAVOR_APP_DATA: data}),
  }
}

export function searchPath(metadata: Metadata, workenv: string, path: string | undefined): string {
  const own = [...metadata.workenv.path.map((directory) => `${workenv}/${directory}`), `${workenv}/bin`]
  return [...own, ...(path ? [path] : [])].join(':')
}

/** `FLAVOR_SLOT_` and the id in capitals, everything but letters and digits an underscore. */
export function slotVariable(id: string): string {
  return `FLAVOR_SLOT_${id.toUpperCase().replaceAll(/[^A-Z0-9]/g, '_')}`
}

/** What of the caller's is left and what it is called. */
function inherited(caller: Variables, rules: RuntimeEnvironment | undefined): Variables {
  if (!rules) return caller
  const kept = matcher(rules.pass)
  const gone = matcher(rules.unset)
  const env: Variables = Object.fromEntries(Object.entries(caller).filter(([name]) => kept(name) || !gone(name)))
  for (const [from, to] of Object.entries(rules.map)) {
    const value = caller[from]
    if (value === undefined || kept(from) || gone(from)) continue
    delete env[from]
    env[to] = value
  }
  return env
}

/** Globs know `*` and `?`. */
function matcher(globs: readonly string[]): (name: string) => boolean {
  if (globs.length === 0) return () => false
  const one = (glob: string) =>
    glob
      .replaceAll(/[.+^${}()|[\]\\]/g, '\\$&')
      .replaceAll('*', '.*')
      .replaceAll('?', '.')
  const pattern = new RegExp(`^(?:${globs.map(one).join('|')})$`, 's')
  return (name) => pattern.test(name)
}
