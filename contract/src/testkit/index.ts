/**
 * The test kit of the contract: a plugin's whole contract test is one line.
 *
 *     import {describeCompressors} from '@flavor/contract/testkit'
 *
 *     describeCompressors(new URL('..', import.meta.url))
 *
 * Each function takes the plugin's folder, reads its package.json, asks the modules of its hook as the host would, and
 * defines mocha tests for everything the contract promises. Build the plugin first: what users get is tested. For a plugin's own tests,
 * `contextIn` makes the context that a purpose works in.
 */
export {type AddonManagerOptions, type AddonSample, describeAddonManagers} from './addon-managers.ts'
export {type CompressorOptions, describeCompressors} from './compressors.ts'
export {contextIn} from './context.ts'
export {describeLaunchers} from './launchers.ts'
export {describePurposes, type PurposeOptions} from './purposes.ts'
