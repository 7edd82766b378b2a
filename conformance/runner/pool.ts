/**
 * A few pieces of work at a time. Asking for a result starts that piece and lets the pool work ahead of the asker, but
 * not far: so asking in order keeps it busy, and asking for one alone (mocha's --grep) costs little more than that one.
 */
export interface Pool {
  /** Gives the function that asks for the result. */
  add(work: () => Promise<void>): () => Promise<void>
}

export function createPool(width: number): Pool {
  const works: (() => Promise<void>)[] = []
  const started: (Promise<void> | undefined)[] = []
  let running = 0
  let asked = 0
  const startOne = (at: number): void => {
    const work = works[at]
    if (!work || started[at]) return
    running++
    const done = work()
    started[at] = done
    const next = (): void => {
      running--
      workAhead()
    }
    // Whoever asks hears of a failure; until then nobody does.
    done.then(next, next)
  }
  const workAhead = (): void => {
    for (let at = asked; at < asked + 3 * width && running < width; at++) startOne(at)
  }
  return {
    add(work) {
      const at = works.push(work) - 1
      let again = false
      return () => {
        // Who asks twice wants it done twice.
        if (again) started[at] = undefined
        again = true
        asked = at
        startOne(at)
        workAhead()
        return started[at] as Promise<void>
      }
    },
  }
}
