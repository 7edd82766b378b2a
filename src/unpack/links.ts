/**
 * Where a symbolic link leads, followed as the system would, through other links. Comparing text is not enough:
 * `p/q/up -> ../..` stays inside and so does `x -> p/q/up/..` by its letters, but not once `up` is followed.
 */
const mostLinks = 40

/** Gives the target of whatever link lies at a path, both relative to a root. */
export type Links = (path: string) => string | undefined

/** Does the link at `path`, relative to a root, stay below it? */
export function staysInside(path: string, target: string, linkAt: Links): boolean {
  return destination(path, target, linkAt) !== undefined
}

/** Does the link lead back to where it has been, so that nothing is ever found there? */
export function leadsInCircles(path: string, target: string, linkAt: Links): boolean {
  let followed = 0
  const counting: Links = (at) => {
    const link = linkAt(at)
    if (link !== undefined) followed++
    return link
  }
  return destination(path, target, counting) === undefined && followed > mostLinks
}

/** The path, relative to the root, that the link at `path` leads to in the end; undefined where it leaves the root on its way. */
export function destination(path: string, target: string, linkAt: Links): string | undefined {
  if (target.startsWith('/')) return undefined
  let at = path.split('/').slice(0, -1)
  const pending = target.split('/').reverse()
  for (let followed = 0; pending.length > 0; ) {
    const name = pending.pop() as string
    if (name === '' || name === '.') continue
    if (name === '..') {
      if (at.length === 0) return undefined
      at = at.slice(0, -1)
      continue
    }
    const next = [...at, name]
    const link = linkAt(next.join('/'))
    if (link === undefined) at = next
    else if (link.startsWith('/') || ++followed > mostLinks) return undefined
    else pending.push(...link.split('/').reverse())
  }
  return at.join('/')
}
