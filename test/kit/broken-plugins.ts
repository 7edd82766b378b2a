/**
 * Plugins that break one promise each, made from one that keeps them all. Every row: what it does, the files that make
 * it so, and the title of the test that must fail for it.
 */
import type {Kind} from '@flavor/contract'

export interface BrokenPlugin {
  readonly kind: Kind
  readonly does: string
  readonly fails: string
  /** Files in place of the good plugin's, by name. */
  readonly files?: Readonly<Record<string, string>>
  /** Keys in place of the good package.json's; undefined removes one. */
  readonly manifest?: Readonly<Record<string, unknown>>
}

const facts: Readonly<Record<BrokenPlugin['kind'], string>> = {
  'addon-managers': `features: ['restores'], id: 'good', identifier: 'acme/fam-good:1.0', stack: 'good', summary: 'Fine'`,
  compressors: `extension: '.gz', features: ['checksum'], id: 'good', levels: {default: 1, max: 2, min: 1}, operation: 0xd7, summary: 'Fine'`,
  launchers: `formats: [0x20250001], id: 'good', operations: [1], summary: 'Fine', targets: ['any-any']`,
  purposes: `class: 0, id: 'good', shareable: true, summary: 'Fine', defaults: {
    lifecycle: 'persistent', mode: 0o644, operations: {directory: ['tar'], file: []}, target: 'files/{id}'}`,
}

const codes: Readonly<Record<BrokenPlugin['kind'], string>> = {
  'addon-managers': manager(''),
  compressors: codec(''),
  launchers: launcher(''),
  purposes: purpose(''),
}

export function goodFiles(kind: BrokenPlugin['kind']): Readonly<Record<string, string>> {
  return {'code.js': codes[kind], 'offer.js': offer(kind, '')}
}

export function goodManifest(kind: BrokenPlugin['kind']): Readonly<Record<string, unknown>> {
  return {
    exports: {'.': './offer.js', './package.json': './package.json'},
    files: ['*.js'],
    keywords: ['flavor-plugin'],
    oclif: {hooks: {[`flavor:${kind}:v1`]: './offer.js'}},
    type: 'module',
  }
}

/** `changes` are members that come after the good ones. */
function offer(kind: BrokenPlugin['kind'], changes: string, before = ''): string {
  return `${before}\nexport default async (question) => [{${facts[kind]}, load: () => import('./code.js'), ${changes}}]`
}

function codec(changes: string, before = ''): string {
  const real = new URL('../../plugins/gzip/dist/gzip.js', import.meta.url)
  return `import zlib from 'node:zlib'\nimport {Transform} from 'node:stream'\nimport good from '${real}'\n${before}
    export default {...good, ${changes}}`
}

function purpose(changes: string): string {
  const real = new URL('../../plugins/purposes/dist/given-content.js', import.meta.url)
  return `import fs from 'node:fs'\nimport good from '${real}'\nexport default {...good, ${changes}}`
}

/** `steps` makes other steps of good ones. */
function manager(changes: string, steps = 'steps'): string {
  const real = new URL('../../plugins/addons-base/dist/base.js', import.meta.url)
  return `import good from '${real}'
    const other = (steps, change, addon, project) => ${steps}
    const plan = async (change, addon, project) => other(await good.plan(change, addon, project), change, addon, project)
    export default {...good, plan, ${changes}}`
}

function launcher(changes: string): string {
  return `import {createHash} from 'node:crypto'\nimport {Readable} from 'node:stream'
    const image = (text) => ({
      sha256: createHash('sha256').update(text).digest('hex'), size: text.length, stream: () => Readable.from([Buffer.from(text)])})
    const open = async (target) => {
      if (target !== 'any-any') throw new Error('no image for ' + target)
      return image('#!/bin/sh')
    }
    export default {open, ${changes}}`
}

const compressors: readonly Omit<BrokenPlugin, 'kind'>[] = [
  {does: 'has no hook', fails: 'answers', manifest: {oclif: {hooks: {}}}},
  {does: 'exports no function', fails: 'answers', files: {'offer.js': 'export default 1'}},
  {does: 'offers nothing', fails: 'answers', files: {'offer.js': 'export default async () => []'}},
  {does: 'ends the process', fails: 'answers', files: {'offer.js': `if (process.send) process.exit(0)\n${offer('compressors', '')}`}},
  {
    does: 'never answers',
    fails: 'answers',
    files: {'offer.js': 'setInterval(() => {}, 1e6)\nif (process.send) await new Promise(() => {})'},
  },
  {
    does: 'answers otherwise the second time',
    fails: 'answers',
    files: {'offer.js': offer('compressors', 'operation: 0xd0 + n++', 'let n = 0')},
  },
  {
    does: 'chokes on what it does not know in a question',
    fails: 'answers',
    files: {
      'offer.js': `import good from './good.js'
        export default (question) => Object.keys(question).length > 1 ? Promise.reject(new Error('what?')) : good(question)`,
      'good.js': offer('compressors', ''),
    },
  },
  {
    does: 'changes the question',
    fails: 'answers',
    files: {'offer.js': `export default async (question) => { question.mine = 1; return [] }`},
  },
  {does: 'uses its context', fails: 'answers', files: {'offer.js': `export default async function () { return [this.config.name] }`}},
  {does: 'prints when asked', fails: 'prints nothing', files: {'offer.js': `console.log('hello')\n${offer('compressors', '')}`}},
  {does: 'prints when loaded', fails: 'prints nothing', files: {'code.js': codec('', `console.error('hello')`)}},
  {
    does: 'brings in its code when it is asked',
    fails: 'is asked without bringing in anything',
    files: {'offer.js': `import '${new URL('../../plugins/zstd/dist/zstd.js', import.meta.url)}'\n${offer('compressors', '')}`},
  },
  {does: 'cannot decompress', fails: 'loads code', files: {'code.js': codec('decompress: undefined')}},
  {does: 'publishes no files', fails: 'is a package', manifest: {files: undefined}},
  {does: 'has no keyword', fails: 'is a package', manifest: {keywords: []}},
  {does: 'runs a script at an install', fails: 'is a package', manifest: {scripts: {postinstall: 'true'}}},
  {does: 'hides its package.json', fails: 'is a package', manifest: {exports: {'.': './offer.js'}}},
  {does: 'has an id with a capital', fails: 'names its offers well', files: {'offer.js': offer('compressors', `id: 'Good'`)}},
  {
    does: 'ends its summary with a full stop',
    fails: 'names its offers well',
    files: {'offer.js': offer('compressors', `summary: 'Fine.'`)},
  },
  {does: 'takes a reserved byte', fails: 'takes an operation byte', files: {'offer.js': offer('compressors', 'operation: 0x40')}},
  {does: 'takes another byte than its id has', fails: 'takes an operation byte', files: {'offer.js': offer('compressors', `id: 'xz'`)}},
  {
    does: 'has a default level out of range',
    fails: 'states a file extension',
    files: {'offer.js': offer('compressors', 'levels: {default: 5, max: 2, min: 1}')},
  },
  {
    does: 'has a level for --small that is out of range',
    fails: 'states a file extension',
    files: {'offer.js': offer('compressors', 'levels: {default: 1, max: 2, min: 1, small: 9}')},
  },
  {does: 'hides the version of its codec', fails: 'names its codec', files: {'code.js': codec(`version: 'latest'`)}},
  {
    does: 'loses a byte',
    fails: 'gives back one byte',
    files: {
      'code.js': codec(`compress: ({level}) => new Transform({
    transform(chunk, _, done) { (this.inner ??= good.compress({level}).on('data', (d) => this.push(d))).write(chunk.subarray(1), done) },
    flush(done) { const inner = this.inner ?? good.compress({level}).on('data', (d) => this.push(d)); inner.on('end', done); inner.end() }})`),
    },
  },
  {
    does: 'compresses each chunk as it comes',
    fails: 'makes equal bytes',
    files: {'code.js': codec('compress: ({level}) => zlib.createGzip({level, flush: zlib.constants.Z_SYNC_FLUSH})')},
  },
  {
    does: 'knows no limit',
    fails: 'refuses to give out more than 10239',
    files: {'code.js': codec('decompress: () => good.decompress({limit: Infinity})')},
  },
  {
    does: 'gives out one byte too many before it stops',
    fails: 'refuses to give out more than 10239',
    files: {'code.js': codec('decompress: ({limit}) => good.decompress({limit: limit + 1})')},
  },
  {
    does: 'takes what is cut short',
    fails: 'rejects input that is cut short',
    files: {'code.js': codec('decompress: () => zlib.createGunzip({finishFlush: zlib.constants.Z_SYNC_FLUSH})')},
  },
  {does: 'takes padding after its own', fails: 'rejects other bytes', files: {'code.js': codec('decompress: () => zlib.createGunzip()')}},
  {
    does: 'says that it has a checksum and has none',
    fails: 'never passes damaged input',
    files: {'code.js': codec('compress: () => zlib.createDeflateRaw({level: 0}), decompress: () => zlib.createInflateRaw()')},
  },
  {
    does: 'decompresses all at once',
    fails: 'waits for its reader when it decompresses',
    files: {
      'code.js': codec(`decompress: () => { const all = []; return new Transform({
      transform: (chunk, _, done) => { all.push(chunk); done() }, flush: (done) => done(null, zlib.gunzipSync(Buffer.concat(all)))})}`),
    },
  },
  {
    does: 'compresses all at once',
    fails: 'waits for its reader when it compresses',
    files: {
      'code.js': codec(`compress: () => { const all = []; return new Transform({
      transform: (chunk, _, done) => { all.push(chunk); done() }, flush: (done) => done(null, zlib.gzipSync(Buffer.concat(all)))})}`),
    },
  },
  {
    does: 'keeps chunks without copying them',
    fails: 'keeps no hold of a chunk',
    files: {
      'code.js': codec(`compress: () => { const all = []; return new Transform({
      transform: (chunk, _, done) => { all.push(chunk); done() }, flush: (done) => done(null, zlib.gzipSync(Buffer.concat(all)))})}`),
    },
  },
  {
    does: 'goes on when it is destroyed',
    fails: 'stops when it is destroyed',
    files: {'code.js': codec('compress: (options) => { const made = good.compress(options); made.destroy = () => made; return made }')},
  },
]

const purposes: readonly Omit<BrokenPlugin, 'kind'>[] = [
  {does: 'has a class of its own', fails: 'states class', files: {'offer.js': offer('purposes', 'class: 4')}},
  {
    does: 'stores a directory without tar',
    fails: 'states a chain',
    files: {
      'offer.js': offer('purposes', `defaults: {lifecycle: 'lazy', mode: 0, operations: {directory: ['zstd'], file: []}, target: 'x'}`),
    },
  },
  {
    does: 'has a target outside',
    fails: 'states a target',
    files: {
      'offer.js': offer('purposes', `defaults: {lifecycle: 'lazy', mode: 0, operations: {directory: ['tar'], file: []}, target: '../x'}`),
    },
  },
  {does: 'takes nothing', fails: 'accepts at least one', files: {'code.js': purpose(`check: async () => [{message: 'no'}]`)}},
  {does: 'takes what does not exist', fails: 'rejects a source', files: {'code.js': purpose('check: async () => []')}},
  {
    does: 'overlooks a misspelt option',
    fails: 'names an option',
    files: {'code.js': purpose('check: (slot) => good.check({...slot, options: {}})')},
  },
  {
    does: 'writes while it checks',
    fails: 'checks without changing',
    files: {'code.js': purpose(`check: async (slot) => { fs.writeFileSync(slot.project + '/mine', ''); return good.check(slot) }`)},
  },
  {
    does: 'takes content from elsewhere',
    fails: 'prepares content',
    files: {'code.js': purpose(`prepare: async () => ({kind: 'directory', path: '/'})`)},
  },
  {
    does: 'puts a folder of the machine on PATH',
    fails: 'adds to the environment',
    files: {'code.js': purpose(`environment: () => ({path: ['/usr/bin']})`)},
  },
]

const launchers: readonly Omit<BrokenPlugin, 'kind'>[] = [
  {does: 'has a target without a system', fails: 'states formats', files: {'offer.js': offer('launchers', `targets: ['x64']`)}},
  {
    does: 'states another size',
    fails: 'opens an image for each target',
    files: {'code.js': launcher(`open: async () => ({...image('#!/bin/sh'), size: 1})`)},
  },
  {
    does: 'states another SHA-256',
    fails: 'opens an image for each target',
    files: {'code.js': launcher(`open: async () => ({...image('#!/bin/sh'), sha256: '0'.repeat(64)})`)},
  },
  {
    does: 'gives its image once',
    fails: 'opens an image for each target',
    files: {
      'code.js': launcher(
        `open: async () => { const one = image('#!/bin/sh'); const stream = one.stream(); return {...one, stream: () => stream} }`,
      ),
    },
  },
  {
    does: 'gives a text for a program',
    fails: 'opens images that are programs',
    files: {'code.js': launcher(`open: async () => image('hello')`)},
  },
  {does: 'offers no target and builds none', fails: 'states formats', files: {'offer.js': offer('launchers', 'targets: []')}},
  {
    does: 'lists an image that it does not open',
    fails: 'knows of its images',
    files: {'code.js': launcher(`images: async () => [{origin: 'built', sha256: '0'.repeat(64), size: 9, target: 'any-any'}]`)},
  },
  {does: 'has notices that say nothing', fails: 'gives its notices', files: {'code.js': launcher(`notices: async () => ''`)}},
  {does: 'builds without saying so', fails: 'builds what it says', files: {'code.js': launcher('build: async () => ({})')}},
  {
    does: 'builds for systems that it does not know',
    fails: 'builds what it says',
    files: {
      'code.js': launcher(`build: async () => ({state: 'built', image: {}})`),
      'offer.js': offer('launchers', `builds: ['linux-x64']`),
    },
  },
  {does: 'knows every target', fails: 'refuses a target', files: {'code.js': launcher(`open: async () => image('#!/bin/sh')`)}},
]

const managers: readonly Omit<BrokenPlugin, 'kind'>[] = [
  {
    does: 'has an identifier without a version',
    fails: 'states its stack',
    files: {'offer.js': offer('addon-managers', `identifier: 'acme/fam-good'`)},
  },
  {does: 'accepts nothing', fails: 'accepts at least one', files: {'code.js': manager(`check: async () => [{message: 'no'}]`)}},
  {
    does: 'thinks otherwise the second time',
    fails: 'checks to the same result',
    files: {'code.js': `let n = 0\n${manager(`check: async () => n++ % 2 ? [{message: 'no'}] : []`)}`},
  },
  {
    does: 'plans by chance',
    fails: 'plans the same',
    files: {'code.js': manager('', `[...steps, {kind: 'write', path: 'log', bytes: Buffer.from(String(Math.random()))}]`)},
  },
  {
    does: 'writes outside the project',
    fails: 'plans within',
    files: {'code.js': manager('', `[...steps, {kind: 'write', path: '../log', bytes: Buffer.from('x')}]`)},
  },
  {
    does: 'lets a command write outside the project',
    fails: 'plans within',
    files: {'code.js': manager('', `[...steps, {kind: 'run', command: ['true'], writes: ['/etc/passwd']}]`)},
  },
  {
    does: 'writes app.flavour itself',
    fails: 'leaves app.flavour',
    files: {'code.js': manager('', `[...steps, {kind: 'write', path: 'app.flavour', bytes: Buffer.from('spec: 0.1')}]`)},
  },
  {
    does: 'notes another hash',
    fails: 'notes what it adds',
    files: {'code.js': manager('', `steps.map((step) => step.kind === 'add-entry' ? {...step, hash: '0'.repeat(64)} : step)`)},
  },
  {
    does: 'keeps other bytes',
    fails: 'notes what it adds',
    files: {'code.js': manager('', `steps.map((step) => step.kind === 'write' ? {...step, bytes: Buffer.from('x')} : step)`)},
  },
  {
    does: 'appends each time it adds',
    fails: 'changes nothing when it adds',
    files: {
      'code.js': `const log = async (project) => Buffer.concat([(await project.read('log')) ?? Buffer.alloc(0), Buffer.from('x')])
        ${manager('', `log(project).then((bytes) => [...steps, {kind: 'write', path: 'log', bytes}])`)}`,
    },
  },
  {
    does: 'deletes what it has not added',
    fails: 'changes nothing when it removes',
    files: {'code.js': manager('', `change === 'remove' ? [...steps, {kind: 'remove', path: 'README.md'}] : steps`)},
  },
  {
    does: 'forgets the document of the version before',
    fails: 'has one version',
    files: {'code.js': manager('', `change === 'add' ? steps.filter(({kind}) => kind !== 'remove') : steps`)},
  },
  {
    does: 'promises to restore and leaves something',
    fails: 'restores what was there',
    files: {'code.js': manager('', `change === 'add' ? [...steps, {kind: 'write', path: 'extra', bytes: Buffer.from('x')}] : steps`)},
  },
]

export const brokenPlugins: readonly BrokenPlugin[] = [
  ...managers.map((row) => ({...row, kind: 'addon-managers' as const})),
  ...compressors.map((row) => ({...row, kind: 'compressors' as const})),
  ...purposes.map((row) => ({...row, kind: 'purposes' as const})),
  ...launchers.map((row) => ({...row, kind: 'launchers' as const})),
]
