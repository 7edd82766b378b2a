/**
 * examples/react-dashboard: a page that Vite builds, a Python API with libraries from PyPI, two commands, one file. The page
 * is opened in a real browser, and must show what the API of the packaged server says.
 */
import assert from 'node:assert/strict'
import {type ChildProcess, spawn, spawnSync} from 'node:child_process'
import {once} from 'node:events'
import {cp, readdir} from 'node:fs/promises'
import {join} from 'node:path'
import {createInterface} from 'node:readline'
import {after, before, describe, it} from 'mocha'
import {execute, repository, type Sandbox, sandbox} from '../support/run.ts'

const name = 'only the API knows this name'

describe('the React dashboard (needs python3 with pip)', function () {
  this.timeout(300_000)
  let box: Sandbox
  let packed: string

  before(async function () {
    if (!starts('python3')) this.skip()
    box = await sandbox()
    packed = box.path('dashboard')
    await buildPage(box.path('project'))
    // pip's own cache, so that libraries come over the network once.
    const env = {HOME: process.env.HOME, PIP_CACHE_DIR: process.env.PIP_CACHE_DIR}
    const pack = await box.run(['pack', '--key-seed', 'e2e', '--output', packed], {cwd: box.path('project'), env})
    assert.equal(pack.code, 0, pack.stderr)
  })

  after(() => box?.remove())

  it('answers `report` from the API alone, without unpacking the page', async () => {
    const {code, stderr, stdout} = await execute(packed, ['--flavor-command', 'report'], {env: {...box.env, DASHBOARD_NAME: name}})
    assert.equal(code, 0, stderr)
    assert.equal(JSON.parse(stdout).name, name)
    assert.deepEqual(await unpacked(box), ['api', 'python'])
  })

  it('shows what the API says in a browser (needs chromium)', async function () {
    const browser = ['chromium', 'chromium-browser', 'google-chrome'].find(starts)
    if (browser === undefined) return this.skip()
    await whileServing(packed, box, async (address) => {
      const {code, stderr, stdout} = await execute(browser, [...flags(box), '--dump-dom', address], {env: box.env})
      assert.equal(code, 0, stderr)
      assert.match(stdout, new RegExp(`<h1>${name}</h1>`))
      assert.match(stdout, /<meter[^>]* value="[\d.]+"/)
    })
    assert.deepEqual(await unpacked(box), ['api', 'python', 'web'])
  })
})

function starts(program: string): boolean {
  return spawnSync(program, ['--version']).status === 0
}

async function buildPage(project: string): Promise<void> {
  const example = join(repository, 'examples/react-dashboard')
  const made = /\/(?:dist|node_modules|__pycache__)(?:\/|$)/
  await cp(example, project, {filter: (path) => !made.test(path.slice(example.length)), recursive: true})
  for (const args of [
    ['ci', '--no-audit', '--no-fund', '--loglevel=error'],
    ['run', '--silent', 'build'],
  ]) {
    const {code, stderr, stdout} = await execute('npm', args, {cwd: join(project, 'web'), env: process.env})
    assert.equal(code, 0, `${stdout}${stderr}`)
  }
}

/** The slots that are there, by their targets. */
async function unpacked(box: Sandbox): Promise<readonly string[]> {
  const [workenv = ''] = (await readdir(box.path('cache/flavor/workenvs'))).filter((entry) => entry.startsWith('react-dashboard-'))
  const entries = await readdir(box.path('cache/flavor/workenvs', workenv))
  return ['api', 'python', 'web'].filter((target) => entries.includes(target))
}

async function whileServing(packed: string, box: Sandbox, use: (address: string) => Promise<void>): Promise<void> {
  const server = spawn(packed, [], {env: {...box.env, DASHBOARD_NAME: name} as NodeJS.ProcessEnv, stdio: ['ignore', 'pipe', 'inherit']})
  const ended = once(server, 'exit')
  try {
    await use(await firstLine(server))
  } finally {
    server.kill()
    await ended
  }
}

async function firstLine(server: ChildProcess): Promise<string> {
  for await (const line of createInterface({input: server.stdout as NonNullable<typeof server.stdout>})) return line
  throw new Error('the server ended without naming its address')
}

/** Everything of the browser's stays in the sandbox; time passes for the page until it has nothing to do. */
function flags(box: Sandbox): readonly string[] {
  return ['--headless=new', '--no-sandbox', '--disable-gpu', `--user-data-dir=${box.path('browser')}`, '--virtual-time-budget=4000']
}
