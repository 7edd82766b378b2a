/**
 * The Rust launcher as the host sees it: images to put in front of packages. Each is held to the SHA-256 that its build has
 * recorded, so that a damaged one is never packed.
 */
import {createHash} from 'node:crypto'
import {createReadStream, readFileSync} from 'node:fs'
import type {Launcher, LauncherImage} from '@flavor/contract'
import {findImage, listImages} from './images.ts'

async function open(target: string): Promise<LauncherImage> {
  const image = findImage(target)
  if (!image)
    throw new Error(
      `no image for ${target}; there are ${
        listImages()
          .map((one) => one.target)
          .join(', ') || 'none'
      }`,
    )
  const {file, sha256, size} = image
  if (createHash('sha256').update(readFileSync(file)).digest('hex') !== sha256)
    throw new Error(`the image for ${target} is not the one that was built: build it again`)
  return {sha256, size, stream: () => createReadStream(file)}
}

const launcher: Launcher = {open}

export default launcher
