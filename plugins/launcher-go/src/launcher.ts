/** The Go launcher as the host sees it: images to put in front of packages, and a way to build them. */
import {readFile} from 'node:fs/promises'
import {Readable} from 'node:stream'
import type {BuildRequest, Launcher, LauncherImage} from '@flavor/contract'
import {listImages, readImage, removeBuilt} from './images.ts'

async function open(target: string): Promise<LauncherImage> {
  const {bytes, sha256} = readImage(target)
  return {sha256, size: bytes.length, stream: () => Readable.from([bytes])}
}

const launcher: Launcher = {
  build: async (request: BuildRequest) => (await import('./builder.ts')).build(request),
  clean: async () => removeBuilt(),
  images: async () => listImages(),
  notices: () => readFile(new URL('../THIRD-PARTY-NOTICES.txt', import.meta.url), 'utf8'),
  open,
}

export default launcher
