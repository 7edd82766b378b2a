/** Random `app.flavour` files, as people and tools write them: block and flow, quotes, comments anywhere, either line break, with or without one at the end. */
import fc from 'fast-check'

export interface Written {
  readonly text: string
  /** `name:version` of its entries, in order. */
  readonly keys: readonly string[]
  /** Words in comments that belong to the entry: inside it, or behind it on its last line. */
  readonly own: Readonly<Record<string, readonly string[]>>
  /** Words in all other comments. */
  readonly comments: readonly string[]
}

interface Entry {
  readonly key: string
  readonly lines: readonly string[]
  readonly words: readonly string[]
}

const hash = fc.constantFrom('e0'.repeat(32), '1a'.repeat(32), 'c4'.repeat(32))
const quoted = (text: string) => fc.constantFrom(text, `"${text}"`, `'${text}'`)
const names = fc.uniqueArray(fc.constantFrom('a', 'addon/base', 'java/com.acme/s3', 'group:artifact', '1.0', 'no', 'x-y'), {maxLength: 4})
const remark = fc.option(fc.constantFrom('#', ' #'), {nil: undefined, freq: 2})

/** A comment holds a word of its own, so that one can see whether it is still there. */
const marked = (text: string, hint: string | undefined, word: string) => (hint === undefined ? text : `${text} # ${word}`)

const entryArbitrary = (name: string, number: number) =>
  fc
    .record({
      flow: fc.boolean(),
      hash,
      key: quoted(`${name}:1.${number}`),
      manager: quoted('flavour/fam-python:0.1'),
      remarks: fc.tuple(remark, remark, remark),
      settings: fc.constantFrom(undefined, ['settings:', '  a: b', '', '  c: [d, e]'], ['settings: |', '  text', '   more'], ['settings:']),
      step: fc.integer({min: 1, max: 4}),
      swapped: fc.boolean(),
    })
    .map(({flow, hash, key, manager, remarks, settings, step, swapped}): Entry => {
      const words = remarks.flatMap((one, index) => (one === undefined ? [] : [`own${number}x${index}`]))
      const word = (index: number) => `own${number}x${index}`
      if (flow) {
        const pairs = [`manager: ${manager}`, `hash: ${hash}`]
        const line = `${key}: {${(swapped ? pairs.reverse() : pairs).join(', ')}}`
        return {key: `${name}:1.${number}`, lines: [marked(line, remarks[0], word(0))], words: remarks[0] ? [word(0)] : []}
      }
      const fields = [marked(`manager: ${manager}`, remarks[1], word(1)), marked(`hash: ${hash}`, remarks[2], word(2))]
      const inner = [...(swapped ? fields.reverse() : fields), ...(settings ?? [])].map((line) =>
        line === '' ? '' : ' '.repeat(step) + line,
      )
      return {key: `${name}:1.${number}`, lines: [marked(`${key}:`, remarks[0], word(0)), ...inner], words}
    })

const entries = names.chain((list) => fc.tuple(...list.map((name, index) => entryArbitrary(name, index))))

const block = fc
  .record({
    after: fc.constantFrom([], ['meta:', '  name: shop', '  version: "1"'], ['meta: {name: "shop"}']),
    before: fc.constantFrom([], ['services: {db: {type: "postgres:11.2"}}'], ['services:', '    db:', '        type: postgres:11.2']),
    end: fc.constantFrom('', '\n', '\n\n', '\n# end\n', '\n...\n'),
    entries,
    head: fc.constantFrom('', '# head\n', '---\n', '\ufeff', '\n\n'),
    indent: fc.integer({min: 1, max: 4}),
    newline: fc.constantFrom('\n', '\r\n'),
    remarks: fc.array(remark, {maxLength: 8, minLength: 8}),
    spec: quoted('0.1'),
  })
  .map(({after, before, end, entries, head, indent, newline, remarks, spec}): Written => {
    const comments: string[] = []
    const comment = (index: number, margin: string): readonly string[] => {
      if (remarks[index % remarks.length] === undefined) return []
      comments.push(`free${index}x`)
      return [`${margin}# free${index}x`, ...(index % 2 ? [''] : [])]
    }
    const margin = ' '.repeat(indent)
    const listed = entries.flatMap(({lines}, index) => [
      ...comment(index + 3, margin),
      ...lines.map((line) => (line === '' ? '' : margin + line)),
    ])
    const addons = entries.length === 0 ? [] : ['addons:', ...listed]
    const lines = [...comment(0, ''), `spec: ${spec}`, ...comment(1, ''), ...before, ...addons, ...comment(2, ''), ...after]
    return {
      comments,
      keys: entries.map(({key}) => key),
      own: Object.fromEntries(entries.map(({key, words}) => [key, words])),
      text: `${head}${lines.join('\n')}${end}`.replaceAll('\n', newline),
    }
  })

const flow = fc
  .record({json: fc.boolean(), list: names, pretty: fc.boolean(), tail: fc.constantFrom('', '\n', ' # tail\n'), trailing: fc.boolean()})
  .map(({json, list, pretty, tail, trailing}): Written => {
    const q = (text: string) => (json ? `"${text}"` : text)
    const gap = (depth: number) => (pretty ? `\n${' '.repeat(2 * depth)}` : depth === 0 ? '' : ' ')
    const comma = trailing && !json ? ',' : ''
    const entry = (name: string, index: number) =>
      `${q(`${name}:1.${index}`)}: {${q('manager')}: ${q('m')}, ${q('hash')}: ${q(String(index).padStart(64, 'a'))}}`
    const addons = list.length === 0 ? '' : `,${gap(1)}${q('addons')}: {${gap(2)}${list.map(entry).join(`,${gap(2)}`)}${comma}${gap(1)}}`
    const text = `{${gap(1)}${q('spec')}: ${q('0.1')}${addons}${comma}${gap(0)}}${tail}`
    return {comments: tail.includes('#') ? ['tail'] : [], keys: list.map((name, index) => `${name}:1.${index}`), own: {}, text}
  })

export const documents: fc.Arbitrary<Written> = fc.oneof({arbitrary: block, weight: 3}, {arbitrary: flow, weight: 1})
