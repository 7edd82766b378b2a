/**
 * For which systems a slot goes along: `platforms: [linux, win32-x64]` names them, `!linux-arm64` takes one out again, and a slot that says
 * nothing goes along everywhere. So one manifest serves several targets, and one id may stand for another file on each.
 */
import {targets} from '../format/registry.ts'
import {nearest} from './nearest.ts'
import type {Plan} from './plan.ts'

const systems = targets.map(({name}) => name as string).filter((name) => name !== 'any-any')
const words: readonly string[] = [...new Set(systems.map((name) => name.split('-', 1)[0] ?? '')), ...systems]

/** What others call them. */
const spellings: readonly (readonly [RegExp, string])[] = [
  [/^(?:windows|win)(?![a-z0-9])|^win64/, 'win32'],
  [/^(?:macosx?|osx|mac)(?![a-z0-9])/, 'darwin'],
  [/(?:x86[-_]64|amd64)$/, 'x64'],
  [/aarch64$/, 'arm64'],
]

export interface PlatformProblem {
  readonly message: string
  readonly hint: string
}

/** What is wrong with one word of the list. */
export function platformProblem(text: string): PlatformProblem | undefined {
  const word = text.replace(/^!/, '')
  if (words.includes(word)) return undefined
  const usual = spellings.reduce((said, [spelling, name]) => said.replace(spelling, name), word.toLowerCase())
  const meant = nearest(usual, words)
  const hint = meant === undefined ? `known: ${words.join(', ')}` : `did you mean ${text.startsWith('!') ? '!' : ''}${meant}?`
  return {hint, message: `${JSON.stringify(text)} is no platform`}
}

/** `system` is `linux-x64`, …, and may be one that nothing is packed for. */
export function goesAlong(platforms: readonly string[], system: string): boolean {
  const names = (word: string): boolean => word === system || word === system.split('-', 1)[0]
  const wanted = platforms.filter((word) => !word.startsWith('!'))
  if (platforms.some((word) => word.startsWith('!') && names(word.slice(1)))) return false
  return wanted.length === 0 || wanted.some(names)
}

/** Is there a system for which both go along? */
export function meet(one: readonly string[], other: readonly string[]): boolean {
  return systems.some((system) => goesAlong(one, system) && goesAlong(other, system))
}

/** Which system's slots a package for a target holds: for one that runs on several, those of the system that packs. */
export function systemOf(target: string | undefined): string {
  return target === undefined || target === 'any-any' ? `${process.platform}-${process.arch}` : target
}

/** The plan with those slots only that go along. */
export function planFor(plan: Plan, system: string): Plan {
  return {...plan, slots: plan.slots.filter(({platforms}) => goesAlong(platforms, system))}
}
