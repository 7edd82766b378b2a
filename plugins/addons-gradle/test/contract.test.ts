import {describeAddonManagers} from '@flavor/contract/testkit'

const addon = (version: string) => ({install: {package: `org.acme:sample:${version}`}, name: 'sample', version})

describeAddonManagers(new URL('..', import.meta.url), {
  addons: {gradle: [addon('1.0'), addon('1.1')]},
  projects: {gradle: {'build.gradle': "plugins { id 'java' }\n"}},
  upon: {base: new URL('../../addons-base/', import.meta.url)},
})
