/** The manager that an image is: each of its words runs in a container. */
import {mkdir, realpath, rmdir} from 'node:fs/promises'
import {join} from 'node:path'
import type {AddonDeclaration, ImageManager, ImageOptions, ManagerContext, Problem, WorkPlace, WorkStep} from '@flavor/contract'
import {type Ended, runContainer} from './container.ts'
import {confinement, type Place, type Word} from './container-settings.ts'
import {openEngine} from './engine.ts'
import {engineAddress} from './engine-address.ts'
import {failures} from './failures.ts'
import {findImage} from './image.ts'
import {imageReference} from './image-reference.ts'
import {removeLeftovers} from './leftovers.ts'

/** Runs a word for an addon in a container. */
type RunWord = (word: Word, addon: AddonDeclaration, place: Place | undefined, context: ManagerContext) => Promise<Ended>

export async function imageManager(text: string, {fresh, network}: ImageOptions, context: ManagerContext): Promise<ImageManager> {
  const reference = imageReference(text)
  const engine = await openEngine(await engineAddress(), context.signal)
  const [image, confined] = await Promise.all([
    findImage(engine, reference, {fresh}, context),
    confinement(engine, context.signal),
    removeLeftovers(engine, context.signal),
  ])
  if (image.identifier === undefined) context.note(`${image.text} states no FAM_IDENTIFIER, so its name stands for it`)
  const run: RunWord = (word, {bytes}, place, within) => runContainer(engine, {image, network, place, word}, confined, bytes, within)
  return {
    check: (addon, within, project) => check(run, image.text, {addon, project}, within),
    identifier: image.identifier ?? image.text,
    plan: async (change, addon) => [{...workStep(run, image.text, change, addon), ...(network ? {} : {isolated: true})}],
  }
}

interface Question {
  readonly addon: AddonDeclaration
  readonly project: string | undefined
}

/** The project itself, and no copy: it is there to be read. */
async function check(run: RunWord, image: string, {addon, project}: Question, context: ManagerContext): Promise<readonly Problem[]> {
  const place = project === undefined ? undefined : {directory: project, kept: [], readonly: true}
  const {output, status} = await run('check', addon, place, context)
  if (status === 0) return []
  const reason = output.at(-1)?.trim().replace(/\.+$/, '')
  return [{message: `is refused by ${image}${reason ? `: ${reason}` : `, with exit status ${status}`}`}]
}

function workStep(run: RunWord, image: string, change: 'add' | 'remove', addon: AddonDeclaration): WorkStep {
  return {
    anywhere: true,
    kind: 'work',
    title: `run ${change} of ${image}`,
    work: (given, context) => {
      const place = {...given, kept: outermost(given.kept), readonly: false}
      return withMountPoints(place, async () => {
        const {output, status} = await run(change, addon, place, context)
        if (status !== 0) throw failures.failed(image, change, status, output)
      })
    },
  }
}

/** What is kept inside of what is kept is there already. */
function outermost(kept: WorkPlace['kept']): WorkPlace['kept'] {
  return kept.filter(({path}) => !kept.some((other) => path.startsWith(`${other.path}/`)))
}

/**
 * Where nothing is to mount a kept directory on, the engine would make something, and as root; so it is made here, and goes again: itself, and not
 * what an image has made its path lead to.
 */
async function withMountPoints({directory, kept}: WorkPlace, work: () => Promise<void>): Promise<void> {
  const home = await realpath(directory).catch(() => directory)
  const points = kept.map(({path}) => join(home, path))
  const made = await Promise.all(points.map((point) => mkdir(point).then(() => [point], isThere)))
  try {
    await work()
  } finally {
    for (const point of made.flat()) if ((await realpath(point).catch(() => undefined)) === point) await rmdir(point).catch(() => {})
  }
}

function isThere(error: NodeJS.ErrnoException): readonly string[] {
  if (error.code === 'EEXIST') return []
  throw error
}
