/** Repositories that composer.json takes from directories beside it: Composer has to see them, also in a copy of the project. */
import type {Node} from 'jsonc-parser'
import {setting} from './composer-json.ts'
import {membersOf} from './json-text.ts'

export interface LocalRepositories {
  /** Paths in the project, without what globs leave open. */
  readonly inside: readonly string[]
  /** Relative ones that lead out of it, as they are written. */
  readonly outside: readonly string[]
}

export function localRepositories(text: string): LocalRepositories {
  const urls = (setting(text, 'repositories')?.children ?? []).flatMap((node) =>
    relativeUrl(node.type === 'property' ? node.children?.[1] : node),
  )
  const paths = urls.map((url) => ({path: fixedPart(url), url}))
  return {
    inside: paths.flatMap(({path}) => path ?? []),
    outside: paths.flatMap(({path, url}) => (path === undefined ? [url] : [])),
  }
}

function relativeUrl(repository: Node | undefined): readonly string[] {
  if (repository?.type !== 'object') return []
  const {type, url} = Object.fromEntries(membersOf(repository).map(({key, value}) => [key, value.value]))
  const local = typeof url === 'string' && (type === 'path' || type === 'artifact' || /^\.{1,2}\//.test(url))
  return local && !/^(?:[a-z][a-z0-9+.-]*:|[/\\~$%])/i.test(url) ? [url] : []
}

/** Up to the first step that is a pattern; undefined for what leads out of the project. */
function fixedPart(url: string): string | undefined {
  const steps = url.split('/').filter((step) => step !== '' && step !== '.')
  if (steps.includes('..')) return undefined
  const glob = steps.findIndex((step) => /[*?[{]/.test(step))
  return (glob === -1 ? steps : steps.slice(0, glob)).join('/') || '.'
}
