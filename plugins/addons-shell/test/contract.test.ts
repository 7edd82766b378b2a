import {describeAddonManagers} from '@flavor/contract/testkit'

const install = {command: ['touch one', 'touch two'], remove: 'rm one two'}

describeAddonManagers(new URL('..', import.meta.url), {
  addons: {
    shell: [
      {install, name: 'sample', version: '1.0'},
      {install, name: 'sample', version: '1.1'},
    ],
  },
  upon: {base: new URL('../../addons-base/', import.meta.url)},
})
