/**
 * Where a symbolic link leads, followed as the system would, through other links. Comparing text is not enough:
 * `p/q/up -> ../..` stays inside and so does `x -> p/q/up/..` by its letters, but not once `up` is followed.
 */
const mostLinks = 40

/** Does the link at `path`, relative to a root, stay below it? `linkAt` gives the target of whatever link lies at a path. */
export function staysInside(path: string, target: string, linkAt: (path: string) => string | undefined): boolean {
  if (target.startsWith('/')) return false
  let at = path.split('/').slice(0, -1)
  const pending = target.split('/').reverse()
  for (let followed = 0; pending.length > 0; ) {
    const name = pending.pop() as string
    if (name === '' || name === '.') continue
    if (name === '..') {
      if (at.length === 0) return false
      at = at.slice(0, -1)
      continue
    }
    const next = [...at, name]
    const link = linkAt(next.join('/'))
    if (link === undefined) at = next
    else if (link.startsWith('/') || ++followed > mostLinks) return false
    else pending.push(...link.split('/').reverse())
  }
  return true
}
