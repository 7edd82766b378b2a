/**
 * Addons that are commands: `install.command`, a text for bash or a list of them, run one after the other in the root of the project; the
 * first that fails ends it. They are the addon's words, so the host shows them and asks before any is run.
 *
 * Nobody can undo what a command did. So removing takes the entry out of `app.flavour` and nothing else, unless the addon says how:
 * `install.remove`, in the same form.
 */
import {createHash} from 'node:crypto'
import type {AddonDeclaration, AddonManager, Problem, ProjectView, Step} from '@flavor/contract'
import {commandProblems, commandsOf} from './commands.ts'
import {Failure} from './failure.ts'

async function check({install}: AddonDeclaration): Promise<readonly Problem[]> {
  const missing = {hint: 'such as: command: touch settings.ini', message: 'install.command is missing'}
  if (install.command === undefined) return [missing]
  return [...commandProblems('install.command', install.command), ...commandProblems('install.remove', install.remove)]
}

async function plan(change: 'add' | 'remove', addon: AddonDeclaration, project: ProjectView): Promise<readonly Step[]> {
  const [problem] = await check(addon)
  if (problem) throw new Failure(problem)
  const there = await isInstalled(addon, project)
  const {command, remove} = addon.install
  if (change === 'add') return there ? [] : commandsOf(command).map(runStep)
  return there ? commandsOf(remove).map(runStep) : []
}

/** Commands are no state that could be looked at: that they were run is known by the entry alone. */
async function isInstalled({bytes, name, version}: AddonDeclaration, project: ProjectView): Promise<boolean> {
  const hash = createHash('sha256').update(bytes).digest('hex')
  return (await project.addons()).some((one) => one.name === name && one.version === version && one.hash === hash)
}

function runStep(command: string): Step {
  return {command: ['bash', '-c', command], from: 'addon', kind: 'run', writes: ['.']}
}

const shell: AddonManager = {check, plan}

export default shell
