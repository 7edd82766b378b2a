import assert from 'node:assert/strict'
import {execFileSync, spawnSync} from 'node:child_process'
import {copyFileSync, mkdirSync, readdirSync, symlinkSync, writeFileSync} from 'node:fs'
import {dirname, join} from 'node:path'
import {before, describe, it} from 'mocha'
import {type Member, tarOf, writeTestPackage} from './support/package.ts'
import {directory, nodes, older, outcomeOf, run, scratch, start} from './support/run.ts'

/** What a program can see of how it was started. */
const portrait = `
const globals = Object.getOwnPropertyNames(globalThis).sort()
const {argv, execArgv, execPath, exitCode, title} = process
console.log(JSON.stringify({
  argv: argv.slice(1), execArgv, execPath, exitCode, title, globals, eval: '_eval' in process, argv0: process.argv0.split('/').at(-1),
  main: require.main === module, mainModule: process.mainModule === module, parent: module.parent, id: module.id, filename: __filename,
  cache: Object.keys(require.cache), children: module.children.length, listeners: process.eventNames().map(String).sort(), cwd: process.cwd(),
  crypto: typeof crypto.subtle, lazy: globalThis.fs === undefined, options: process.env.NODE_OPTIONS, links: process.env.NODE_PRESERVE_SYMLINKS_MAIN, paths: Object.keys(module.constructor._pathCache).length, umask: process.umask(), uncaught: process.listenerCount('uncaughtException'),
}))
`

const files: Readonly<Record<string, string>> = {
  'args.js': 'process.stdout.write(JSON.stringify(process.argv.slice(2)))',
  'cluster.js': `
const cluster = require('cluster')
if (cluster.isPrimary) { cluster.fork().on('exit', (code) => console.log('worker ended', code)); console.log(JSON.stringify(cluster.settings.execArgv ?? [])) }
else process.exit(7)`,
  'esm.mjs': `import {Worker} from 'node:worker_threads'
console.log(JSON.stringify({argv: process.argv.slice(2), main: import.meta.main ?? 'unknown', url: import.meta.url.endsWith('/esm.mjs'), Worker: typeof Worker, top: await Promise.resolve(1)}))`,
  'events.js': `
process.nextTick(() => console.log('tick')); Promise.resolve().then(() => console.log('promise')); setImmediate(() => console.log('immediate'))
process.once('beforeExit', (code) => { console.log('before', code); process.exitCode = 9; setTimeout(() => console.log('late'), 5) })
process.on('exit', (code) => console.log('exit', code)); console.log('main')`,
  'exit.js': 'process.exit(Number(process.argv[2]))',
  'fork.js': `
if (process.argv[2] === 'child') process.send({execArgv: process.execArgv, argv: process.argv.slice(2)}, () => process.disconnect())
else require('child_process').fork(__filename, ['child', 'x y']).on('message', (m) => console.log(JSON.stringify(m)))`,
  'portrait.js': portrait,
  'reject.mjs': 'await null; Promise.reject(new Error("unheard"))',
  'stdin.js': `let text = ''; process.stdin.on('data', (chunk) => { text += chunk }).on('end', () => console.log(text.length, text.slice(0, 5)))`,
  'throw.js': 'throw new TypeError("on purpose")',
  'wait.js': `for (const name of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(name, () => { console.log('got', name); process.exit(33) }); console.log('ready'); setInterval(() => {}, 1000)`,
  'worker.js': `
const {Worker, isMainThread, parentPort} = require('worker_threads')
if (isMainThread) new Worker(__filename).on('message', (m) => console.log(JSON.stringify(m)))
else parentPort.postMessage({execArgv: process.execArgv, argv: process.argv.slice(2)})`,
}

const members: readonly Member[] = [
  {path: 'app/'},
  ...Object.entries(files).map(([name, content]) => ({content, path: `app/${name}`})),
  {link: 'portrait.js', path: 'app/link.js'},
  {path: 'app/directory/'},
  {content: portrait, path: 'app/directory/index.js'},
  {content: '#!/bin/sh\nfor word; do printf "<%s>" "$word"; done; printf "|%s" "$0" "$PWD"; exit 5\n', mode: 0o755, path: 'app/tool.sh'},
]

const packages = new Map<string, Promise<string>>()

function app(name: string, argv: readonly string[] = ['node', `{workenv}/app/${name}`]): Promise<string> {
  const made =
    packages.get(name) ?? writeTestPackage(join(scratch, `${name} package`), {argv, slots: [{id: 'app', members, target: 'app'}]})
  packages.set(name, made)
  return made
}

/** A caller who has that variable keeps it, and Node gets the launcher's words as a flag. */
const ways = {'by a flag': {NODE_PRESERVE_SYMLINKS_MAIN: '0'}, 'by a pipe': {}}
const started = nodes.flatMap((node) => Object.entries(ways).map(([way, more]) => ({more, node, way})))

for (const {more, node, way} of started) {
  describe(`an application that runs on ${node.name}, started ${way}`, () => {
    const env = {...more, FLAVOR_CACHE: undefined as string | undefined, FLAVOR_LAUNCHER: '1'}
    let plain: string
    before(() => {
      env.FLAVOR_CACHE = directory()
      plain = directory()
      execFileSync('tar', ['-xf', '-', '-C', plain], {input: tarOf(members)})
    })

    /** The same file started by node itself, for comparison. */
    const bare = (name: string, args: readonly string[] = [], input = '', own = {}) =>
      run('node', [join(plain, 'app', name), ...args], {env: {...env, ...own}, input, node})
    const packed = async (name: string, args: readonly string[] = [], input = '', own = {}) =>
      run(await app(name), args, {env: {...env, ...own}, input, node})
    const tidy = (text: string, from: string) => text.replaceAll(new RegExp(`${from.replaceAll('/', '\\/')}[^"]*?/app/`, 'g'), 'APP/')

    it('cannot tell that a launcher started it, cold or warm', async () => {
      for (const name of ['portrait.js', 'link.js', 'directory']) {
        const expected = JSON.parse((await bare(name)).stdout.replaceAll(`${plain}/app/`, 'APP/'))
        for (const _ of ['cold', 'warm']) {
          const {stderr, stdout} = await packed(name)
          assert.equal(stderr, '')
          assert.deepEqual(JSON.parse(tidy(stdout, `${env.FLAVOR_CACHE}`)), expected)
        }
      }
    })

    it('gets its arguments unchanged', async () => {
      const args = ['', 'a b', '"q"', "it's", 'new\nline', '\\', '$HOME', '`x`', 'ünï→✓', '--', '-e', '--version', '*']
      assert.deepEqual(JSON.parse((await packed('args.js', args)).stdout), args)
    })

    it('reads the standard input it was given', async () => {
      assert.equal((await packed('stdin.js', [], 'hello'.repeat(50_000))).stdout, '250000 hello\n')
    })

    it('ends with its own exit code', async () => {
      for (const code of [0, 1, 2, 42, 101, 107, 255]) assert.equal((await packed('exit.js', [String(code)])).status, code)
    })

    it('meets events in the order and with the codes of a plain start', async () => {
      const expected = await bare('events.js')
      assert.equal(expected.status, 9)
      assert.deepEqual(await packed('events.js'), expected)
      assert.deepEqual(await packed('events.js'), expected)
    })

    it('fails as it would by itself', async () => {
      for (const name of ['throw.js', 'reject.mjs']) {
        const [one, other] = [await packed(name), await bare(name)]
        assert.equal(one.status, other.status)
        assert.match(one.stderr, /on purpose|unheard/)
        assert.doesNotMatch(one.stderr, /EFLAVOR/)
      }
    })

    it('may be an ECMAScript module', async () => {
      assert.deepEqual(JSON.parse((await packed('esm.mjs', ['a'])).stdout), JSON.parse((await bare('esm.mjs', ['a'])).stdout))
    })

    it('forks, clusters and starts threads without the launcher’s flags', async () => {
      assert.deepEqual(JSON.parse((await packed('fork.js')).stdout), {argv: ['child', 'x y'], execArgv: []})
      assert.deepEqual(JSON.parse((await packed('worker.js')).stdout), {argv: [], execArgv: []})
      assert.equal((await packed('cluster.js')).stdout, (await bare('cluster.js')).stdout)
    })

    it('receives signals, and may die of them', async () => {
      for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
        const child = start(await app('wait.js'), [], {env, node})
        child.stdout.once('data', () => child.kill(signal))
        const {status, stdout} = await outcomeOf(child)
        assert.equal(stdout, `ready\ngot ${signal}\n`)
        assert.equal(status, 33)
      }
      const sleeper = start(await app('sleep', ['/bin/sh', '-c', 'echo ready; exec sleep 60']), [], {env, node})
      sleeper.stdout.once('data', () => sleeper.kill('SIGTERM'))
      assert.equal((await outcomeOf(sleeper)).signal, 'SIGTERM')
    })

    it('may be another program, with its words, directory and exit code', async () => {
      const cwd = directory()
      const {status, stdout} = await run(await app('tool.sh', ['{workenv}/app/tool.sh', 'from package']), ['a b', '', 'ü'], {
        cwd,
        env,
        node,
      })
      assert.match(stdout, /^<from package><a b><><ü>\|.*\/app\/tool\.sh\|/)
      assert.ok(stdout.endsWith(`|${cwd}`))
      assert.equal(status, 5)
    })

    it('dies of a closed pipe like any other program', async () => {
      const file = await app('yes', ['/bin/sh', '-c', 'kill -PIPE $$; echo survived'])
      assert.equal((await run(file, [], {env, node})).signal, 'SIGPIPE')
    })

    it('may keep compiled code of its own, and the launcher has none', async () => {
      const compiled = async (start: typeof packed) => {
        const NODE_COMPILE_CACHE = directory()
        await start('args.js', [], '', {NODE_COMPILE_CACHE})
        return readdirSync(NODE_COMPILE_CACHE, {recursive: true}).length
      }
      await packed('args.js')
      assert.equal(await compiled(packed), await compiled(bare))
    })

    it('gets NODE_OPTIONS back, and the launcher is not subject to them', async () => {
      const preload = join(directory(), 'preload.js')
      execFileSync('/bin/sh', ['-c', `echo 'console.log("preloaded", process.argv.length)' > "$1"`, 'sh', preload])
      const options = `--require=${preload.replaceAll(' ', '\\ ')}`
      const {stderr, stdout} = await run(await app('args.js'), ['x'], {env: {...env, NODE_OPTIONS: `"${options}"`}, node})
      assert.equal(stdout, 'preloaded 3\n["x"]', stderr)
    })
  })
}

describe('the file of a package', () => {
  const env = {
    get FLAVOR_CACHE() {
      return cache()
    },
  }
  let place: string | undefined
  const cache = () => (place ??= directory())

  it('may have any name, be reached through links and be found on the PATH', async () => {
    const file = await app('args.js')
    const odd = join(directory(), "it's a “package” $HOME")
    mkdirSync(odd)
    copyFileSync(file, join(odd, '-e'))
    symlinkSync(join(odd, '-e'), join(odd, 'link'))
    assert.equal((await run(join(odd, '-e'), ['1'], {env})).stdout, '["1"]')
    assert.equal((await run('./-e', ['2'], {cwd: odd, env})).stdout, '["2"]')
    assert.equal((await run(join(odd, 'link'), ['3'], {env})).stdout, '["3"]')
    const onPath = {PATH: `${odd}:${nodes[0]?.bin}:/usr/bin:/bin`}
    assert.equal((await run('/bin/sh', ['-c', 'link 4'], {env: {...env, ...onPath}})).stdout, '["4"]')
  })

  it('finds its program behind directories of the PATH that cannot be looked into', async () => {
    const loop = join(directory(), 'loop')
    symlinkSync(loop, loop)
    const {status, stderr, stdout} = await run(await app('args.js'), ['x'], {env: {...env, PATH: `${loop}:${nodes[0]?.bin}:/usr/bin:/bin`}})
    assert.deepEqual([status, stdout], [0, '["x"]'], stderr)
  })

  it('says what it needs when there is no node', async () => {
    const {status, stderr} = await run(await app('args.js'), [], {env: {...env, PATH: '/nowhere'}})
    assert.equal(status, 104)
    assert.match(stderr, /needs Node\.js 20 or newer/)
  })

  it('says what it needs when node is too old', async () => {
    const bin = directory()
    writeFileSync(join(bin, 'old.js'), "Object.defineProperty(process, 'versions', {value: {node: '18.1.0'}})")
    const shim = `#!/bin/sh\nexec "${process.execPath}" --require "${bin}/old.js" "$@"\n`
    writeFileSync(join(bin, 'node'), shim, {mode: 0o755})
    for (const more of Object.values(ways)) {
      const {status, stderr} = await run(await app('args.js'), [], {env: {...env, ...more, PATH: `${bin}:/usr/bin:/bin`}})
      assert.equal(status, 104, stderr)
      assert.match(stderr, /args\.js package: this program needs Node\.js 20 or newer/)
    }
  })

  it('says when its program is not there', async () => {
    const {status, stderr} = await run(await app('absent', ['no-such-program-anywhere']), [], {env})
    assert.equal(status, 104)
    assert.match(stderr, /no-such-program-anywhere.*EFLAVOR_COMMAND/)
  })

  it('starts where there is no /proc, and whatever a package.json in the root directory says', async function () {
    if (spawnSync('unshare', ['--mount', 'true']).status !== 0) {
      if (this.test) this.test.title += ' (skipped: needs root that can make mount namespaces)'
      this.skip()
    }
    const file = await app('args.js')
    await run(file, [], {env})
    const places = 'for place in /*; do [ ! -d "$place" ] || { mkdir "$1$place"; mount --rbind "$place" "$1$place"; }; done'
    const esm = `mount -t tmpfs none "$1"; ${places}; echo '{"type": "module"}' > "$1/package.json"; exec /usr/sbin/chroot "$1" "$2" ok`
    const bare = 'mount -t tmpfs none /proc; exec "$2" ok'
    for (const node of nodes) {
      for (const [script, start] of [
        [bare, 'cold'],
        [bare, 'warm'],
        [esm, 'warm'],
      ] as const) {
        const here = start === 'warm' ? env : {...env, FLAVOR_CACHE: directory()}
        const {stderr, stdout} = await run('unshare', ['--mount', 'sh', '-c', script, 'sh', directory(), file], {env: here, node})
        assert.deepEqual([stdout, stderr], ['["ok"]', ''], `${node.name}, ${start}`)
      }
    }
  })

  it('was also tried on a node without execve', function () {
    if (!older) this.skip()
    assert.notEqual(dirname(older.path), dirname(process.execPath))
  })
})
