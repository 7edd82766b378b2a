/**
 * A project that exists to be tried on: a temporary directory, of files that managers of many stacks would find in one, or a copy of a project
 * that somebody gives. What a manager does to it is done as `flavour add` does it, and then looked at.
 */
import {lstatSync, readdirSync, readFileSync, realpathSync} from 'node:fs'
import {cp, mkdir, mkdtemp, rm, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {dirname, join} from 'node:path'
import type {AddonDeclaration, ManagerContext} from '@flavor/contract'
import {type AppFlavour, readApp} from '../addons/app-flavour.ts'
import {documentsDirectory} from '../addons/project.ts'
import {applySteps} from '../changes/apply-steps.ts'
import {contentAt} from '../changes/content.ts'
import {draft} from '../changes/draft.ts'
import {transaction} from '../changes/transaction.ts'
import {report} from '../report.ts'
import type {ReadyManager} from './managers.ts'

export interface TrialWishes {
  /** A project to copy; else one is made up. */
  readonly source: string | undefined
  /** May the commands run that the addon brings? */
  readonly allowRun: boolean
}

export interface TrialProject {
  readonly root: string
  /** Carries out what the manager plans, and looks. */
  change(change: 'add' | 'remove', addon: AddonDeclaration, manager: ReadyManager, context: ManagerContext): Promise<Sight>
  look(): Sight
  remove(): Promise<void>
}

/** A project at one moment. */
export interface Sight {
  /** What went wrong just before; undefined when nothing did. */
  readonly failure: string | undefined
  readonly app: AppFlavour | undefined
  readonly appText: string
  /** What is at each path, and whose: two are equal when these are. */
  readonly files: ReadonlyMap<string, string>
  /** Names of the documents that are kept, each with the SHA-256 of its bytes. */
  readonly documents: readonly (readonly [name: string, digest: string])[]
  /** Paths of what does not belong to this user. */
  readonly strangers: readonly string[]
}

const sampleFiles: Readonly<Record<string, string>> = {
  'app.flavour': '# The shop.\nspec: "0.1"   # of the protocol\nmeta: {name: \'shop\'}\n',
  'build.gradle': "plugins {\n    id 'java'\n}\n\ndependencies {\n    implementation 'com.acme:core:1.0'\n}\n",
  'composer.json': '{\n    "name": "acme/shop",\n    "require": {}\n}\n',
  'package.json': '{\n  "name": "shop",\n  "version": "1.0.0",\n  "private": true\n}\n',
  'requirements.txt': 'acme-core==1.0\n',
  'src/main.txt': 'The application.\n',
}

export async function trialProject({allowRun, source}: TrialWishes): Promise<TrialProject> {
  const root = realpathSync(await mkdtemp(join(tmpdir(), 'flavour-conform-')))
  if (source === undefined) await writeFiles(root)
  else await cp(source, root, {recursive: true, verbatimSymlinks: true})
  return {
    change: async (change, addon, manager, context) => {
      const failure = await carryOut({addon, allowRun, change, manager, root}, context).catch((error) => failureOf(error, context))
      return {...look(root), failure: typeof failure === 'string' ? failure : undefined}
    },
    look: () => look(root),
    remove: () => rm(root, {force: true, recursive: true}),
    root,
  }
}

async function writeFiles(root: string): Promise<void> {
  for (const [path, text] of Object.entries(sampleFiles)) {
    await mkdir(dirname(join(root, path)), {recursive: true})
    await writeFile(join(root, path), text)
  }
}

interface TrialChange {
  readonly addon: AddonDeclaration
  readonly allowRun: boolean
  readonly change: 'add' | 'remove'
  readonly manager: ReadyManager
  readonly root: string
}

async function carryOut({addon, allowRun, change, manager, root}: TrialChange, context: ManagerContext): Promise<void> {
  await transaction(root, {signal: context.signal}, async (open) => {
    const before = draft(root)
    const steps = await manager.plan(change, addon, before.view, context)
    const after = await applySteps(before, steps, {
      allow: async () => allowRun,
      context,
      directory: open.directory,
      kept: ['.git'],
      manager: manager.identifier,
      memory: open.memory,
    })
    await open.commit(after.draft.changes())
  })
}

/** Its first line; a trial that was called off is over. */
export function failureOf(error: unknown, {signal}: Pick<ManagerContext, 'signal'>): string {
  if (signal.aborted) throw signal.reason
  return report(error, {command: 'conform', packageExit: 1})
    .message.split('\n')
    .map((line) => line.trim())
    .slice(0, 3)
    .join('; ')
}

function look(root: string): Sight {
  const paths = readdirSync(root, {encoding: 'utf8', recursive: true}).filter((path) => !/^\.git([/\\]|$)/.test(path))
  const contents = paths.map((path) => ({content: contentAt(join(root, path), path), path}))
  const appText = contents.some(({path}) => path === 'app.flavour') ? readFileSync(join(root, 'app.flavour'), 'utf8') : ''
  const prefix = join(documentsDirectory, '/')
  return {
    app: readApp('app.flavour', Buffer.from(appText)).app,
    appText,
    documents: contents.flatMap(({content, path}) =>
      path.startsWith(prefix) && content?.kind === 'file' ? [[path.slice(prefix.length), content.digest] as const] : [],
    ),
    failure: undefined,
    files: new Map(contents.map(({content, path}) => [path, JSON.stringify({...content, source: undefined})])),
    strangers: process.platform === 'win32' ? [] : paths.filter((path) => lstatSync(join(root, path)).uid !== process.getuid?.()),
  }
}
