/**
 * Compiles the verifier to `verifier.wasm`, which is committed: building the launcher needs no Rust.
 *
 *     node plugins/launcher-node/verifier/build.js [FILE]        default: verifier.wasm beside this file
 *
 * Needs the toolchain of Rust that `rust-toolchain.toml` names, with the component rust-src: the core library is compiled
 * as well, so that a panic is a trap and no texts and paths come along. The bytes depend on sources and toolchain, never on the
 * place.
 */
import {spawnSync} from 'node:child_process'
import {mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'

const here = fileURLToPath(new URL('./', import.meta.url))
const output = process.argv[2] ?? join(here, 'verifier.wasm')
const target = 'wasm32-unknown-unknown'

/** Only compilers that do not promise stability take such options; this asks a stable one to take them too. */
const env = {...process.env, RUSTC_BOOTSTRAP: '1'}
const common = ['-Zunstable-options', '-Cpanic=immediate-abort', '-Zlocation-detail=none']
const small = ['--cfg=curve25519_dalek_bits="32"', '--cfg=sha2_backend="soft"', '--cfg=sha2_backend_soft="compact"']

function run(program, args, more = {}) {
  const {error, status, stderr, stdout} = spawnSync(program, args, {cwd: here, encoding: 'utf8', env: {...env, ...more}})
  if (error || status !== 0) throw new Error(`${program} failed: ${error?.message ?? stderr}`)
  return stdout.trim()
}

/** A library of the toolchain's own sources. */
function compileLibrary(name, source, sysroot, features = []) {
  const place = join(sysroot, 'lib/rustlib', target, 'lib')
  mkdirSync(place, {recursive: true})
  const options = ['--edition=2024', '--crate-type=lib', `--crate-name=${name}`, `--target=${target}`, '-Copt-level=s', '--cap-lints=allow']
  const cfgs = features.map((feature) => `--cfg=feature="${feature}"`)
  run('rustc', [...options, ...common, ...cfgs, `--sysroot=${sysroot}`, `--out-dir=${place}`, source])
}

function compile(directory) {
  const toolchain = run('rustc', ['--print=sysroot'])
  const sources = join(toolchain, 'lib/rustlib/src/rust/library')
  const sysroot = join(directory, 'sysroot')
  compileLibrary('core', join(sources, 'core/src/lib.rs'), sysroot)
  const builtins = join(sources, 'compiler-builtins/compiler-builtins/src/lib.rs')
  compileLibrary('compiler_builtins', builtins, sysroot, ['compiler-builtins', 'mem', 'unmangled-names'])
  const host = /^host: (.*)$/m.exec(run('rustc', ['-vV']))[1]
  const linker = join(toolchain, 'lib/rustlib', host, 'bin/rust-lld')
  const flags = [`--sysroot=${sysroot}`, `-Clinker=${linker}`, '-Clink-arg=-zstack-size=65536', '-Ctarget-feature=+bulk-memory']
  const build = ['build', '--quiet', '--release', '--locked', `--target=${target}`, `--target-dir=${directory}`]
  run('cargo', build, {CARGO_ENCODED_RUSTFLAGS: [...flags, ...common, ...small].join('\x1f')})
  return join(directory, target, 'release/verifier.wasm')
}

const directory = mkdtempSync(join(tmpdir(), 'flavor-verifier-'))
try {
  writeFileSync(output, readFileSync(compile(directory)))
} finally {
  rmSync(directory, {recursive: true})
}
