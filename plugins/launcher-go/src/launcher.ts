/** The Go launcher as the host sees it: an image to put in front of a package, for each target that was built. */
import {createReadStream} from 'node:fs'
import type {Launcher, LauncherImage} from '@flavor/contract'
import {images} from './images.ts'

async function open(target: string): Promise<LauncherImage> {
  const built = images()
  const image = built.find((one) => one.target === target)
  if (!image) throw new Error(`no image for ${target}, only for ${built.map((one) => one.target).join(', ') || 'nothing: none was built'}`)
  return {sha256: image.sha256, size: image.size, stream: () => createReadStream(image.path)}
}

const launcher: Launcher = {open}

export default launcher
