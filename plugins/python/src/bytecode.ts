/**
 * Compiled modules beside their sources. They name neither a time nor this machine: whether a source has changed is not looked
 * at (unchecked-hash), and paths in them begin in the tree; Python replaces them when it loads a module.
 *
 * The same sources give the same bytes: what a process has compiled before can show in what it compiles next, so that the
 * sources are dealt to a fixed number of processes in a fixed order.
 */
import {Failure, lastWords} from './failure.ts'
import type {Interpreter} from './interpreter.ts'
import {run} from './run.ts'

const processes = 4

/** Sources that do not compile (templates, tests of other versions) stay without. */
export async function compileSources(root: string, files: readonly string[], {env, executable}: Interpreter): Promise<void> {
  const sources = files.filter((path) => path.endsWith('.py'))
  const hands = Array.from({length: processes}, (_, hand) => sources.filter((_, index) => index % processes === hand))
  const options = ['-q', '-q', '-f', '--invalidation-mode', 'unchecked-hash', '-s', root, '-i', '-']
  const dealt = hands.filter(({length}) => length > 0).map((hand) => hand.map((path) => `${root}/${path}\n`).join(''))
  await Promise.all(
    dealt.map(async (input) => {
      const {code, stderr} = await run([executable, '-I', '-S', '-m', 'compileall', ...options], {env, input})
      if (code > 1) throw new Failure(`${executable} cannot compile modules`, `${executable} -m compileall --help`, lastWords(stderr))
    }),
  )
}
