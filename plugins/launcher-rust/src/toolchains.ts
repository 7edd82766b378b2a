/**
 * The Rust toolchains of this machine: the one on the PATH, and the system's own (Debian's rustc-web) where that is another.
 * Which of them can build for a target, and what is missing where none can, in words that can be typed.
 */
import {existsSync} from 'node:fs'
import {delimiter, join} from 'node:path'
import type {Problem} from '@flavor/contract'
import {native} from './sources.ts'
import {runTool, versionOf} from './tools.ts'
import {type Way, ways} from './ways.ts'

export interface Toolchain {
  readonly cargo: string
  readonly rustc: string
  /** `rustc 1.95.0 (59807616e 2026-04-14)` */
  readonly version: string
  /** Where its libraries lie. */
  readonly sysroot: string
  readonly rustup: boolean
}

/** Everything settled for one target. */
export interface Choice {
  readonly toolchain: Toolchain
  readonly way: Way
  /** The C compiler, and the first line of its version. */
  readonly cc: string | undefined
  readonly ccVersion: string | undefined
}

export async function findToolchains(): Promise<readonly Toolchain[]> {
  const places = [
    {cargo: 'cargo', rustc: 'rustc'},
    ...(process.platform === 'linux' ? [{cargo: '/usr/bin/cargo', rustc: '/usr/bin/rustc'}] : []),
  ]
  const found: Toolchain[] = []
  for (const place of places) {
    const toolchain = await look(place)
    if (toolchain && !found.some(({sysroot}) => sysroot === toolchain.sysroot)) found.push(toolchain)
  }
  return found
}

async function look({cargo, rustc}: Pick<Toolchain, 'cargo' | 'rustc'>): Promise<Toolchain | undefined> {
  const [version, there] = [await versionOf(rustc, native), await versionOf(cargo, native)]
  if (version === undefined || there === undefined) return undefined
  const sysroot = (await runTool(rustc, ['--print', 'sysroot'], {cwd: native})).stdout.trim()
  return {cargo, rustc, rustup: sysroot.includes(`${join('.rustup', 'toolchains')}`) || sysroot.includes('toolchains'), sysroot, version}
}

/** The best way of the first toolchain that has one. */
export async function choose(target: string, toolchains: readonly Toolchain[]): Promise<Choice | undefined> {
  for (const toolchain of toolchains) {
    for (const way of ways[target] ?? []) {
      const cc = findProgram(way.cc)
      if (!(await hasLibrary(toolchain, way)) || (way.cc.length > 0 && cc === undefined)) continue
      return {cc, ccVersion: cc && (await versionOf(cc, native)), toolchain, way}
    }
  }
  return undefined
}

async function hasLibrary({rustc, sysroot}: Toolchain, {std, triple}: Way): Promise<boolean> {
  if (std === 'built') return existsSync(join(sysroot, 'lib/rustlib/src/rust/library/std'))
  const {ok, stdout} = await runTool(rustc, ['--print', 'target-libdir', '--target', triple], {cwd: native})
  return ok && existsSync(stdout.trim())
}

/** Asked for by name alone: starting each compiler to see whether it is there would cost more than it is worth. */
function findProgram(names: readonly string[]): string | undefined {
  const directories = (process.env.PATH ?? '').split(delimiter)
  const suffix = process.platform === 'win32' ? '.exe' : ''
  return names.find((name) => directories.some((directory) => existsSync(join(directory, name + suffix))))
}

const debian: Readonly<Record<string, string>> = {
  'linux-arm64': 'gcc-aarch64-linux-gnu libc6-dev-arm64-cross',
  'linux-x64': 'musl-tools gcc',
  'win32-x64': 'gcc-mingw-w64-x86-64',
}

/** Debian's Rust for a target; its libraries for another architecture come from there. */
const debianRust: Readonly<Record<string, string>> = {
  'linux-arm64': 'dpkg --add-architecture arm64 && apt-get update && apt-get install cargo-web rustc-web libstd-rust-web-dev:arm64',
  'linux-x64': 'apt-get install cargo-web rustc-web rust-web-src',
  'win32-x64': 'apt-get install cargo-web rustc-web rust-web-src',
}

/** Why no toolchain here builds for the target. */
export async function whatIsMissing(target: string, toolchains: readonly Toolchain[]): Promise<readonly Problem[]> {
  const best = (ways[target] ?? []).find(({std}) => std === 'installed')
  if (best === undefined)
    return [
      {
        hint: 'build it on a Mac, as the release workflow does; or take the Go launcher: flavor launchers build --lang go',
        message: `programs in Rust for macOS are linked with what only a Mac has`,
      },
    ]
  const [first] = toolchains
  if (first === undefined)
    return [
      {
        hint: `https://rustup.rs, then: rustup target add ${best.triple}; or on Debian: ${debianRust[target]} ${debian[target]}`,
        message: 'there is no cargo on the PATH',
      },
    ]
  const problems: Problem[] = []
  if (!(await hasLibrary(first, best))) problems.push(noLibrary(first, best, target))
  if (best.cc.length > 0 && findProgram(best.cc) === undefined)
    problems.push({
      hint: `on Debian: apt-get install ${debian[target]}`,
      message: `there is no C compiler for ${target}: ${best.cc.join(' or ')}`,
    })
  return problems
}

function noLibrary({rustup, version}: Toolchain, {triple}: Way, target: string): Problem {
  const hint = rustup ? `rustup target add ${triple}` : `on Debian: ${debianRust[target]}`
  return {hint, message: `${version} has no standard library for ${triple}`}
}
