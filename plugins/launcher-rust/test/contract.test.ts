import {describeLaunchers} from '@flavor/contract/testkit'

describeLaunchers(new URL('..', import.meta.url))
