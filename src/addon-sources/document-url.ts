/** An `addon.flavour` behind a URL: `https:`, and `http:` on this machine. */
import {isLoopback} from '../http/loopback.ts'
import {shownUrl} from '../http/request.ts'
import {sourceErrors} from './errors.ts'
import {type Answer, limitedFetch} from './limited-fetch.ts'
import type {LocatedAddon, SourceContext} from './source.ts'

export async function documentAt(word: string, context: SourceContext): Promise<LocatedAddon> {
  const url = webUrl(word)
  const shown = shownUrl(url)
  const {bytes, status} = await answer(url, shown, context)
  if (status !== 200) throw sourceErrors.url(shown, `the server answers ${status}`)
  return {bytes, found: undefined, from: shown, keptSource: {source: shown}, kind: 'url', stacks: [], version: undefined}
}

async function answer(url: URL, shown: string, context: SourceContext): Promise<Answer> {
  try {
    return await limitedFetch({url}, context)
  } catch (error) {
    context.signal.throwIfAborted()
    throw sourceErrors.url(shown, (error as Error).message)
  }
}

/** Throws EFLAVOR_USAGE for what is no URL, or one that nothing protects. */
export function webUrl(word: string): URL {
  const url = URL.canParse(word) ? new URL(word) : undefined
  if (url === undefined || url.hostname === '') throw sourceErrors.word(word, 'it is no URL', ['https://HOST/PATH'])
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLoopback(url)))
    throw sourceErrors.word(word, `it must begin with https:, not with ${url.protocol}`, [`https://${url.host}${url.pathname}`])
  if (url.username !== '' || url.password !== '')
    throw sourceErrors.word(`${url.protocol}//${url.host}${url.pathname}`, 'a user name and a password do not belong into a URL', [
      'curl -u USER -fo addon.flavour URL, and then --package addon.flavour',
    ])
  return url
}
