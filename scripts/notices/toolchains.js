/**
 * What no lock file names: what toolchains link into every program. The texts are kept by hand in `texts/`, because where and whether a toolchain
 * brings them depends on who has installed it. To be read again when the release takes another version of one.
 */
import {root} from '../node.js'
import {textsOf} from './texts.js'

const facts = {
  go: {licence: 'BSD-3-Clause', source: 'https://go.dev', title: 'Go: runtime and standard library'},
  'mingw-w64': {licence: 'ZPL-2.1', source: 'https://www.mingw-w64.org', title: 'mingw-w64: runtime (Windows)'},
  musl: {licence: 'MIT', source: 'https://musl.libc.org', title: 'musl: C library (Linux)'},
  'rust-core': {licence: 'MIT OR Apache-2.0', source: 'https://www.rust-lang.org', title: 'Rust: core library and compiler-builtins'},
  'rust-std': {licence: 'MIT OR Apache-2.0', source: 'https://www.rust-lang.org', title: 'Rust: standard library'},
}

export const toolchains = (...names) =>
  names.map((name) => {
    const {licence, source, title} = facts[name]
    return {licence, name: title, source, texts: textsOf({directories: [], licence, name})}
  })

/** Who passes a package on passes on the launcher as well. */
export const launcher = () => ({
  licence: 'Apache-2.0',
  name: 'flavor',
  source: 'this package',
  texts: textsOf({directories: [root], licence: 'Apache-2.0', name: 'flavor'}),
})
