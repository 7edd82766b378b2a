/**
 * The log of a start (SPEC.md, 22): what it does, an event a line, with the levels and fields of the table there. There is
 * no log when nobody wants one, so that `log?.tell(…)` costs nothing then, not even its arguments.
 */
import type {CheckResult, Observer} from '../../../src/format/check.ts'
import type {Environment} from '../../../src/workenv/base.ts'
import {say} from './report.ts'

const levels = ['trace', 'debug', 'info', 'warn', 'error', 'off'] as const
type Level = (typeof levels)[number]

const events = {
  start: {fields: ['package', 'size', 'launcher'], level: 'info'},
  read: {fields: ['region', 'offset', 'size'], level: 'debug'},
  check: {fields: ['check', 'result', 'error'], level: 'debug'},
  trust: {fields: ['name', 'key', 'result', 'file'], level: 'info'},
  base: {fields: ['path', 'result', 'reason'], level: 'debug'},
  workenv: {fields: ['state', 'path'], level: 'info'},
  slot: {fields: ['id', 'action', 'size', 'chain'], level: 'info'},
  setup: {fields: ['index', 'type'], level: 'info'},
  link: {fields: ['path', 'target'], level: 'debug'},
  session: {fields: ['path'], level: 'debug'},
  clean: {fields: ['base'], level: 'debug'},
  configuration: {fields: ['path', 'action'], level: 'debug'},
  command: {fields: ['name'], level: 'debug'},
  environment: {fields: ['action', 'name', 'value'], level: 'debug'},
  exec: {fields: ['program', 'arguments'], level: 'info'},
  failed: {fields: ['error', 'message', 'exit', 'hint'], level: 'error'},
} as const satisfies Readonly<Record<string, {readonly fields: readonly string[]; readonly level: Level}>>

type Event = keyof typeof events
export type Fields<E extends Event> = {readonly [Name in (typeof events)[E]['fields'][number]]?: number | string | undefined}

export interface Log {
  /** A refusal is an event only there; in text its usual message says all. */
  readonly json: boolean
  tell<E extends Event>(event: E, fields: Fields<E>): void
}

export function openLog(env: Environment): Log | undefined {
  const wanted = env.FLAVOR_LAUNCHER_LOG_LEVEL || env.FLAVOR_LOG_LEVEL || ''
  return wanted === '' ? undefined : logFor(wanted.toLowerCase())
}

function logFor(wanted: string): Log | undefined {
  const json = /^json(:|$)/.test(wanted)
  const least = levelCalled(json ? wanted.slice('json:'.length) : wanted)
  if (least === 'off') return undefined
  return {
    json,
    tell(event, fields) {
      const level = levelOf(event, fields)
      if (levels.indexOf(level) < levels.indexOf(least)) return
      const pairs = pairsOf(events[event].fields, fields)
      say(json ? jsonLine([['level', level], ['event', event], ...pairs]) : textLine(event, pairs))
    },
  }
}

/** What the log hears while a package is read and checked. */
export function observerOf(log: Log | undefined): Observer | undefined {
  return (
    log && {
      check: (result) => log.tell('check', {check: result.name, error: result.code, result: wordOf(result)}),
      read: ({name, offset, size}) => log.tell('read', {offset, region: name, size}),
    }
  )
}

function wordOf({ok, unchecked}: CheckResult): string {
  if (!ok) return 'failed'
  return unchecked ? 'unchecked' : 'ok'
}

function levelCalled(word: string): Level {
  return levels.find((level) => level === word) ?? 'info'
}

function levelOf(event: Event, {result, state}: Fields<'trust'> & Fields<'workenv'>): Level {
  return result === 'unpinned' || state === 'damaged' ? 'warn' : events[event].level
}

type Pair = readonly [name: string, value: string]

/** In the order of the table; what has nothing to say is left out. */
function pairsOf(names: readonly string[], fields: Readonly<Record<string, number | string | undefined>>): readonly Pair[] {
  return names.flatMap((name) => (fields[name] === undefined ? [] : [[name, String(fields[name])] as const]))
}

function jsonLine(pairs: readonly Pair[]): string {
  return `{${pairs.map(([name, value]) => `${quoted(name)}:${quoted(value)}`).join(',')}}\n`
}

function textLine(event: string, pairs: readonly Pair[]): string {
  return `flavor: ${[event, ...pairs.map(([name, value]) => `${name}=${isPlain(value) ? value : quoted(value)}`)].join(' ')}\n`
}

function isPlain(value: string): boolean {
  return value !== '' && !/[ "\p{Cc}]/u.test(value)
}

/** As JSON demands it, and without the control characters that JSON lets pass: some terminals obey them. */
function quoted(text: string): string {
  return JSON.stringify(text).replaceAll(/\p{Cc}/gu, (control) => `\\u${control.charCodeAt(0).toString(16).padStart(4, '0')}`)
}
