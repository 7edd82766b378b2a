/**
 * What follows from a change of package.json: the lock file is made anew by its own tool, where that is there, and nothing is installed; that is
 * for the user to type.
 */
import type {ManagerContext, ProjectView, RunStep, Step} from '@flavor/contract'
import {manifests} from './workspaces.ts'

interface Tool {
  readonly name: string
  readonly lock: string
  readonly reads: readonly string[]
  readonly writes?: readonly string[]
  /** Undefined where the tool cannot do that without installing. */
  command(lock: string): readonly string[] | undefined
}

const npm = {
  command: (lock: string) => {
    const version = /^\s*"lockfileVersion"\s*:\s*([12])\b/m.exec(lock)?.[1]
    const kept = version === undefined ? [] : [`--lockfile-version=${version}`]
    return ['npm', 'install', '--package-lock-only', '--ignore-scripts', '--no-audit', '--no-fund', ...kept]
  },
  name: 'npm',
  reads: ['.npmrc'],
}

/** Of several, the first one that is there. */
const tools: readonly Tool[] = [
  {...npm, lock: 'npm-shrinkwrap.json'},
  {...npm, lock: 'package-lock.json'},
  {
    command: () => ['pnpm', 'install', '--lockfile-only', '--ignore-scripts'],
    lock: 'pnpm-lock.yaml',
    name: 'pnpm',
    reads: ['.npmrc', '.pnpmfile.cjs', 'pnpm-workspace.yaml'],
  },
  {
    command: (lock) => (/^__metadata:/m.test(lock) ? ['yarn', 'install', '--mode=update-lockfile'] : undefined),
    lock: 'yarn.lock',
    name: 'yarn',
    reads: ['.yarnrc.yml', '.yarn'],
    writes: ['.yarn'],
  },
  {command: () => undefined, lock: 'bun.lock', name: 'bun', reads: []},
]

export async function afterwards(
  content: Readonly<Record<string, unknown>>,
  project: ProjectView,
  context: ManagerContext,
): Promise<readonly Step[]> {
  const named = /^(npm|pnpm|yarn|bun)@/.exec(String(content.packageManager))?.[1]
  const names = await project.list('.')
  const there = tools.filter(({lock}) => names.includes(lock))
  const tool = there.find(({name}) => name === named) ?? there[0]
  const run = tool === undefined ? undefined : await lockingOf(tool, content, project, context)
  return [...(run ? [run] : []), {command: `${tool?.name ?? named ?? 'npm'} install`, kind: 'suggest'}]
}

async function lockingOf(
  {command, lock, name, reads, writes = []}: Tool,
  content: Readonly<Record<string, unknown>>,
  project: ProjectView,
  context: ManagerContext,
): Promise<RunStep | undefined> {
  const words = command(Buffer.from((await project.read(lock)) ?? []).toString())
  if (words === undefined) return undefined
  if (!(await context.has(name))) {
    context.note(`${lock} stays as it is, because there is no ${name} on PATH`)
    return undefined
  }
  const others = name === 'pnpm' && (await project.read('pnpm-workspace.yaml')) ? undefined : await manifests(content, project)
  const step: RunStep = {command: words, kind: 'run', writes: [lock, ...writes]}
  return others === undefined ? step : {...step, reads: ['package.json', lock, ...reads, ...others]}
}
