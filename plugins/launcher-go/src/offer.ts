import type {Offer} from '@flavor/contract'
import {listImages} from './images.ts'
import {builds, launcher, program} from './program.ts'

/** Offered for the targets that there are images for; where none was built, it can still build them. */
const offer: Offer<'launchers'> = async () => [
  {
    aliases: [program],
    builds,
    formats: [0x20250001],
    id: launcher,
    load: () => import('./launcher.ts'),
    operations: [0x01, 0x10, 0x13, 0x16, 0x1b, 0x21],
    summary: 'A static program for each system, which needs nothing installed',
    targets: listImages().map(({target}) => target),
  },
]

export default offer
