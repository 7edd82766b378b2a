/**
 * Runs in a child process of its own: asks a plugin's hook twice, notes which modules that took, then loads the code,
 * and sends what it saw. A plugin that prints, exits or never answers shows itself to the parent.
 */
import module from 'node:module'
import {type HookModule, makeQuestion} from './plugin.ts'

/** What a plugin did when asked. Facts are its descriptors without functions. */
export interface Sighting {
  readonly answers: readonly (readonly Readonly<Record<string, unknown>>[])[]
  /** URLs of the modules that asking has brought in. */
  readonly modules: readonly string[]
  /** Of the code behind each offer, the names of its members that are functions. */
  readonly methods: Readonly<Record<string, readonly string[]>>
}

type Answer = readonly {readonly id: string; readonly load?: () => Promise<{readonly default?: object}>}[]

async function answer({identifier, url}: HookModule): Promise<Answer> {
  const module: Record<string, unknown> = await import(url)
  const offer = module[identifier]
  if (typeof offer !== 'function') throw new Error(`the hook's module exports no function ${identifier}`)
  const answer: unknown = await offer.call(undefined, makeQuestion())
  if (!Array.isArray(answer)) throw new Error('the answer is no list')
  return answer
}

async function methodsOf(offer: Answer[number]): Promise<readonly string[]> {
  if (typeof offer.load !== 'function') throw new Error(`${offer.id} has no function load`)
  const code = (await offer.load()).default
  if (typeof code !== 'object') throw new Error(`the module behind ${offer.id} has no object as its default export`)
  return Object.entries(code).flatMap(([name, value]) => (typeof value === 'function' ? [name] : []))
}

function facts(offer: Answer[number]): Record<string, unknown> {
  const {load, ...rest} = offer
  return rest
}

async function look(modules: readonly HookModule[]): Promise<Sighting> {
  // Asked for by name, it would end older versions before they could say why.
  if (module.registerHooks === undefined) throw new Error(`the test kit needs Node 22.18 or newer; this is ${process.version}`)
  const seen = new Set<string>()
  const hooks = module.registerHooks({
    resolve: (specifier, context, next) => {
      const found = next(specifier, context)
      seen.add(found.url)
      return found
    },
  })
  const answers = [(await Promise.all(modules.map(answer))).flat(), (await Promise.all(modules.map(answer))).flat()]
  hooks.deregister()
  const methods = await Promise.all((answers[0] ?? []).map(async (offer) => [offer.id, await methodsOf(offer)] as const))
  return {answers: answers.map((answer) => answer.map(facts)), methods: Object.fromEntries(methods), modules: [...seen]}
}

process.once('message', (modules: readonly HookModule[]) => {
  look(modules).then(
    (sighting) => process.send?.({sighting}, () => process.disconnect()),
    (error: unknown) => process.send?.({problem: error instanceof Error ? error.message : String(error)}, () => process.disconnect()),
  )
})
