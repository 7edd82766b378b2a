/** Crates that are linked for any of some targets; not what only runs in the compiler (build scripts, macros), and not what only tests need. */
import {dirname, join} from 'node:path'
import {root} from '../node.js'
import {textsOf} from './texts.js'
import {run} from './tool.js'

/** Where crates hold code in other languages that they compile, with its own licence. */
const within = {'zstd-sys': ['zstd']}

export function crates(directory, triples) {
  const options = ['--locked', '--manifest-path', join(root, directory, 'Cargo.toml')]
  const shape = ['--edges=normal,no-proc-macro', '--prefix=none', '--format={p}']
  const tree = run('cargo', ['tree', ...options, ...shape, ...triples.map((triple) => `--target=${triple}`)])
  const linked = new Set(tree.split('\n').map((line) => line.split(' ').slice(0, 2).join(' ')))
  const {packages} = JSON.parse(run('cargo', ['metadata', ...options, '--format-version=1']))
  return packages.filter(({name, source, version}) => source !== null && linked.has(`${name} v${version}`)).map(crate)
}

function crate({license: licence, manifest_path: manifest, name, version}) {
  const directories = ['', ...(within[name] ?? [])].map((path) => join(dirname(manifest), path))
  const texts = textsOf({directories, licence, name})
  return {licence, name, source: 'crate', texts, version}
}
