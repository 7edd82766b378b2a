/**
 * `npm run fuzz -- [--seconds N] [--lang rust|go] [--target chain|index|metadata|table|untar]`: each target of each native launcher for so
 * many seconds (10), from the inputs of `format/corpus`. The Rust one needs cargo, a C++ compiler, and nothing else:
 * libFuzzer comes with a crate, and any toolchain can count branches. The reader in TypeScript has properties instead
 * (`test/format/properties.test.ts`), which begin with the same inputs and run with every `npm test`.
 *
 * What is found is printed with the path of the input. Minimize it, name it after what is wrong, put it into
 * `format/corpus/<target>/`, and every language's tests hold it for ever. Exit code 1 when anything was found.
 */
import {spawnSync} from 'node:child_process'
import {mkdirSync, readdirSync} from 'node:fs'
import {fileURLToPath} from 'node:url'
import {parseArgs} from 'node:util'

const root = fileURLToPath(new URL('../', import.meta.url))
const {values} = parseArgs({options: {lang: {type: 'string'}, seconds: {default: '10', type: 'string'}, target: {type: 'string'}}})
const targets = readdirSync(`${root}format/corpus`, {withFileTypes: true})
  .filter((entry) => entry.isDirectory() && (!values.target || entry.name === values.target))
  .map(({name}) => name)

function run(program, words, options) {
  const {error, status} = spawnSync(program, words, {stdio: 'inherit', ...options})
  if (error) throw error
  return status === 0
}

const languages = {
  go: {
    needs: ['go'],
    directory: `${root}plugins/launcher-go/native/`,
    fuzz(target) {
      const name = `Fuzz${target[0].toUpperCase()}${target.slice(1)}`
      const words = ['test', './internal/vectors', '-run', '^$', '-fuzz', `^${name}$`, '-fuzztime', `${values.seconds}s`]
      return run('go', words, {cwd: this.directory})
    },
  },
  rust: {
    needs: ['cargo', 'c++'],
    directory: `${root}plugins/launcher-rust/native/fuzz/`,
    /** New inputs go there: they are this machine's, and not worth keeping in the repository. */
    found: `${root}plugins/launcher-rust/native/target/fuzz/`,
    fuzz(target) {
      const mine = `${this.found}${target}/`
      mkdirSync(mine, {recursive: true})
      const built = ['run', '--quiet', '--release', '--target', host(), '--bin', target, '--']
      const limits = [`-max_total_time=${values.seconds}`, '-timeout=10', '-rss_limit_mb=2048', `-artifact_prefix=${this.found}`]
      const env = {...process.env, RUSTFLAGS: coverage.join(' ')}
      return run('cargo', [...built, mine, `${root}format/corpus/${target}`, ...limits, '-verbosity=1'], {cwd: this.directory, env})
    },
  },
}

/** What `cargo fuzz` passes, without the sanitizers that only a nightly toolchain has. */
const coverage = [
  '--cfg fuzzing',
  '-Cpasses=sancov-module',
  '-Cllvm-args=-sanitizer-coverage-level=4',
  '-Cllvm-args=-sanitizer-coverage-inline-8bit-counters',
  '-Cllvm-args=-sanitizer-coverage-pc-table',
  '-Cllvm-args=-sanitizer-coverage-trace-compares',
  '-Ccodegen-units=1',
]

/** Named, so that build scripts are compiled without the counters. */
function host() {
  return /host: (.*)/.exec(spawnSync('rustc', ['-vV'], {encoding: 'utf8'}).stdout)[1]
}

function isHere(program) {
  return spawnSync(program, [program === 'go' ? 'version' : '--version']).error === undefined
}

let sound = true
for (const [lang, language] of Object.entries(languages).filter(([lang]) => !values.lang || lang === values.lang)) {
  const missing = language.needs.filter((program) => !isHere(program))
  if (missing.length > 0) console.log(`${lang}: not run, ${missing.join(' and ')} is not installed`)
  else for (const target of targets) sound = report(lang, target, language.fuzz(target)) && sound
}
if (!sound) process.exitCode = 1

function report(lang, target, passed) {
  console.log(`${lang} ${target}: ${passed ? 'nothing found' : 'FOUND something, see above'} in ${values.seconds} s`)
  return passed
}
