/**
 * What an addon manager sees of a project: files and names, read when it asks, nothing outside the root. A path is relative, with `/`, and
 * plain; links are followed as long as they stay inside.
 */
import {readdir, readFile, realpath, stat} from 'node:fs/promises'
import {join, sep} from 'node:path'
import type {ProjectView} from '@flavor/contract'
import {addonErrors} from './errors.ts'
import type {Project} from './project.ts'

export function projectView({app, root}: Project): ProjectView {
  return {
    addons: async () => app.addons.map(({hash, manager, name, version}) => ({hash, manager, name, version})),
    list: async (path) => {
      const place = path === '.' ? root : await inside(root, path)
      return place === undefined || !(await stat(place)).isDirectory() ? [] : (await readdir(place)).toSorted()
    },
    read: async (path) => {
      const place = await inside(root, path)
      return place === undefined || !(await stat(place)).isFile() ? undefined : await readFile(place)
    },
  }
}

/** Is it a path that cannot lead out of a directory, as far as its words go? */
export function isPlainPath(path: string): boolean {
  const steps = path.split('/')
  return !/[\\\0]|^[A-Za-z]:/.test(path) && !steps.some((step) => step === '' || step === '.' || step === '..')
}

/** The place of what is there; undefined for what is not. */
async function inside(root: string, path: string): Promise<string | undefined> {
  if (!isPlainPath(path)) throw addonErrors.outside(path)
  const [base, place] = await Promise.all([realpath(root), realpath(join(root, path)).catch(absent)])
  if (place !== undefined && !place.startsWith(base.endsWith(sep) ? base : base + sep)) throw addonErrors.outside(path)
  // What is not there must not be outside either, once it is.
  if (place === undefined && path.includes('/')) await inside(root, path.slice(0, path.lastIndexOf('/')))
  return place
}

function absent(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT' && error.code !== 'ENOTDIR') throw error
}
