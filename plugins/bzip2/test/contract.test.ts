import {describeCompressors} from '@flavor/contract/testkit'

describeCompressors(new URL('..', import.meta.url))
