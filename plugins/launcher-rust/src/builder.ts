/**
 * Builds images with the Rust toolchains that are here (`toolchains.ts`), in the best way that each target allows
 * (`ways.ts`). The bytes depend on the sources, Cargo.lock, and the versions of Rust and of the C compiler, never on the place
 * or the time of the build.
 *
 * Cargo's own outputs go to `native/target`, or where `CARGO_TARGET_DIR` says.
 */
import {existsSync, mkdirSync, readdirSync, writeFileSync} from 'node:fs'
import {homedir} from 'node:os'
import {join} from 'node:path'
import type {BuildOutcome, BuildRequest, Problem} from '@flavor/contract'
import {type BuildRecord, freshImage, storeImage} from './images.ts'
import {builds, program} from './program.ts'
import {areThere, hashSources, native} from './sources.ts'
import {type Choice, choose, findToolchains, whatIsMissing} from './toolchains.ts'
import {lastLines, runTool} from './tools.ts'

const cargoFlags = ['build', '--release', '--locked', '--bin', program]
/** Small, and without what only unwinding needs: a launcher that panics is gone at once. */
const buildStd = ['-Zbuild-std=std,panic_abort', '-Zbuild-std-features=optimize_for_size']
const cFlags = '-U_FORTIFY_SOURCE -fno-stack-protector -fno-asynchronous-unwind-tables -ffunction-sections -fdata-sections -g0'

export async function build({force, target}: BuildRequest): Promise<BuildOutcome> {
  if (!builds.includes(target))
    return missing({hint: `it is made for ${builds.join(', ')}`, message: `the Rust launcher is not made for ${target}`})
  if (!areThere())
    return missing({
      hint: 'in a clone of the repository: npm run build:launchers',
      message: 'this package holds images and not the sources of them',
    })
  const toolchains = await findToolchains()
  const choice = await choose(target, toolchains)
  if (choice === undefined) return missing(...(await whatIsMissing(target, toolchains)))
  const facts = {sources: hashSources([...cargoFlags, ...rustFlags(choice, []), cFlags].join(' ')), toolchain: describe(choice)}
  const fresh = force ? undefined : freshImage(target, facts)
  return fresh ? {image: fresh, state: 'fresh'} : await compile(target, choice, facts)
}

/** Everything besides the sources that decides about the bytes. */
function describe({ccVersion, toolchain, way}: Choice): string {
  const std = way.std === 'built' ? ', standard library built' : ''
  return `${toolchain.version} for ${way.triple}${std}${ccVersion === undefined ? '' : `, ${ccVersion}`}`
}

async function compile(target: string, choice: Choice, facts: Pick<BuildRecord, 'sources' | 'toolchain'>): Promise<BuildOutcome> {
  const {toolchain, way} = choice
  const output = process.env.CARGO_TARGET_DIR ?? join(native, 'target')
  const args = [...cargoFlags, '--target', way.triple, ...(way.std === 'built' ? buildStd : [])]
  // Where crates are unpacked is only known once they are, and has to be before anything is compiled.
  await runTool(toolchain.cargo, ['fetch', '--locked'], {cwd: native})
  const {ok, stderr} = await runTool(toolchain.cargo, args, {cwd: native, env: environment(choice, output)})
  const made = join(output, way.triple, 'release', target.startsWith('win32') ? `${program}.exe` : program)
  if (ok) return {image: storeImage(target, made, facts), state: 'built'}
  return {output: lastLines(stderr), problems: [{message: `cargo could not build it for ${way.triple}`}], state: 'failed'}
}

function environment(choice: Choice, output: string): Readonly<Record<string, string | undefined>> {
  const {cc, toolchain, way} = choice
  const name = way.triple.replaceAll('-', '_')
  const places = remapped(toolchain.sysroot, output)
  const linker = way.ccLinks ? cc : undefined
  return {
    ...process.env,
    CARGO_ENCODED_RUSTFLAGS: [...rustFlags(choice, places), ...noUnwinder(choice, output)].join('\x1f'),
    CARGO_TARGET_DIR: output,
    RUSTC: toolchain.rustc,
    ...(way.std === 'built' ? {RUSTC_BOOTSTRAP: '1'} : {}),
    ...(cc === undefined ? {} : {CC_SHELL_ESCAPED_FLAGS: '1', [`CC_${name}`]: cc, [`CFLAGS_${name}`]: cFlagsFor(places)}),
    ...(linker === undefined ? {} : {[`CARGO_TARGET_${name.toUpperCase()}_LINKER`]: linker}),
  }
}

/** Quoted as for a shell: a path may hold spaces. */
function cFlagsFor(places: readonly string[]): string {
  return [cFlags, ...places.map((place) => `'-ffile-prefix-map=${place.replaceAll("'", "'\\''")}'`)].join(' ')
}

/** `places` are paths of this machine and what stands for them, as `from=to`. */
function rustFlags({way: {std, triple}}: Choice, places: readonly string[]): readonly string[] {
  return [
    '-Ctarget-feature=+crt-static',
    ...(triple.includes('windows') ? [] : ['-Cforce-unwind-tables=no']),
    ...(triple.includes('linux') ? ['-Clink-arg=-Wl,--build-id=none'] : []),
    ...(triple.endsWith('windows-gnu') ? ['-Clink-arg=-Wl,--no-insert-timestamp'] : []),
    ...(triple.endsWith('windows-msvc') ? ['-Clink-arg=/Brepro'] : []),
    ...(std === 'built' ? ['-Clink-self-contained=no'] : []),
    // musl-gcc knows no static program at an address of the system's choosing, and would make a dynamic one.
    ...(std === 'built' && triple.endsWith('musl') ? ['-Crelocation-model=static'] : []),
    ...places.map((place) => `--remap-path-prefix=${place}`),
  ]
}

function remapped(sysroot: string, output: string): readonly string[] {
  const cargo = process.env.CARGO_HOME ?? join(homedir(), '.cargo')
  const registries = join(cargo, 'registry', 'src')
  const crates = existsSync(registries) ? readdirSync(registries).map((name) => `${join(registries, name)}=/crates`) : []
  return [`${cargo}=/cargo`, `${output}=/target`, `${native}=/launcher`, `${sysroot}=/rust`, ...crates]
}

/** Rust's standard library for musl asks for an unwinder, of which nothing is used: an archive of nothing will do. */
function noUnwinder({way: {std, triple}}: Choice, output: string): readonly string[] {
  if (std === 'installed' || !triple.endsWith('musl')) return []
  const directory = join(output, 'no-unwinder')
  mkdirSync(directory, {recursive: true})
  writeFileSync(join(directory, 'libunwind.a'), '!<arch>\n')
  return [`-L${directory}`]
}

const missing = (...problems: readonly Problem[]): BuildOutcome => ({problems, state: 'missing'})
