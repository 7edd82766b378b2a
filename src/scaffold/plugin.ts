/** An addon manager as a plugin: what it offers, its code, and the contract's own test of both. It passes as it is. */
import type {ManagerName} from './manager-name.ts'
import type {NewFiles} from './new-files.ts'

export function managerPlugin(name: ManagerName, version: string): NewFiles {
  return {
    'README.md': readme(name),
    'manager.js': manager(name.stack),
    'offer.js': offer(name),
    'package.json': `${JSON.stringify(manifest(name, version), undefined, 2)}\n`,
    'test/contract.test.js': test(name.stack),
  }
}

export function packageName({directory, scope}: ManagerName): string {
  return scope === undefined ? directory : `@${scope}/${directory}`
}

function manifest(name: ManagerName, version: string): unknown {
  return {
    name: packageName(name),
    version: '0.1.0',
    description: `Addons of ${name.stack} projects`,
    type: 'module',
    keywords: ['flavor-plugin'],
    exports: {'.': './offer.js', './package.json': './package.json'},
    files: ['manager.js', 'offer.js'],
    scripts: {test: 'mocha test/*.test.js'},
    devDependencies: {'@flavor/contract': version, '@flavor/plugin-addons-base': version, mocha: '12.0.3'},
    oclif: {hooks: {'flavor:addon-managers:v1': './offer.js'}},
  }
}

function offer({identifier, stack}: ManagerName): string {
  return `/** @type {import('@flavor/contract').Offer<'addon-managers'>} */
const offer = async () => [
  {
    extends: 'base',
    id: '${stack}',
    identifier: '${identifier}',
    load: () => import('./manager.js'),
    stack: '${stack}',
    summary: 'Puts the packages of addons into packages.txt',
  },
]

export default offer
`
}

function manager(stack: string): string {
  return `/**
 * Addons of ${stack} projects. The manager that this one extends keeps app.flavour and the documents; what is left is the change to the project: here, a
 * line in packages.txt for each addon. Make it the file that your stack reads.
 */
const file = 'packages.txt'

/** @type {import('@flavor/contract').AddonManager} */
const manager = {
  async check({install}) {
    if (typeof install.package === 'string' && /^[\\w@][\\w./@:=+-]*$/.test(install.package)) return []
    return [{message: 'install.package is no package', hint: 'such as: package: sample:1.0'}]
  },

  async plan(change, addon, project) {
    const before = Buffer.from((await project.read(file)) ?? []).toString()
    const others = before.split('\\n').filter((line) => line !== '' && !line.startsWith(\`\${addon.name} \`))
    const lines = change === 'add' ? [...others, \`\${addon.name} \${addon.install.package}\`] : others
    const after = lines.map((line) => \`\${line}\\n\`).join('')
    if (after === before) return []
    return after === '' ? [{kind: 'remove', path: file}] : [{bytes: Buffer.from(after), kind: 'write', path: file}]
  },
}

export default manager
`
}

function test(stack: string): string {
  return `import {describeAddonManagers} from '@flavor/contract/testkit'

const addon = (version) => ({install: {package: \`sample:\${version}\`}, name: 'sample', version})

describeAddonManagers(new URL('..', import.meta.url), {
  addons: {${/^[a-z]+$/.test(stack) ? stack : `'${stack}'`}: [addon('1.0'), addon('1.1')]},
  upon: {base: new URL('.', import.meta.resolve('@flavor/plugin-addons-base/package.json'))},
})
`
}

function readme(name: ManagerName): string {
  return `# ${packageName(name)}

The addon manager \`${name.stack}\` for flavor, identifier \`${name.identifier}\`.

    npm install
    npm test
    flavour plugins link . --no-install
    flavour check --package addon.flavour --addonmanager ${name.stack}

The test needs Node 22.18 or newer. As long as @flavor/contract and @flavor/plugin-addons-base are in no registry of yours, they come out of a
built clone of flavor:

    npm install --no-save --install-links PATH/TO/flavor/contract PATH/TO/flavor/plugins/addons-base
`
}
