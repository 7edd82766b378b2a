/**
 * The images of the release: by target, size and SHA-256. Written by `node scripts/pin-launchers.js` from images that the
 * release workflow has built; empty until there is a release. An image that is neither here nor on record is refused.
 */
export interface Pin {
  readonly sha256: string
  readonly size: number
}

export const pins: Readonly<Record<string, Pin>> = {}
