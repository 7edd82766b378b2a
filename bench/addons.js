/**
 * `flavour add` from a warm registry on this machine, in a project of a thousand files, beside the manager's own time: the same image run by
 * Docker's own client, `check` and then `add`; and npm, writing its lock alone. Before each run the project is what it was.
 *
 * The budget is for managers as the protocol has them, images. Beside npm alone, a quarter of a second, the times what flavour adds is what there
 * is to see: its own start, three questions to the registry, and the transaction take as long whatever the tool does.
 */
import {spawn, spawnSync} from 'node:child_process'
import {cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {createInterface} from 'node:readline'
import {engineMissing, startEngine, stopEngine} from '../test/support/docker-engine.ts'
import {buildManager} from '../test/support/manager-image.ts'
import {measure, print} from './measure.js'
import {root} from './workload.js'

const flavour = [process.execPath, join(root, 'bin/flavour.js')]
const image = 'bench/fam-python:1'
const files = 1000

export async function benchAddons({runs}) {
  const directory = mkdtempSync(join(tmpdir(), 'flavor-bench-'))
  const servers = []
  try {
    writeAddons(join(directory, 'addons'))
    const registry = await started([...flavour, 'registry', 'serve', '--dir', join(directory, 'addons'), '--port', '0'], servers)
    const place = {add: ['add', '--registry', registry, '--yes'], directory, env: homeIn(directory), runs: Math.min(runs, 7)}
    await benchImage(place)
    await benchNpm(place, servers)
  } finally {
    for (const server of servers) server.kill()
    rmSync(directory, {recursive: true})
  }
}

// --- an image --------------------------------------------------------------------------------------------------------

async function benchImage({add, directory, env, runs}) {
  const missing = engineMissing() ?? (spawnSync('docker', ['--version']).error && 'docker is not on the PATH')
  if (missing) return console.log(`an image: skipped, needs a Docker engine, and ${missing}`)
  const running = await startEngine()
  try {
    await buildManager(running.engine, image, {identifier: image})
    const project = writeProject(join(directory, 'image'), {'requirements.txt': ''})
    const name = `flavour add, an image, ${files} files`
    const subjects = [
      {command: ['sh', '-c', dockerLine(directory)], name: `docker run check and add, ${files} files`},
      {command: [...flavour, ...add, 'bench/python:1', '--addonmanager', image], name},
    ].map((subject) => ({...subject, before: project.renew, cwd: project.path, env: {...env, DOCKER_HOST: running.engine.host}}))
    print(measure(subjects, runs), {[name]: 'budget 1.5x'})
  } finally {
    await stopEngine(running)
  }
}

function dockerLine(directory) {
  const document = join(directory, 'addons/bench/python/1.flavour')
  const run = `docker run --rm -i --network none --tmpfs /tmp --cap-drop all --log-driver none -u "$(id -u):$(id -g)" -w /app -v "$PWD:/app" ${image}`
  return `${run} check < ${document} && ${run} add < ${document}`
}

// --- npm -------------------------------------------------------------------------------------------------------------

async function benchNpm({add, directory, env, runs}, servers) {
  const packages = await started([process.execPath, '--input-type=module', '-e', npmServer(directory)], servers)
  const npm = {...env, npm_config_registry: packages}
  const manifest = {name: 'shop', private: true, version: '1.0.0'}
  const project = writeProject(join(directory, 'npm'), {'package.json': `${JSON.stringify(manifest, null, 2)}\n`})
  spawnSync('npm', ['install', '--package-lock-only'], {cwd: project.path, env: {...process.env, ...npm}})
  project.keep()
  const name = `flavour add, npm, ${files} files`
  const subjects = [
    {
      command: ['npm', 'install', 'bench-package@1.0.0', '--save-exact', '--package-lock-only', '--ignore-scripts'],
      name: 'npm install --package-lock-only',
    },
    {command: [...flavour, ...add, 'bench/node:1'], name},
  ].map((subject) => ({...subject, before: project.renew, cwd: project.path, env: npm}))
  print(measure(subjects, runs))
}

/** A registry of npm with one package, in a process of its own: measuring keeps this one from answering. */
function npmServer(directory) {
  const content = join(directory, 'package')
  mkdirSync(content)
  writeFileSync(join(content, 'package.json'), '{"name": "bench-package", "version": "1.0.0"}')
  spawnSync('npm', ['pack', '--silent'], {cwd: content})
  const module = JSON.stringify(join(root, 'test/support/registry.ts'))
  const tarball = JSON.stringify(join(content, 'bench-package-1.0.0.tgz'))
  return `import {startRegistry} from ${module}; console.log((await startRegistry([${tarball}])).url)`
}

// --- what is added to what -------------------------------------------------------------------------------------------

function writeAddons(directory) {
  for (const [name, version] of [
    ['node', 'bench-package@1.0.0'],
    ['python', 'bench-package==1.0.0'],
  ]) {
    mkdirSync(join(directory, 'bench', name), {recursive: true})
    writeFileSync(join(directory, 'bench', name, 'stack'), name)
    const text = `spec: 0.1\nmeta: {name: bench/${name}, version: 1}\ninstall: {package: ${version}}\n`
    writeFileSync(join(directory, 'bench', name, '1.flavour'), text)
  }
}

function writeProject(path, more) {
  for (let at = 0; at < files; at++) {
    if (at % 50 === 0) mkdirSync(join(path, `src/${at / 50}`), {recursive: true})
    writeFileSync(join(path, `src/${Math.floor(at / 50)}/${at}.txt`), `${at}\n`.repeat(400))
  }
  for (const [name, text] of Object.entries({'app.flavour': 'spec: 0.1\n', ...more})) writeFileSync(join(path, name), text)
  const kept = `${path}.kept`
  const keep = () => copyTop(path, kept)
  const renew = () => {
    rmSync(join(path, '.flavour'), {force: true, recursive: true})
    copyTop(kept, path)
  }
  keep()
  return {keep, path, renew}
}

/** The files beside `src`, which are all that is changed: to make the others anew would cost the next who makes files on ext4 (see cold.js). */
function copyTop(from, to) {
  cpSync(from, to, {filter: (path) => path !== join(from, 'src'), recursive: true})
}

/** Whatever is written lands here, and nothing of whoever measures is read. */
function homeIn(directory) {
  const home = join(directory, 'home')
  mkdirSync(home)
  const places = {
    FLAVOR_CACHE: 'flavor',
    XDG_CACHE_HOME: 'cache',
    XDG_CONFIG_HOME: 'config',
    XDG_DATA_HOME: 'data',
    npm_config_cache: 'npm',
  }
  return {HOME: home, ...Object.fromEntries(Object.entries(places).map(([name, place]) => [name, join(home, place)]))}
}

/** The line that it says when it is ready. */
async function started([program, ...args], servers) {
  const server = spawn(program, args, {stdio: ['ignore', 'pipe', 'inherit']})
  servers.push(server)
  return await new Promise((resolve, reject) => {
    createInterface({input: server.stdout}).once('line', resolve)
    server.on('close', (code) => reject(new Error(`${program} ended with ${code}`)))
  })
}
