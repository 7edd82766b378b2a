/** What the log says of a slot. */
import {chainWord} from '../../../src/format/chain.ts'
import type {Slot} from '../../../src/format/examination.ts'
import type {Launch} from './checked.ts'

/** A slot without checksum stores nothing, so that nothing is done with it. */
export function tellSlot({log}: Launch, action: 'removed' | 'shared' | 'unpacked', {chain, id, sha256, storedSize}: Slot): void {
  if (sha256 !== undefined) log?.tell('slot', {action, chain: chainWord(chain), id, size: storedSize})
}
