import type {Offer} from '@flavor/contract'
import {images} from './images.ts'

/** Offers the targets that there are images for, and nothing where none was built. */
const offer: Offer<'launchers'> = async () => {
  const targets = images().map(({target}) => target)
  if (targets.length === 0) return []
  return [
    {
      aliases: ['flavor-go-launcher'],
      formats: [0x20250001],
      id: 'go',
      load: () => import('./launcher.ts'),
      operations: [0x01, 0x10, 0x13, 0x16, 0x1b, 0x21],
      summary: 'A static program for each system, which needs nothing installed',
      targets,
    },
  ]
}

export default offer
