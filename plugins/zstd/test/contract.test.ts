import {describeCompressors} from '@flavor/contract/testkit'

// Three frames: two whole, one short.
describeCompressors(new URL('..', import.meta.url), {large: 20 * 1024 * 1024})
