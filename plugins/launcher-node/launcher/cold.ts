/** The entrance to everything that a warm start does without; a script of its own in the image. */
export {buildReady} from './build.ts'
export {addLateSlots} from './late.ts'
export {serve} from './services.ts'
