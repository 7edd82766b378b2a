/** Does something with each of several things, some at a time: what is started for each (npm, a container) takes room. Results in order. */
const most = 8

export async function eachAtOnce<T, R>(all: readonly T[], work: (one: T) => Promise<R>): Promise<readonly R[]> {
  const results = new Array<R>(all.length)
  const rest = all.entries()
  const worker = async (): Promise<void> => {
    for (const [index, one] of rest) results[index] = await work(one)
  }
  await Promise.all(Array.from({length: Math.min(most, all.length)}, worker))
  return results
}
