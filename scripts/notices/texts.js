/**
 * The texts that a part of an image asks to go along: those that lie beside its code, else the one in `texts/`, which was written by hand
 * from what the part says of itself. A licence that nobody has looked at, and a part without any text, are errors.
 */
import {existsSync, readdirSync, readFileSync} from 'node:fs'
import {join} from 'node:path'

/** Licences that may be linked into a program under Apache-2.0, as parts state them; where there is a choice, which one is taken. */
const taken = {
  'Apache-2.0': 'Apache-2.0',
  'Apache-2.0 OR MIT': 'MIT',
  'BlueOak-1.0.0': 'BlueOak-1.0.0',
  'BSD-2-Clause': 'BSD-2-Clause',
  'BSD-3-Clause': 'BSD-3-Clause',
  'BSD-3-Clause/MIT': 'BSD-3-Clause',
  ISC: 'ISC',
  MIT: 'MIT',
  'MIT OR Apache-2.0': 'MIT',
  'ZPL-2.1': 'ZPL-2.1',
  Zlib: 'Zlib',
  'bzip2-1.0.6': 'bzip2-1.0.6',
  'public domain': 'public domain',
}

const byHand = new URL('texts/', import.meta.url)

/** Each without spaces at the ends of lines. */
export function textsOf({directories, licence, name}) {
  if (!Object.hasOwn(taken, licence))
    throw new Error(`${name} is under ${licence}: see whether that goes with Apache-2.0, then add it to scripts/notices/texts.js`)
  const found = directories.flatMap((directory) => textFiles(directory, taken[licence]))
  const written = new URL(`${name}.txt`, byHand)
  if (found.length > 0 && existsSync(written))
    throw new Error(`${name} brings a licence: scripts/notices/texts/${name}.txt is not needed any more`)
  if (found.length === 0 && !existsSync(written))
    throw new Error(`${name} has no text of its licence: write scripts/notices/texts/${name}.txt`)
  return found.length > 0 ? found.map(clean) : [clean(written)]
}

/** A text of Apache-2.0 beside others is that of a choice which was not taken. */
function textFiles(directory, licence) {
  const files = readdirSync(directory, {withFileTypes: true}).filter((entry) => entry.isFile())
  const texts = files.map(({name}) => name).filter((name) => /^(licen[cs]e|notice|copyright|authors)/i.test(name))
  const wanted = texts.filter((name) => licence !== 'MIT' || !/apache/i.test(name))
  return wanted.sort().map((name) => join(directory, name))
}

const clean = (file) =>
  readFileSync(file, 'utf8')
    .replaceAll(/[ \t\r]+$/gm, '')
    .replaceAll(/^\n+|\n+$/g, '')
