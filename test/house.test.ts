/** The rules of the house that a reader would otherwise have to trust: layers, generated files, a clean root. */
import assert from 'node:assert/strict'
import {readdirSync, readFileSync} from 'node:fs'
import {dirname, join, relative, resolve} from 'node:path'
import {describe, it} from 'mocha'
import {execute, repository} from './support/run.ts'

const sources = (directory: string): readonly string[] =>
  readdirSync(join(repository, directory), {recursive: true, encoding: 'utf8'})
    .filter((path) => path.endsWith('.ts') && !path.split(/[/\\]/).includes('node_modules'))
    .map((path) => join(directory, path))

/** What a module imports: packages by name, its neighbours by path in the repository. */
function imports(path: string): readonly string[] {
  const text = readFileSync(join(repository, path), 'utf8')
  const named = [...text.matchAll(/(?<![.\w])(?:from|import)\s*\(?\s*'([^']+)'/g)].map(([, name = '']) => name)
  return named.map((name) => (name.startsWith('.') ? relative(repository, resolve(repository, dirname(path), name)) : name))
}

/** Imports of a directory's modules that no pattern allows, as `module → import`. */
function strays(directories: readonly string[], allowed: readonly RegExp[]): readonly string[] {
  return directories.flatMap(sources).flatMap((path) =>
    imports(path)
      .filter((name) => !allowed.some((pattern) => pattern.test(name)))
      .map((name) => `${path} → ${name}`),
  )
}

const plugins = readdirSync(join(repository, 'plugins'))

describe('the layers', () => {
  it('finds modules and their imports at all', () => {
    assert.ok(sources('src/format').length > 10)
    assert.ok(imports('src/format/signature.ts').length > 0)
  })

  it('the format knows only bytes: nothing above it, no oclif, no plugin', () => {
    assert.deepEqual(strays(['src/format'], [/^src\/format\//, /^node:/, /^@noble\/ed25519$/]), [])
  })

  it('packing and its cache, unpacking, projects, what is begun, trust and work environments know nothing of oclif, commands or plugins', () => {
    const below = ['src/cache', 'src/pack', 'src/project', 'src/scaffold', 'src/trust', 'src/unpack', 'src/workenv'].filter((path) =>
      readdirSync(join(repository, 'src')).includes(path.slice(4)),
    )
    const forbidden =
      /^@oclif\/|^@flavor\/plugin-|^plugins\/|^src\/(commands\/|command\.ts|main\.ts|survey\.ts|selection\.ts|capabilities\.ts)/
    const found = below.flatMap(sources).flatMap((path) =>
      imports(path)
        .filter((name) => forbidden.test(name))
        .map((name) => `${path} → ${name}`),
    )
    assert.deepEqual(found, [])
  })

  it('addons are files and what they say: no oclif, no plugin, nothing of packages', () => {
    const words = /^src\/project\/(nearest|order|place|plan)\.ts$/
    assert.deepEqual(strays(['src/addons'], [/^src\/addons\//, words, /^src\/errors\.ts$/, /^node:/, /^yaml$/, /^@flavor\/contract$/]), [])
  })

  it('where addons come from: files and servers, and neither oclif nor plugins', () => {
    const below = /^src\/(addons|http)\/|^src\/errors\.ts$|^src\/text\.ts$|^src\/unpack\/system-error\.ts$/
    assert.deepEqual(strays(['src/addon-sources'], [/^src\/addon-sources\//, below, /^node:/, /^@flavor\/contract$/]), [])
    assert.deepEqual(strays(['src/http'], [/^src\/http\//, /^node:/]), [])
  })

  it("a project's files are changed by who knows no oclif, no plugin, nothing of packages", () => {
    const helpers = /^src\/(errors|unpack\/system-error|workenv\/(live|remove-tree))\.ts$/
    assert.deepEqual(strays(['src/changes'], [/^src\/changes\//, /^src\/addons\//, helpers, /^node:/, /^diff$/, /^@flavor\/contract$/]), [])
  })

  it('plugins know the contract, themselves and the libraries that they declare', () => {
    for (const plugin of plugins) {
      const {dependencies = {}} = JSON.parse(readFileSync(join(repository, 'plugins', plugin, 'package.json'), 'utf8'))
      const declared = Object.keys(dependencies).map((name) => new RegExp(`^${name}(/|$)`))
      const own = new RegExp(`^plugins/${plugin}/`)
      assert.deepEqual(strays([`plugins/${plugin}/src`], [own, /^node:/, /^@flavor\/contract$/, ...declared]), [])
    }
  })

  it('the Node launcher shares with the host how packages are read and trusted, and nothing else', () => {
    const shared = /^src\/(format|trust|unpack|workenv)\//
    const found = sources('plugins/launcher-node/launcher').flatMap(imports)
    assert.deepEqual(
      found.filter((name) => name.startsWith('src/') && !shared.test(name)),
      [],
    )
    assert.deepEqual(
      found.filter((name) => /^@(oclif|flavor)\//.test(name)),
      [],
    )
  })

  it('the contract runs nothing and needs nothing', () => {
    assert.deepEqual(imports('contract/src/index.ts'), ['node:stream'])
  })
})

describe('generated files', () => {
  for (const [what, script] of Object.entries({
    'constants follow format/*.json': 'generate.js',
    'the command index follows the commands': 'manifest.js',
  })) {
    it(what, async () => {
      const {code, stderr} = await execute(process.execPath, [join(repository, 'scripts', script), '--check'], {env: process.env})
      assert.equal(code, 0, stderr)
    })
  }

  it('the command index holds no path of the machine that made it', () => {
    assert.ok(!readFileSync(join(repository, 'oclif.manifest.json'), 'utf8').includes(repository))
  })
})

describe('the repository', () => {
  const face = `.ci .github .gitignore ARCHITECTURE.md CHANGELOG.md CONTRIBUTING.md LICENSE README.md SECURITY.md bench bin biome.json conformance
    contract docs examples format oclif.manifest.json package-lock.json package.json plugins scripts src test tools tsconfig.base.json tsconfig.json`

  async function tracked(): Promise<readonly string[]> {
    const {code, stdout} = await execute('git', ['ls-files', '-z'], {cwd: repository, env: process.env})
    return code === 0 ? stdout.split('\0').filter((path) => path !== '') : []
  }

  it('shows at its root only what belongs there', async function () {
    const paths = await tracked()
    if (paths.length === 0) this.skip()
    const roots = [...new Set(paths.map((path) => path.split('/')[0] ?? ''))]
    assert.deepEqual(
      roots.filter((path) => !face.split(/\s+/).includes(path)),
      [],
    )
  })

  it('keeps no outputs, backups or dated files', async function () {
    const paths = await tracked()
    if (paths.length === 0) this.skip()
    assert.deepEqual(
      paths.filter((path) => /(^|\/)(dist|node_modules)\/|\.(bak|orig|log|tsbuildinfo|tgz)$|~$|\b20\d\d-?[01]\d-?[0-3]\d\b/.test(path)),
      [],
    )
  })

  it('each plugin is called like its folder, says what it is, and runs nothing when it is installed', () => {
    for (const plugin of plugins) {
      const manifest = JSON.parse(readFileSync(join(repository, 'plugins', plugin, 'package.json'), 'utf8'))
      assert.equal(manifest.name, `@flavor/plugin-${plugin}`)
      assert.ok(manifest.keywords.includes('flavor-plugin'), plugin)
      assert.ok(Array.isArray(manifest.files), plugin)
      for (const script of ['install', 'preinstall', 'postinstall', 'prepare']) assert.equal(manifest.scripts?.[script], undefined, plugin)
    }
  })
})
