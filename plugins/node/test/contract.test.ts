import {describePurposes} from '@flavor/contract/testkit'

const names = {name: 'sample', version: '1.0.0'}

describePurposes(new URL('..', import.meta.url), {
  sources: {
    'node-environment': {
      'index.js': 'console.log(1)\n',
      'package-lock.json': JSON.stringify({...names, lockfileVersion: 3, packages: {'': names}}),
      'package.json': JSON.stringify(names),
    },
  },
})
