/**
 * One application, packed by flavor and by what people use today: a small command-line tool with libraries from npm, whose
 * `node_modules` holds ten thousand files more. caxa carries the same tree; bun and Node's single executable applications
 * (SEA) carry one bundled script, and so neither those files nor anything that is looked up at run time. All of them carry a runtime.
 */
import {spawnSync} from 'node:child_process'
import {chmodSync, copyFileSync, cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'
import {measure, median} from './measure.js'
import {flavor, launchersHere, placesIn} from './workload.js'

const example = fileURLToPath(new URL('../examples/hello-node', import.meta.url))
const bunPackage = `@oven/bun-${process.platform}-${process.arch}`
const tools = ['caxa@3.0.1', 'postject@1.0.0-alpha.6', `${bunPackage}@1.4.5`]
const fuse = 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2'

/** It looks nothing up at run time and awaits nothing at its top, so that bundlers and SEA can take it. */
const script = `#!/usr/bin/env node
const {program} = require('commander')
const colors = require('picocolors')
program.name('hello').version('1.0.0').argument('[who]', 'whom to greet', 'world')
program.action((who) => console.log(colors.green('Hello, ' + who))).parse()
`

export function benchPeers({runs}) {
  const directory = mkdtempSync(join(tmpdir(), 'flavor-bench-'))
  try {
    const app = writeApp(join(directory, 'app'))
    const subjects = [...flavors(directory), ...others(directory, app)]
    for (const subject of subjects) packTimes(subject, Math.min(runs, 3))
    printTable(subjects, Math.min(runs, 9))
    printSize(directory, subjects[0])
  } finally {
    rmSync(directory, {force: true, recursive: true})
  }
}

function writeApp(app) {
  cpSync(example, app, {filter: (path) => !/hello-node\/(?:dist|node_modules)/.test(path), recursive: true})
  must('npm', ['ci', '--omit=dev', '--no-audit', '--no-fund', '--loglevel=error'], {cwd: app})
  writeFileSync(join(app, 'index.cjs'), script)
  for (let at = 0; at < 10_000; at++) {
    const library = join(app, 'node_modules', `filler-${at % 100}`)
    if (at < 100) mkdirSync(library)
    writeFileSync(join(library, `file-${at}.js`), `// ${at}\n${'export const value = () => 1\n'.repeat(at % 200)}`)
  }
  return app
}

/** One project for each launcher; the runtime is a slot of its own, as it would be in several packages of one publisher. */
function flavors(directory) {
  return launchersHere(['rust', 'go']).map((launcher) => {
    const output = join(directory, `flavor-${launcher}`)
    const manifest = join(directory, `${launcher}.yaml`)
    mkdirSync(join(directory, 'runtime'), {recursive: true})
    copyFileSync(process.execPath, join(directory, 'runtime/node'))
    writeFileSync(
      manifest,
      `name: hello-${launcher}
version: 1.0.0
command: ["{workenv}/runtime/node", "{workenv}/app/index.cjs"]
launcher: ${launcher}
slots:
  - {id: runtime, purpose: native-binary, source: runtime/node, target: runtime/node, compression: zstd}
  - {id: app, purpose: application-code, source: app, target: app}
`,
    )
    const words = ['pack', '--quiet', '--key-seed', 'bench', '--manifest', manifest, '--output', output]
    return subject(`flavor, ${launcher}`, directory, output, [...flavor, ...words])
  })
}

/** Those that could be installed from the registry. */
function others(directory, app) {
  const prefix = join(directory, 'tools')
  mkdirSync(prefix)
  const {status} = spawnSync('npm', ['install', '--prefix', prefix, '--no-audit', '--no-fund', '--loglevel=error', ...tools])
  if (status !== 0) {
    console.log(`caxa, bun and SEA: not measured, npm could not install ${tools.join(', ')}`)
    return []
  }
  const bin = (name) => join(prefix, 'node_modules/.bin', name)
  const bun = join(prefix, 'node_modules', bunPackage, 'bin/bun')
  const at = (name) => join(directory, name)
  return [
    subject('caxa', directory, at('caxa'), [
      bin('caxa'),
      '--input',
      app,
      '--output',
      at('caxa'),
      '--',
      '{{caxa}}/node_modules/.bin/node',
      '{{caxa}}/index.cjs',
    ]),
    subject('bun build --compile', directory, at('bun'), [bun, 'build', '--compile', join(app, 'index.cjs'), '--outfile', at('bun')]),
    subject('Node SEA', directory, at('sea'), seaCommand(directory, app, bin('postject'))),
  ].filter(({command}) => existsSync(command[0]))
}

function seaCommand(directory, app, postject) {
  const at = (name) => join(directory, name)
  const esbuild = fileURLToPath(new URL('../node_modules/.bin/esbuild', import.meta.url))
  writeFileSync(
    at('sea.json'),
    JSON.stringify({disableExperimentalSEAWarning: true, main: at('sea.cjs'), output: at('sea.blob'), useCodeCache: true}),
  )
  const steps = [
    `'${esbuild}' '${app}/index.cjs' --bundle --platform=node --format=cjs --log-level=error --outfile='${at('sea.cjs')}'`,
    `'${process.execPath}' --experimental-sea-config '${at('sea.json')}'`,
    `cp '${process.execPath}' '${at('sea')}'`,
    `'${postject}' '${at('sea')}' NODE_SEA_BLOB '${at('sea.blob')}' --sentinel-fuse ${fuse}`,
  ]
  return ['/bin/sh', '-c', steps.join(' && ')]
}

/** `fresh` removes what earlier starts left: nothing of the user's, since HOME and TMPDIR are here. */
function subject(name, directory, output, command) {
  const home = join(directory, `home-${name.replace(/\W+/g, '-')}`)
  const env = {...process.env, ...placesIn(home), TMPDIR: join(home, 'tmp')}
  const fresh = () => {
    rmSync(home, {force: true, recursive: true})
    mkdirSync(env.TMPDIR, {recursive: true})
  }
  return {command, env, fresh, name, output}
}

function packTimes(subject, runs) {
  const times = []
  for (let run = 0; run < runs; run++) {
    rmSync(subject.output, {force: true})
    const started = performance.now()
    must(subject.command[0], subject.command.slice(1))
    times.push(performance.now() - started)
  }
  chmodSync(subject.output, 0o755)
  subject.packed = median(times)
}

function printTable(subjects, runs) {
  const started = (before) =>
    measure(
      subjects.map(({env, fresh, name, output}) => ({before: before ? fresh : undefined, command: [output, '--version'], env, name})),
      runs,
    )
  const first = started(true)
  const next = started(false)
  console.log(`${''.padEnd(24)} ${['file', 'packed in', 'first start', 'next start'].map((word) => word.padStart(12)).join('')}`)
  for (const [at, {name, output, packed}] of subjects.entries()) {
    const cells = [
      `${(statSync(output).size / 1e6).toFixed(1)} MB`,
      ...[packed, first[at].ms, next[at].ms].map((ms) => `${ms.toFixed(0)} ms`),
    ]
    console.log(`${name.padEnd(24)} ${cells.map((cell) => cell.padStart(12)).join('')}`)
  }
}

/** The budget of a package's size: 1.02 times the same tree through `tar | zstd`, and the launcher. */
function printSize(directory, {name, output} = {}) {
  if (output === undefined) return
  const archive = join(directory, 'tree.tar.zst')
  must('sh', ['-c', `tar -C ${directory} -cf - app runtime | zstd -q -T0 -3 -f -o ${archive}`])
  const launcher = JSON.parse(must(flavor[0], [flavor[1], 'inspect', '--json', output])).launcher_size
  const ratio = (statSync(output).size - launcher) / statSync(archive).size
  console.log(`${name}: ${ratio.toFixed(3)}x of tar | zstd -3 without its launcher; budget 1.02x`)
}

function must(program, args, options = {}) {
  const {error, status, stderr, stdout} = spawnSync(program, args, {encoding: 'utf8', maxBuffer: 1 << 28, ...options})
  if (error) throw error
  if (status !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${status}: ${stderr}`)
  return stdout
}
