/** Changes as text, which `patch` understands. */
import assert from 'node:assert/strict'
import {spawnSync} from 'node:child_process'
import fc from 'fast-check'
import {describe, it} from 'mocha'
import {type Content, fileContent} from '../../dist/changes/content.js'
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
      'diff a/p b/p\n--- a/p\n+++ b/p\n@@ -1,3 +1,3 @@\n a\n-b\n-c\n\\ No newline at end of file\n+B\n+c\n',
    )
  })

  it('names what is new, what is gone, and what only has another mode', async () => {
    assert.equal(await diff(undefined, file('a\n')), 'diff a/p b/p\nnew file mode 100644\n--- /dev/null\n+++ b/p\n@@ -0,0 +1,1 @@\n+a\n')
    assert.equal(
      await diff(file('a\n', 0o755), undefined),
      'diff a/p b/p\ndeleted file mode 100755\n--- a/p\n+++ /dev/null\n@@ -1,1 +0,0 @@\n-a\n',
    )
    assert.equal(await diff(file('a\n'), file('a\n', 0o755)), 'diff a/p b/p\nold mode 100644\nnew mode 100755\n')
    assert.equal(await diff(undefined, file('')), 'diff a/p b/p\nnew file mode 100644\n')
    assert.equal(await diff({kind: 'directory', mode: 0o755}, undefined), 'diff a/p b/p\ndeleted directory mode 040755\n')
  })

  it('names links by where they lead', async () => {
    assert.equal(
      await diff({kind: 'link', target: 'a'}, {kind: 'link', target: 'b'}),
      'diff a/p b/p\n--- a/p\n+++ b/p\n@@ -1,1 +1,1 @@\n-a\n\\ No newline at end of file\n+b\n\\ No newline at end of file\n',
    )
    assert.match(await diff(file('a\n'), {kind: 'link', target: 'b'}), /^old mode 100644\nnew mode 120000\n/m)
  })

  it('of what is no text is told by size', async () => {
    assert.equal(await diff(file(Buffer.of(0, 1)), file(Buffer.of(0xff, 1, 2))), 'diff a/p b/p\nBinary files differ: 2 bytes → 3 bytes\n')
    assert.equal(
      await diff(undefined, file('a'.repeat(2 ** 21))),
      'diff a/p b/p\nnew file mode 100644\nBinary files differ: nothing → 2097152 bytes\n',
    )
  })

  it('is empty where nothing differs', async () => {
    assert.equal(await unifiedDiff([]), '')
    assert.equal(await diff({kind: 'directory', mode: 0o755}, {kind: 'directory', mode: 0o755}), '')
  })

  it('makes the one of the other, for those who have patch', async function () {
    if (spawnSync('patch', ['--version']).status !== 0) this.skip()
    const line = fc.constantFrom('a\n', 'b\n', '\n', '+c\n', '--- d\n', '\tx \n')
    const text = fc.tuple(fc.array(line, {maxLength: 12}), fc.constantFrom('', 'end', '\r\n')).map(([lines, end]) => lines.join('') + end)
    await fc.assert(
      fc.asyncProperty(text, text, async (old, now) => {
        const root = writeTree(temporaryDirectory(), {p: `-644 ${old}`})
        const {status, stdout} = spawnSync('patch', ['-p1', '--binary', '--no-backup-if-mismatch'], {
          cwd: root,
          input: await diff(file(old), file(now)),
        })
        assert.equal(status, 0, `${stdout}`)
        assert.deepEqual(readTree(root), {p: `-644 ${now}`} satisfies Tree)
      }),
      {numRuns: 50},
    )
  })
})
