/** Changes as text, which `patch` understands. */
import assert from 'node:assert/strict'
import {spawnSync} from 'node:child_process'
import {join} from 'node:path'
import fc from 'fast-check'
import {describe, it} from 'mocha'
import {type Content, contentAt, fileContent} from '../../dist/changes/content.js'
import {unifiedDiff} from '../../dist/changes/unified-diff.js'
import {temporaryDirectory} from '../support/tmp.ts'
import {readTree, type Tree, writeTree} from './tree.ts'

const file = (text: string | Uint8Array, mode = 0o644): Content => fileContent(Buffer.from(text as string), mode)

async function diff(before: Content | undefined, after: Content | undefined): Promise<string> {
  return await unifiedDiff([{after, before, path: 'p'}])
}

describe('the difference', () => {
  it('of a text is one of lines, also where the last has no end', async () => {
    assert.equal(
      await diff(file('a\nb\nc'), file('a\nB\nc\n')),
      'diff --git a/p b/p\n--- a/p\n+++ b/p\n@@ -1,3 +1,3 @@\n a\n-b\n-c\n\\ No newline at end of file\n+B\n+c\n',
    )
  })

  it('names what is new, what is gone, and what only has another mode', async () => {
    assert.equal(
      await diff(undefined, file('a\n')),
      'diff --git a/p b/p\nnew file mode 100644\n--- /dev/null\n+++ b/p\n@@ -0,0 +1,1 @@\n+a\n',
    )
    assert.equal(
      await diff(file('a\n', 0o755), undefined),
      'diff --git a/p b/p\ndeleted file mode 100755\n--- a/p\n+++ /dev/null\n@@ -1,1 +0,0 @@\n-a\n',
    )
    assert.equal(await diff(file('a\n'), file('a\n', 0o755)), 'diff --git a/p b/p\nold mode 100644\nnew mode 100755\n')
    assert.equal(await diff(undefined, file('')), 'diff --git a/p b/p\nnew file mode 100644\n')
    assert.equal(await diff({kind: 'directory', mode: 0o755}, undefined), 'deleted directory mode 040755: p\n')
  })

  it('names links by where they lead', async () => {
    assert.equal(
      await diff({kind: 'link', target: 'a'}, {kind: 'link', target: 'b'}),
      'diff --git a/p b/p\n--- a/p\n+++ b/p\n@@ -1,1 +1,1 @@\n-a\n\\ No newline at end of file\n+b\n\\ No newline at end of file\n',
    )
    assert.match(await diff(file('a\n'), {kind: 'link', target: 'b'}), /^deleted file mode 100644\n.*^new file mode 120000\n/ms)
  })

  it('of what is no text is told by size', async () => {
    assert.equal(
      await diff(file(Buffer.of(0, 1)), file(Buffer.of(0xff, 1, 2))),
      'diff --git a/p b/p\nBinary files differ: 2 bytes → 3 bytes\n',
    )
    assert.equal(
      await diff(undefined, file('a'.repeat(2 ** 21))),
      'diff --git a/p b/p\nnew file mode 100644\nBinary files differ: nothing → 2097152 bytes\n',
    )
  })

  it('is empty where nothing differs', async () => {
    assert.equal(await unifiedDiff([]), '')
    assert.equal(await diff({kind: 'directory', mode: 0o755}, {kind: 'directory', mode: 0o755}), '')
  })

  const line = fc.constantFrom('a\n', 'b\n', '\n', '+c\n', '--- d\n', '\tx \n')
  const text = fc.tuple(fc.array(line, {maxLength: 12}), fc.constantFrom('', 'end', '\r\n')).map(([lines, end]) => lines.join('') + end)

  /** `p` as the one and the other; the difference, applied by a program, must make the one of the other. */
  async function applies(tree: Readonly<Record<'after' | 'before', Tree>>, command: readonly string[]): Promise<void> {
    const [root, other] = [writeTree(temporaryDirectory(), tree.before), writeTree(temporaryDirectory(), tree.after)]
    const input = await diff(contentAt(join(root, 'p'), 'p'), contentAt(join(other, 'p'), 'p'))
    if (input === '') return
    const [program = '', ...args] = command
    const {status, stderr, stdout} = spawnSync(program, args, {cwd: root, encoding: 'utf8', input})
    assert.equal(status, 0, `${stdout}${stderr}${input}`)
    assert.deepEqual(readTree(root), readTree(other))
  }

  it('makes the one of the other, for those who have patch', async function () {
    if (spawnSync('patch', ['--version']).status !== 0) this.skip()
    const command = ['patch', '-p1', '--binary', '--no-backup-if-mismatch']
    const check = (old: string, now: string) => applies({after: {p: `-644 ${now}`}, before: {p: `-644 ${old}`}}, command)
    await fc.assert(fc.asyncProperty(text, text, check), {numRuns: 30})
  })

  it('makes the one of the other, modes, links and deletions too, for those who have git', async function () {
    if (spawnSync('git', ['--version']).status !== 0) this.skip()
    const file = fc.tuple(fc.constantFrom('644', '755'), text).map(([mode, text]) => ({p: `-${mode} ${text}`}))
    const what = fc.oneof(file, fc.constantFrom({}, {p: 'l a'}, {p: 'l b'}))
    const check = (before: Tree, after: Tree) => applies({after, before}, ['git', 'apply', '--whitespace=nowarn'])
    await fc.assert(fc.asyncProperty(what, what, check), {numRuns: 40})
  })
})
