/** Pages that a browser shows, ready to be served: a folder with index.html, or where build tools leave one. */
import type {Draft} from './starter-draft.ts'
import {type PackageJson, present, readPackageJson, text} from './starter-files.ts'

/** Whose index.html at the top is a source to build from. */
const bundlers = ['vite', 'parcel', '@rsbuild/core', 'snowpack']

export async function lookForPages(directory: string): Promise<Draft | undefined> {
  const [page] = await present(directory, ['dist/index.html', 'build/index.html', 'public/index.html', 'index.html'])
  if (page === undefined) return undefined
  const json = await readPackageJson(directory)
  const atTop = page === 'index.html'
  const unneeded = atTop ? ['flavor.yaml', ...(await present(directory, ['node_modules', 'package.json', 'package-lock.json']))] : []
  return {
    ...(atTop && json && isSource(json)
      ? {before: ['npm run build'], lacks: 'its index.html is what a bundler builds from, and there is no dist/index.html yet'}
      : {}),
    commandNote: 'serves the pages to this machine, on the port in PORT or a free one, and prints its address',
    commands: {default: ['{workenv}/node/bin/node', '{workenv}/server/serve.mjs', '{workenv}/site']},
    file: page,
    inPackageJson: json !== undefined,
    kind: 'static',
    name: text(json?.name),
    sign: page,
    slots: [
      {id: 'node', note: 'Node, which runs the server', purpose: 'node-runtime'},
      {id: 'server', note: 'the server, one small file', purpose: 'static-server'},
      {
        exclude: unneeded.map((name) => `/${name}`),
        id: 'site',
        purpose: 'static-resources',
        source: atTop ? '.' : page.replace('/index.html', ''),
        target: 'site',
      },
    ],
    version: text(json?.version),
    weight: 0,
  }
}

function isSource({dependencies, devDependencies, scripts}: PackageJson): boolean {
  return text(scripts?.build) !== undefined && bundlers.some((name) => name in {...dependencies, ...devDependencies})
}
