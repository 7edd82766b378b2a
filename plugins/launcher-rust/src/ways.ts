/**
 * The ways in which a program for a target can come about, the best first: Rust's name for the target, where its standard
 * library comes from, the C compiler for the zstd decoder, and what links. For Linux musl comes first: its programs are
 * smaller and start faster.
 *
 * The standard library is `installed` (rustup has it for every target, Debian for its own architectures) or `built` along with
 * the launcher from `rust-src`: that makes the smallest images, and Debian has no other for musl and Windows.
 */
export interface Way {
  readonly triple: string
  readonly std: 'built' | 'installed'
  /** C compilers that make code for it; the first that is there is taken. Empty where Rust finds its own. */
  readonly cc: readonly string[]
  /** True where the C compiler also links, with its own C library; else what Rust brings along is linked by this system's. */
  readonly ccLinks: boolean
}

const arm = process.arch === 'arm64'
const own = ['cc', 'gcc', 'clang']

/** A triple's compilers, here: its own where the processor is this one's. */
const compilers = (processor: 'arm64' | 'x64', cross: readonly string[]): readonly string[] =>
  process.platform === 'linux' && process.arch === processor ? own : cross

const linuxArm: readonly Way[] = [
  {
    cc: compilers('arm64', ['aarch64-linux-musl-gcc', 'aarch64-linux-gnu-gcc']),
    ccLinks: !arm,
    std: 'installed',
    triple: 'aarch64-unknown-linux-musl',
  },
  {cc: compilers('arm64', ['aarch64-linux-gnu-gcc']), ccLinks: true, std: 'installed', triple: 'aarch64-unknown-linux-gnu'},
]

const linuxX64: readonly Way[] = [
  {cc: arm ? ['x86_64-linux-musl-gcc'] : ['musl-gcc'], ccLinks: true, std: 'built', triple: 'x86_64-unknown-linux-musl'},
  {
    cc: compilers('x64', ['x86_64-linux-musl-gcc', 'x86_64-linux-gnu-gcc']),
    ccLinks: arm,
    std: 'installed',
    triple: 'x86_64-unknown-linux-musl',
  },
  {cc: compilers('x64', ['x86_64-linux-gnu-gcc']), ccLinks: true, std: 'installed', triple: 'x86_64-unknown-linux-gnu'},
]

const mingw = {cc: ['x86_64-w64-mingw32-gcc'], ccLinks: true, triple: 'x86_64-pc-windows-gnu'} as const
const msvc: Way = {cc: [], ccLinks: false, std: 'installed', triple: 'x86_64-pc-windows-msvc'}

const windows: readonly Way[] = [...(process.platform === 'win32' ? [msvc] : []), {...mingw, std: 'installed'}, {...mingw, std: 'built'}]

/** Only a Mac has what programs for macOS are linked with. */
const apple = (triple: string): readonly Way[] =>
  process.platform === 'darwin' ? [{cc: ['cc'], ccLinks: true, std: 'installed', triple}] : []

export const ways: Readonly<Record<string, readonly Way[]>> = {
  'darwin-arm64': apple('aarch64-apple-darwin'),
  'darwin-x64': apple('x86_64-apple-darwin'),
  'linux-arm64': linuxArm,
  'linux-x64': linuxX64,
  'win32-x64': windows,
}
