/** The program that serves pages, as one file. It brings nothing along but itself: `node-runtime` is what runs it. */
import {readFile} from 'node:fs/promises'
import type {SlotPurpose} from '@flavor/contract'
import {unknownOptions} from './options.ts'

const purpose: SlotPurpose = {
  async check(slot) {
    const source =
      slot.source === undefined ? [] : [{hint: 'remove `source:`', message: 'it takes no source: the pages are a slot of their own'}]
    return [...source, ...unknownOptions(slot, [])]
  },
  async prepare() {
    return {bytes: await readFile(new URL('serve.js', import.meta.url)), kind: 'bytes'}
  },
}

export default purpose
