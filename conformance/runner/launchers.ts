/**
 * The launchers under test: those named by `FLAVOR_CONFORMANCE_LAUNCHERS` (one path a line), else the images that the
 * launcher plugins of this repository have built for this machine.
 */
import {existsSync, readFileSync, statSync} from 'node:fs'
import {basename, relative, resolve} from 'node:path'
import {fileURLToPath} from 'node:url'

export interface Launcher {
  /** `node`, `rust`, `go`, or the file's name. */
  readonly name: string
  readonly path: string
  /** The image and a last line of its own, so that a byte of the launcher can be damaged without damaging the program. */
  readonly bytes: Uint8Array
}

const root = fileURLToPath(new URL('../../', import.meta.url))
const target = `${process.platform}-${process.arch}`
const ours = [
  ['node', 'plugins/launcher-node/image/flavor-node-launcher'],
  ['rust', `plugins/launcher-rust/images/${target}/flavor-rs-launcher`],
  ['go', `plugins/launcher-go/images/${target}/flavor-go-launcher`],
] as const

export function findLaunchers(): {readonly launchers: readonly Launcher[]; readonly missing: readonly string[]} {
  const named = (process.env.FLAVOR_CONFORMANCE_LAUNCHERS ?? '').split('\n').filter((path) => path !== '')
  const wanted = named.length > 0 ? named.map((path) => [nameOf(path), path] as const) : ours
  const places = wanted.map(([name, path]) => ({name, path: resolve(root, path)}))
  return {
    launchers: places.filter(({path}) => isFile(path)).map((place) => ({...place, bytes: withLastLine(readFileSync(place.path))})),
    missing: places.filter(({path}) => !isFile(path)).map(({name, path}) => `${name} (${relative(root, path)})`),
  }
}

/** A launcher has any size; that of a package's launcher is a multiple of eight here, so that vectors can be moved behind it. */
function withLastLine(image: Uint8Array): Uint8Array {
  const line = '# a last line of the launcher, which nothing reads'
  const length = Math.ceil((image.length + line.length + 2) / 8) * 8
  return Buffer.concat([image, Buffer.from(`\n${line}`.padEnd(length - image.length - 1)), Buffer.from('\n')])
}

/** An image of ours is called the same on every system. */
function nameOf(path: string): string {
  const file = basename(path, '.exe')
  return ours.find(([, known]) => basename(known) === file)?.[0] ?? file
}

function isFile(path: string): boolean {
  return existsSync(path) && statSync(path).isFile()
}
