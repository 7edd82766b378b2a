/**
 * Builds images of the Rust launcher for what the toolchains here can build, and records each one's size and SHA-256:
 *
 *     node plugins/launcher-rust/build.js [TARGET …] [--force]       default: this system's own
 *
 * Needs cargo and a C compiler (for the zstd decoder). For Linux the musl target is used where rustup has it
 * (`rustup target add x86_64-unknown-linux-musl`), else the host's own, linked statically. Without cargo nothing is built, the
 * reason is said, and the exit code is 0: everything else works without these images.
 *
 * The bytes depend on the sources, Cargo.lock, the Rust version and the C compiler, never on the place or the time of the build.
 */
import {spawnSync} from 'node:child_process'
import {createHash} from 'node:crypto'
import {chmodSync, copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync} from 'node:fs'
import {homedir} from 'node:os'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'

const here = fileURLToPath(new URL('./', import.meta.url))
const native = join(here, 'native')
const built = process.env.CARGO_TARGET_DIR ?? join(native, 'target')

/** Rust's names, the preferred first, and the C compilers that make code for them. */
const triples = {
  'darwin-arm64': [{triple: 'aarch64-apple-darwin'}],
  'darwin-x64': [{triple: 'x86_64-apple-darwin'}],
  'linux-arm64': [
    {cc: ['aarch64-linux-musl-gcc', 'aarch64-linux-gnu-gcc'], triple: 'aarch64-unknown-linux-musl'},
    {cc: ['aarch64-linux-gnu-gcc'], triple: 'aarch64-unknown-linux-gnu'},
  ],
  'linux-x64': [{cc: ['cc', 'gcc', 'clang'], triple: 'x86_64-unknown-linux-musl'}, {triple: 'x86_64-unknown-linux-gnu'}],
}

const words = process.argv.slice(2)
const force = words.includes('--force')
const wanted = words.filter((word) => !word.startsWith('--'))
const targets = wanted.length > 0 ? wanted : [`${process.platform}-${process.arch}`]

process.exitCode = targets.map(buildTarget).every(Boolean) || wanted.length === 0 ? 0 : 1

function buildTarget(target) {
  const image = join(here, 'images', target, 'flavor-rs-launcher')
  const record = join(here, 'images', target, 'image.json')
  const sources = hashSources()
  if (!force && isFresh(image, record, sources)) return say(`${target}: up to date`)
  if (!run('cargo', ['--version'])) return skip(target, 'cargo is not there: https://rustup.rs')
  const choice = (triples[target] ?? []).find(({triple}) => hasTarget(triple))
  if (!choice)
    return skip(target, `this toolchain has none of ${(triples[target] ?? []).map(({triple}) => triple).join(', ') || 'its targets'}`)
  const failure = compile(choice)
  if (failure) return skip(target, failure)
  keep(join(built, choice.triple, 'release/flavor-rs-launcher'), image, record, {sources, triple: choice.triple})
  return say(`${target}: ${readFileSync(image).length} bytes for ${choice.triple}`)
}

function compile({cc = [], triple}) {
  const name = triple.replaceAll('-', '_')
  const compiler = cc.find((program) => run(program, ['--version']))
  const places = [
    [cargoHome(), '/cargo'],
    [built, '/target'],
    [native.replace(/\/$/, ''), '/launcher'],
    ...crates().map((path) => [path, '/crates']),
  ]
  const flags = [
    '-Ctarget-feature=+crt-static',
    '-Cforce-unwind-tables=no',
    ...places.map(([from, to]) => `--remap-path-prefix=${from}=${to}`),
  ]
  if (triple.includes('linux')) flags.push('-Clink-arg=-Wl,--build-id=none')
  const {status, stderr} = spawnSync(
    'cargo',
    ['build', '--release', '--locked', '--bin', 'flavor-rs-launcher', '--target', triple, '-j2'],
    {
      cwd: native,
      encoding: 'utf8',
      env: {
        ...process.env,
        ...(compiler ? {[`CC_${name}`]: compiler, [`CARGO_TARGET_${name.toUpperCase()}_LINKER`]: linker(triple, compiler)} : {}),
        CARGO_ENCODED_RUSTFLAGS: flags.join('\x1f'),
        CARGO_TARGET_DIR: built,
        [`CFLAGS_${name}`]: [
          '-U_FORTIFY_SOURCE -fno-stack-protector -fno-asynchronous-unwind-tables -ffunction-sections -fdata-sections -g0',
          ...places.map(([from, to]) => `-ffile-prefix-map=${from}=${to}`),
        ].join(' '),
      },
      maxBuffer: 64 * 1024 * 1024,
    },
  )
  return status === 0 ? undefined : `cargo failed:\n${stderr?.split('\n').slice(-30).join('\n')}`
}

/** Rust brings what is needed to link for musl on its own architecture. */
function linker(triple, compiler) {
  return triple.startsWith(process.arch === 'x64' ? 'x86_64' : 'aarch64') ? 'cc' : compiler
}

function keep(from, image, record, facts) {
  mkdirSync(join(image, '..'), {recursive: true})
  copyFileSync(from, `${image}.new`)
  chmodSync(`${image}.new`, 0o755)
  const bytes = readFileSync(`${image}.new`)
  renameSync(`${image}.new`, image)
  const rust = spawnSync('rustc', ['--version'], {cwd: native, encoding: 'utf8'}).stdout.trim()
  writeFileSync(record, `${JSON.stringify({sha256: hash(bytes), size: bytes.length, rust, ...facts}, null, 2)}\n`)
}

function isFresh(image, record, sources) {
  return existsSync(image) && existsSync(record) && JSON.parse(readFileSync(record, 'utf8')).sources === sources
}

/** Of all that the image is built from. */
function hashSources() {
  const sum = createHash('sha256')
  const files = readdirSync(join(native, 'src'), {recursive: true})
    .filter((path) => path.endsWith('.rs'))
    .sort()
  for (const path of ['Cargo.toml', 'Cargo.lock', 'rust-toolchain.toml', '../build.js', ...files.map((path) => join('src', path))])
    sum.update(`${path}\0`).update(readFileSync(join(native, path)))
  return sum.digest('hex')
}

function hasTarget(triple) {
  const {status, stdout} = spawnSync('rustc', ['--print', 'target-libdir', '--target', triple], {cwd: native, encoding: 'utf8'})
  return status === 0 && existsSync(stdout.trim())
}

function cargoHome() {
  return process.env.CARGO_HOME ?? join(homedir(), '.cargo')
}

/** Where cargo unpacks crates: one directory for each registry, named after it. */
function crates() {
  const sources = join(cargoHome(), 'registry/src')
  return existsSync(sources) ? readdirSync(sources).map((name) => join(sources, name)) : []
}

function hash(bytes) {
  return createHash('sha256').update(bytes).digest('hex')
}

function run(program, args) {
  return spawnSync(program, args, {cwd: native, stdio: 'ignore'}).status === 0
}

function say(text) {
  console.log(`Rust launcher, ${text}`)
  return true
}

function skip(target, reason) {
  console.log(`Rust launcher, ${target}: not built: ${reason}`)
  return false
}
