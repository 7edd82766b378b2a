/**
 * Addons of Gradle projects. What is changed is the build file in the root of the project, as text: nothing of it is run, and nothing is
 * downloaded before Gradle itself does.
 */
import type {AddonDeclaration, AddonManager, ProjectView, Step} from '@flavor/contract'
import {type BuildFile, withDependency, withoutDependency} from './build-file.ts'
import {coordinatesOf, installProblems} from './coordinates.ts'
import {Failure} from './failure.ts'
import {find} from './find.ts'

/** Gradle takes the first that is there. */
const names = ['build.gradle', 'build.gradle.kts']

async function plan(change: 'add' | 'remove', addon: AddonDeclaration, project: ProjectView): Promise<readonly Step[]> {
  const file = await buildFile(project)
  const wanted = coordinatesOf(addon)
  const text = change === 'add' ? withDependency(file, wanted) : withoutDependency(file, wanted)
  if (text === file.text) return []
  return [
    {bytes: Buffer.from(text, 'latin1'), kind: 'write', path: file.name},
    {command: await nextCommand(project), kind: 'suggest'},
  ]
}

async function buildFile(project: ProjectView): Promise<BuildFile> {
  for (const name of names) {
    const bytes = await project.read(name)
    if (bytes !== undefined)
      return {dialect: name.endsWith('.kts') ? 'kotlin' : 'groovy', name, text: Buffer.from(bytes).toString('latin1')}
  }
  throw new Failure(`there is neither ${names.join(' nor ')} in the root of the project`, 'gradle init')
}

async function nextCommand(project: ProjectView): Promise<string> {
  const program = (await project.read('gradlew')) === undefined ? 'gradle' : './gradlew'
  return `${program} ${(await project.read('gradle.lockfile')) === undefined ? 'build' : 'dependencies --write-locks'}`
}

const gradle: AddonManager = {check: async (addon) => installProblems(addon), find, plan}

export default gradle
