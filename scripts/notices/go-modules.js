/** Go modules of which packages are linked for any target of the Go launcher. A package may have a licence beside that of its module. */
import {existsSync} from 'node:fs'
import {dirname, join} from 'node:path'
import {copyWithModules} from '../../plugins/launcher-go/src/left-out.ts'
import {builds} from '../../plugins/launcher-go/src/program.ts'
import {textsOf} from './texts.js'
import {inScratch, run} from './tool.js'

/** Modules do not state their licence: these were read. */
const licences = {
  'filippo.io/edwards25519': 'BSD-3-Clause',
  'github.com/andybalholm/brotli': 'MIT',
  'github.com/klauspost/compress': 'BSD-3-Clause',
  'github.com/xi2/xz': 'public domain',
  'golang.org/x/sys': 'BSD-3-Clause',
}

const systems = {darwin: 'darwin', linux: 'linux', win32: 'windows'}
const processors = {arm64: 'arm64', x64: 'amd64'}

export function goModules() {
  return inScratch(async (scratch) => {
    const directory = join(scratch, 'sources')
    const env = {...process.env, CGO_ENABLED: '0', GOFLAGS: '', GOWORK: 'off'}
    const failure = await copyWithModules(directory, env)
    if (failure !== undefined) throw new Error(`go mod vendor failed: ${failure}`)
    const packages = builds.flatMap((target) => linkedPackages(directory, target, env))
    return [...Map.groupBy(packages, ({name}) => name)].map(([name, of]) => goModule(directory, name, of))
  })
}

/** What `go build` links, but for Go's own library and the launcher itself. */
function linkedPackages(directory, target, env) {
  const [system, processor] = target.split('-')
  const format = '{{with .Module}}{{if not .Main}}{{.Path}} {{.Version}} {{$.ImportPath}}{{end}}{{end}}'
  const place = {cwd: directory, env: {...env, GOARCH: processors[processor], GOOS: systems[system]}}
  const lines = run('go', ['list', '-mod=vendor', '-tags=image', '-deps', '-f', format, '.'], place).match(/.+/g)
  return lines.map((line) => line.split(' ')).map(([name, version, path]) => ({name, path, version}))
}

function goModule(directory, name, packages) {
  const vendored = packages.flatMap(({path}) => upTo(name, path)).map((path) => join(directory, 'vendor', path))
  const directories = [...new Set(vendored)].filter((path) => existsSync(path)).sort()
  const [licence, {version}] = [licences[name] ?? 'a licence that nobody has read', packages[0]]
  return {licence, name, source: 'Go module', texts: textsOf({directories, licence, name}), version}
}

/** A package's directory and those above it in its module. */
const upTo = (name, path) => (path === name ? [name] : [path, ...upTo(name, dirname(path))])
