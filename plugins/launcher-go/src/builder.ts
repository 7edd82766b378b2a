/**
 * Builds images with the Go toolchain on the PATH: every target from any system, without a C compiler. The bytes depend on
 * the sources, the modules' pinned versions and the toolchain's version, never on the place or the time of the build.
 */
import {mkdtempSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import type {BuildOutcome, BuildRequest, Problem} from '@flavor/contract'
import {libraryChanges, overlayLibrary} from './go-library.ts'
import {freshImage, storeImage} from './images.ts'
import {changes, copyWithModules} from './left-out.ts'
import {builds} from './program.ts'
import {areThere, hashSources, native} from './sources.ts'
import {lastLines, runTool, versionOf} from './tools.ts'

const systems: Readonly<Record<string, string>> = {darwin: 'darwin', linux: 'linux', win32: 'windows'}
const processors: Readonly<Record<string, string>> = {arm64: 'arm64', x64: 'amd64'}
const flags = ['-mod=vendor', '-trimpath', '-buildvcs=false', '-tags=image', '-ldflags=-s -w -buildid= -checklinkname=0']

export async function build({force, target}: BuildRequest): Promise<BuildOutcome> {
  if (!builds.includes(target)) return missing(`the Go launcher is not made for ${target}`, `it is made for ${builds.join(', ')}`)
  if (!areThere())
    return missing('this package holds images and not the sources of them', 'in a clone of the repository: npm run build:launchers')
  const toolchain = (await versionOf('go', native, 'version'))?.split(' ')[2]
  if (toolchain === undefined) return missing('go is not on the PATH, or does not run', 'https://go.dev/dl/')
  const facts = {sources: hashSources([...flags, ...changes, ...libraryChanges.flat()].join(' ')), toolchain}
  const fresh = force ? undefined : freshImage(target, facts)
  return fresh ? {image: fresh, state: 'fresh'} : await compile(target, facts)
}

async function compile(target: string, facts: {readonly sources: string; readonly toolchain: string}): Promise<BuildOutcome> {
  const [system = '', processor = ''] = target.split('-')
  const scratch = mkdtempSync(join(tmpdir(), 'flavor-launcher-'))
  try {
    const env = {...process.env, CGO_ENABLED: '0', GOARCH: processors[processor], GOFLAGS: '', GOOS: systems[system], GOWORK: 'off'}
    const [output, sources] = [join(scratch, 'image'), join(scratch, 'sources')]
    const reason = await copyWithModules(sources, env)
    if (reason !== undefined) return failed(target, reason)
    const overlay = await overlayLibrary(join(scratch, 'library'), sources, env)
    const {ok, stderr} = await runTool('go', ['build', ...flags, '-overlay', overlay, '-o', output, '.'], {cwd: sources, env})
    return ok ? {image: storeImage(target, output, facts), state: 'built'} : failed(target, stderr)
  } finally {
    rmSync(scratch, {force: true, recursive: true})
  }
}

function failed(target: string, words: string): BuildOutcome {
  return {output: lastLines(words), problems: [{message: `go could not build it for ${target}`}], state: 'failed'}
}

function missing(message: string, hint: string): BuildOutcome {
  const problem: Problem = {hint, message}
  return {problems: [problem], state: 'missing'}
}
