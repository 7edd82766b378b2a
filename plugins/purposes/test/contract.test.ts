import {describePurposes} from '@flavor/contract/testkit'

describePurposes(new URL('..', import.meta.url))
