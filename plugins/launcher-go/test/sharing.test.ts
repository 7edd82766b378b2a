/** Work environments are the same whichever launcher made them. */
import assert from 'node:assert/strict'
import {spawnSync} from 'node:child_process'
import {chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'
import {after, describe, it} from 'mocha'
import {buildPackage} from '../../../conformance/runner/package.ts'

const image = fileURLToPath(new URL(`../images/${process.platform}-${process.arch}/flavor-go-launcher`, import.meta.url))
const scratch = realpathSync(mkdtempSync(join(tmpdir(), 'flavor-sharing-')))
after(() => rmSync(scratch, {force: true, recursive: true}))

const host = `
import {openSync} from 'node:fs'
import launcher from ${JSON.stringify(new URL('../../launcher-node/dist/launcher.js', import.meta.url).href)}
const path = process.argv[1]
await launcher.start({args: process.argv.slice(2), env: process.env, fd: openSync(path, 'r'), path})`

const starts = {
  go: (file: string) => [file],
  node: (file: string) => [process.execPath, '--input-type=module', '-e', host, file],
}

describe('a work environment of one launcher', function () {
  this.timeout(60_000)

  for (const [first, second] of [
    ['go', 'node'],
    ['node', 'go'],
  ] as const)
    it(`made by ${first} is used as it is by ${second}, and so are shared slots`, function () {
      if (!existsSync(image)) this.skip()
      const file = join(scratch, first)
      const description = {
        script: 'echo "$FLAVOR_WORKENV"; cat "$FLAVOR_WORKENV/lib/a"',
        slots: [{id: 'lib', shareable: true, tree: {'lib/a': 'content'}}],
      }
      writeFileSync(file, buildPackage(description, readFileSync(image), scratch))
      chmodSync(file, 0o755)
      const base = join(scratch, `${first} base`)
      const start = (launcher: 'go' | 'node') => {
        const [program = '', ...words] = starts[launcher](file)
        const env = {FLAVOR_CACHE: base, HOME: scratch, PATH: process.env.PATH ?? ''}
        const {status, stderr, stdout} = spawnSync(program, words, {encoding: 'utf8', env})
        assert.deepEqual([status, stderr], [0, ''])
        return stdout
      }
      const cold = start(first)
      assert.match(cold, /\ncontent$/)
      assert.equal(start(second), cold)
      assert.equal(start(first), cold)
      rmSync(join(base, 'workenvs'), {recursive: true})
      assert.match(start(second), /\ncontent$/)
      assert.equal(readdirSync(join(base, 'slots')).length, 1)
    })
})
