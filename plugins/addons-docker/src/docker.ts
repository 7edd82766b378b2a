/** Stands for managers that are images. Alone it manages nothing: somebody has to name the image. */
import type {AddonManager} from '@flavor/contract'
import {failures} from './failures.ts'
import {imageManager} from './image-manager.ts'

const docker: AddonManager = {
  check: async () => [failures.noImage().problem],
  image: imageManager,
  plan: async () => {
    throw failures.noImage()
  },
}

export default docker
