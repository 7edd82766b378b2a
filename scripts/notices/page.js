/** The notices of one plugin as text: what there is, then each text once with the names of those that it belongs to. */

const rule = '='.repeat(80)

/** `holding` says what holds them, and what follows. */
export function page(title, holding, parts) {
  const sorted = [...parts].sort((a, b) => (label(a) < label(b) ? -1 : 1))
  const width = Math.max(...sorted.map((part) => label(part).length))
  const rows = sorted.map((part) => `${label(part).padEnd(width)}  ${part.licence.padEnd(17)}  ${part.source}`)
  const blocks = [...Map.groupBy(sorted.flatMap(texts), ({key}) => key).values()].map(block)
  return `${[`THIRD-PARTY NOTICES of ${title}`, holding, rows.join('\n'), ...blocks].join('\n\n')}\n`
}

const label = ({name, version}) => (version === undefined ? name : `${name} ${version}`)

/** Texts that differ in nothing but where their lines break are one. */
const texts = (part) => part.texts.map((text) => ({key: text.replaceAll(/\s+/g, ' '), part, text}))

function block(same) {
  const names = [...new Set(same.map(({part}) => label(part)))]
  return [rule, ...names, rule, '', same[0].text].join('\n')
}
