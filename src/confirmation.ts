/** One question on the terminal before something is removed. */
import {createInterface} from 'node:readline'
import {FlavorError} from './errors.ts'

/** False unless the answer begins with y: Ctrl-C, Ctrl-D and a terminal that goes away are a no. Throws FlavorError when nobody can be asked. */
export async function confirm(question: string, asJson: boolean, signal?: AbortSignal): Promise<boolean> {
  if (asJson || !process.stdin.isTTY || !process.stderr.isTTY)
    throw new FlavorError(`${question} nobody is there to answer`, {
      code: 'EFLAVOR_CONFIRMATION',
      exit: 2,
      hints: ['add --yes to approve, or --dry-run to look'],
    })
  const terminal = createInterface({input: process.stdin, output: process.stderr})
  const answer = await new Promise<string | undefined>((resolve) => {
    terminal.once('close', () => resolve(undefined))
    terminal.question(`${question} [y/N] `, resolve)
    signal?.addEventListener('abort', () => terminal.close())
  })
  terminal.close()
  if (answer === undefined) process.stderr.write('\n')
  return /^y/i.test(answer ?? '')
}
