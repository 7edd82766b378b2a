import {describeAddonManagers} from '@flavor/contract/testkit'

const sample = (version: string, range: string) => ({
  install: {package: range},
  name: 'sample',
  text: `spec: 0.1\nmeta:\n  name: sample\n  version: ${version}\ninstall:\n  package: '${range}'\n`,
  version,
})

describeAddonManagers(new URL('..', import.meta.url), {
  addons: {node: [sample('0.1', 'lodash@4.17.21'), sample('0.2', '@scope/other@^1.2')]},
  projects: {node: {'package.json': '{\r\n\t"name": "shop",\r\n\t"dependencies": {"left-pad": "^1"}\r\n}'}},
  upon: {base: new URL('../../addons-base/', import.meta.url)},
})
