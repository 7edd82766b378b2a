import type {Offer} from '@flavor/contract'
import {listImages} from './images.ts'

/** Offered for the systems whose images are there; where none was built, there is nothing to offer. */
const offer: Offer<'launchers'> = async () => {
  const targets = listImages().map(({target}) => target)
  if (targets.length === 0) return []
  return [
    {
      aliases: ['flavor-rs-launcher'],
      formats: [0x20250001],
      id: 'rust',
      load: () => import('./launcher.ts'),
      operations: [0x01, 0x10, 0x13, 0x16, 0x1b, 0x21],
      summary: 'A native program that starts a package in a millisecond and needs nothing else on the machine',
      targets,
    },
  ]
}

export default offer
