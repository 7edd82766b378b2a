/**
 * Slot 0 of every package: what the application may want to know of itself, as JSON. Not the signed metadata, which
 * holds this slot's hash and so cannot be inside it. The same for every target, so that packages of one version share it.
 */
import type {SlotDeclaration, SlotPurpose} from '@flavor/contract'
import {optionProblems} from './given-content.ts'

function document({package: {description, name, version}}: SlotDeclaration): Uint8Array {
  return new TextEncoder().encode(`${JSON.stringify({name, version, description}, undefined, 2)}\n`)
}

const purpose: SlotPurpose = {
  check: async (slot) => [
    ...(slot.source === undefined ? [] : [{hint: 'remove `source:`', message: 'its content is made by flavor; it takes no source'}]),
    ...optionProblems(slot),
  ],
  prepare: async (slot) => ({bytes: document(slot), kind: 'bytes'}),
}

export default purpose
