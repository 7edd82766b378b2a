/**
 * Where a case happens: a directory with a home, a place for packages and one to work in, gone afterwards. Nothing of
 * the tester's own environment gets in but a `node`, which one launcher needs.
 */
import {type ChildProcess, execFileSync, spawn, spawnSync} from 'node:child_process'
import {existsSync, lstatSync, mkdirSync, mkdtempSync, readdirSync, realpathSync, symlinkSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {keyPairFromText} from '../../dist/format/keys.js'
import {removeTree} from '../../dist/workenv/remove-tree.js'
import type {NamedCase, Step} from './case.ts'
import type {Launcher} from './launchers.ts'
import {buildPackage} from './package.ts'

export interface Sandbox {
  readonly root: string
  /** Words in braces that a case may use in arguments, environment and expectations. */
  readonly places: Readonly<Record<string, string>>
  readonly launcher: Launcher
  readonly running: Set<ChildProcess>
  remove(): void
}

export interface Outcome {
  readonly exit: number | null
  readonly signal: string | null
  readonly stdout: string
  readonly stderr: string
}

/** A launcher's helper may be at work in a sandbox that is just going; what it makes there goes at the end. */
const sandboxes = new Set<string>()
process.once('exit', () => {
  for (const root of sandboxes) removeTree(root)
})

type Packages = Pick<NamedCase, 'directory' | 'others' | 'package'>

/** Builds the packages of a case; or takes the bytes of one that is there. */
export function openSandbox(launcher: Launcher, {directory, others = {}, package: own = {}}: Packages, bytes?: Uint8Array): Sandbox {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'flavor-case-')))
  sandboxes.add(root)
  const place = (name: string) => join(root, name)
  for (const name of ['home', 'bin', 'work', 'path', 'tmp', 'system']) mkdirSync(place(name))
  symlinkSync(process.execPath, join(place('path'), 'node'))
  for (const [name, description] of Object.entries({app: own, ...others}))
    writeFileSync(join(place('bin'), name), bytes ?? buildPackage(description, launcher.bytes, directory), {mode: 0o755})
  const running = new Set<ChildProcess>()
  return {
    launcher,
    places: {
      base: place('home/.cache/flavor'),
      bin: place('bin'),
      config: place('home/.config/flavor'),
      home: place('home'),
      package: join(place('bin'), 'app'),
      root,
      system: place('system'),
      tmp: place('tmp'),
      work: place('work'),
    },
    remove() {
      for (const child of running) killGroup(child)
      removeTree(root)
    },
    root,
    running,
  }
}

/** `{home}/x` → the sandbox's; `{workenv}` is the real path of the one work environment there is. */
export function fill(sandbox: Sandbox, text: string): string {
  return fillKeys(text).replaceAll(/\{(\w+)\}/g, (whole, name: string) =>
    name === 'workenv' ? workenvOf(sandbox) : (sandbox.places[name] ?? whole),
  )
}

/** `{key SEED}`: the public key that the text makes, in hex; `{key64 SEED}` in base64. No shell would understand either. */
function fillKeys(text: string): string {
  return text.replaceAll(/\{(key|key64) ([\w -]+)\}/g, (_, kind: string, seed: string) =>
    Buffer.from(keyPairFromText(seed).publicKey).toString(kind === 'key' ? 'hex' : 'base64'),
  )
}

function workenvOf({places: {base = ''}}: Sandbox): string {
  const workenvs = join(base, 'workenvs')
  const links = existsSync(workenvs) ? readdirSync(workenvs).filter((name) => lstatSync(join(workenvs, name)).isSymbolicLink()) : []
  if (links.length !== 1) throw new Error(`{workenv} means the one work environment; there are ${links.length}: ${links.join(', ')}`)
  return realpathSync(join(workenvs, links[0] as string))
}

const helpers = `
# Ends with the sandbox: a case that ran out of time leaves nobody waiting.
wait_for() { until eval "$*"; do [ -d "$ROOT" ] || exit 1; sleep 0.02; done; }
workenv() { set -- "$BASE"/workenvs/*-????????????; readlink -f "$1"; }
generations() { ls "$BASE/workenvs/.gen" 2>/dev/null | grep -v '^trash' || true; }
running() { (cd "$ROOT"; echo "$ROOT" > root; { grep -las -f root /proc/[0-9]*/cmdline || true; find /proc/[0-9]*/exe -lname "$PWD/*" 2>/dev/null; } | cut -d / -f 3 | sort -u); }
quiet() { wait_for 'test -z "$(running)"'; }
# /etc as it is, but for the directory of the system's policy.
use_system() {
  mkdir -p "$ROOT/etc" "$ROOT/etc-of-the-machine"; mount --bind /etc "$ROOT/etc-of-the-machine"; mount -t tmpfs none "$ROOT/etc"
  ln -s "$ROOT"/etc-of-the-machine/* "$ROOT/etc"; rm -f "$ROOT/etc/flavor"; mkdir "$ROOT/etc/flavor"
  mount --bind "$ROOT/etc" /etc; mount --bind "$ROOT/system" /etc/flavor
}
set -e
`

/** A step that starts something, as the command line of it. */
export function commandOf(sandbox: Sandbox, step: Step): {readonly program: string; readonly args: readonly string[]} {
  const inner = innerCommand(sandbox, step)
  if (step.under === undefined) return inner
  const script = `${helpers}${fillKeys(step.under)}\nexec "$@"`
  return {args: ['--mount', '/bin/sh', '-c', script, 'sh', inner.program, ...inner.args], program: 'unshare'}
}

function innerCommand(
  sandbox: Sandbox,
  {of = 'app', self, shell, start}: Step,
): {readonly program: string; readonly args: readonly string[]} {
  if (shell !== undefined) return {args: ['-c', `${helpers}${fillKeys(shell)}`, 'sh'], program: '/bin/sh'}
  return {args: (self ?? start ?? []).map((word) => fill(sandbox, word)), program: join(sandbox.places.bin as string, of)}
}

function environmentOf({places}: Sandbox, {env = {}, self, shell, under}: Step, filled: (text: string) => string): Record<string, string> {
  const variables = {BASE: places.base, BIN: places.bin, PACKAGE: places.package, ROOT: places.root, SANDBOX_TMP: places.tmp}
  const all: Record<string, string | null | undefined> = {
    HOME: places.home,
    PATH: `${places.root}/path:/usr/bin:/bin:/usr/sbin:/sbin`,
    ...(self ? {FLAVOR_LAUNCHER_CLI: '1'} : {}),
    ...(shell !== undefined || under !== undefined ? variables : {}),
    ...env,
  }
  return Object.fromEntries(Object.entries(all).flatMap(([name, value]) => (value == null ? [] : [[name, filled(value)]])))
}

/** Runs a step to its end. */
export function execute(sandbox: Sandbox, step: Step): Promise<Outcome> {
  const {args, program} = commandOf(sandbox, step)
  const child = spawn(program, args, {
    cwd: step.cwd === undefined ? sandbox.places.work : fill(sandbox, step.cwd),
    detached: true,
    env: environmentOf(sandbox, step, (text) => fill(sandbox, text)),
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  sandbox.running.add(child)
  child.stdin.on('error', () => {})
  child.stdin.end(step.stdin ?? '')
  return outcomeOf(sandbox, child, step)
}

function outcomeOf(sandbox: Sandbox, child: ReturnType<typeof spawn>, {send}: Step): Promise<Outcome> {
  const out: Buffer[] = []
  const err: Buffer[] = []
  let pending = send
  child.stdout?.on('data', (chunk: Buffer) => {
    out.push(chunk)
    if (pending && Buffer.concat(out).toString().includes(pending.after)) {
      child.kill(`SIG${pending.signal}` as NodeJS.Signals)
      pending = undefined
    }
  })
  child.stderr?.on('data', (chunk: Buffer) => err.push(chunk))
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (exit, signal) => {
      sandbox.running.delete(child)
      resolve({exit, signal, stderr: Buffer.concat(err).toString(), stdout: Buffer.concat(out).toString()})
    })
  })
}

function killGroup({pid}: ChildProcess): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL')
  } catch {
    // It has ended meanwhile.
  }
}

/** What a machine must have for some cases; gives what is missing, in words. */
export function missingNeed(need: string): string | undefined {
  const check = needs[need]
  if (!check) throw new Error(`a case cannot need ${JSON.stringify(need)}; it can need ${Object.keys(needs).join(', ')}`)
  return check() ? undefined : `needs ${need}`
}

const once = (work: () => boolean) => {
  let known: boolean | undefined
  return () => (known ??= work())
}
const isRoot = () => process.getuid?.() === 0
const works = (program: string, ...args: readonly string[]) => spawnSync(program, args, {stdio: 'ignore'}).status === 0

const mountsBtrfs = `
disk=$(mktemp -d) && truncate -s 200M "$disk/image" && mkfs.btrfs -q "$disk/image" && mkdir "$disk/place" &&
unshare --mount mount -o loop "$disk/image" "$disk/place"; code=$?; rm -r "$disk"; exit $code
`

const needs: Readonly<Record<string, () => boolean>> = {
  btrfs: once(() => isRoot() && works('sh', '-c', mountsBtrfs)),
  linux: () => process.platform === 'linux',
  mounts: once(() => isRoot() && works('unshare', '--mount', 'true')),
  namespaces: once(() => isRoot() && works('unshare', '--mount', '--pid', '--fork', 'true')),
  'not root': () => !isRoot(),
  perl: once(() => works('perl', '-e', '1')),
  python: once(() => works('python3', '-c', '1')),
  root: isRoot,
  'setuid that counts': once(
    () => isRoot() && !execFileSync('findmnt', ['-no', 'OPTIONS', '-T', tmpdir()], {encoding: 'utf8'}).includes('nosuid'),
  ),
  setpriv: once(() => isRoot() && works('setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', 'true')),
}
