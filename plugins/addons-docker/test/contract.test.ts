import {describeAddonManagers} from '@flavor/contract/testkit'

describeAddonManagers(new URL('..', import.meta.url))
