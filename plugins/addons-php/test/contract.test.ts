import {describeAddonManagers} from '@flavor/contract/testkit'

const addon = (version: string) => ({install: {package: `acme/sample:${version}`}, name: 'sample', version})

describeAddonManagers(new URL('..', import.meta.url), {
  addons: {php: [addon('1.0'), addon('1.1')]},
  projects: {php: {'composer.json': '{\n    "name": "acme/shop"\n}\n', 'composer.lock': '{}\n'}},
  upon: {base: new URL('../../addons-base/', import.meta.url)},
})
