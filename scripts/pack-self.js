/**
 * `npm run pack:self`: flavor packed by itself into `build/flavor`, from what users of the npm packages get and nothing
 * else. The production tree is taken from node_modules as the lockfile has it, so no registry is asked.
 */
import {execFileSync} from 'node:child_process'
import {cpSync, lstatSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {basename, dirname, join, relative, sep} from 'node:path'
import {fileURLToPath} from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))

/** What npm would publish of a package, by npm's own word. */
function copyPublished(from, to) {
  const [{files}] = JSON.parse(
    execFileSync('npm', ['pack', '--dry-run', '--json'], {cwd: from, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore']}),
  )
  for (const {path} of files) cpSync(join(from, path), join(to, path))
}

/** A dependency without its nested node_modules: those are on the list themselves. */
function copyDependency(from, to) {
  cpSync(from, to, {filter: (path) => basename(path) !== 'node_modules' || path === from, recursive: true})
}

function productionPaths() {
  const printed = execFileSync('npm', ['ls', '--all', '--omit=dev', '--parseable', '--workspaces=false'], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  return printed.split('\n').filter((path) => path.includes(`${sep}node_modules${sep}`))
}

function stage(directory) {
  const app = join(directory, 'app')
  copyPublished(root, app)
  for (const path of productionPaths()) {
    const copy = lstatSync(path).isSymbolicLink() ? copyPublished : copyDependency
    const target = join(app, relative(root, path))
    mkdirSync(dirname(target), {recursive: true})
    copy(realpathSync(path), target)
  }
  for (const name of Object.keys(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).dependencies)) {
    if (name.startsWith('@flavor/')) copyPublished(realpathSync(join(root, 'node_modules', name)), join(app, 'node_modules', name))
  }
}

const manifest = (version) => `name: flavor
version: ${version}
description: Ship any application as one signed executable file
command: node {workenv}/app/bin/flavor.js
slots:
  - id: app
    purpose: application-code
    source: app
    target: app
`

const staging = mkdtempSync(join(tmpdir(), 'flavor-self-'))
try {
  stage(staging)
  writeFileSync(join(staging, 'flavor.yaml'), manifest(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).version))
  const given = process.argv.slice(2)
  const output = given.includes('--output') ? [] : ['--output', join(root, 'build/flavor')]
  execFileSync(process.execPath, [join(root, 'bin/flavor.js'), 'pack', '--manifest', join(staging, 'flavor.yaml'), ...output, ...given], {
    stdio: 'inherit',
  })
} finally {
  rmSync(staging, {force: true, recursive: true})
}
