/** A text as a YAML scalar of one line, fit for block and flow, that every reader takes for a text. */
import type {Scalar} from 'yaml'

/** Characters that mean nothing to YAML in this order. */
const bare = /^\w[\w./@+-]*(?::[\w./@+-]+)*$/

/** What some readers take for more than a text: numbers, also in the sixties of YAML 1.1, dates, and words for yes and no. */
const number = /^(?:0[xob][\da-f_]+|[\d_]+(?::[0-5]?\d)*(?:\.[\d_]*)?(?:e[+-]?\d+)?|\d{4}-\d\d?-\d\d?)$/i
const word = /^(?:null|true|false|yes|no|on|off|y|n)$/i

/** In the quotes of `type` where they can hold it, without any where none are needed. */
export function scalarText(text: string, type?: Scalar.Type): string {
  if (type === 'QUOTE_SINGLE' && /^[\x20-\x7e]*$/.test(text)) return `'${text.replaceAll("'", "''")}'`
  if (type === 'QUOTE_DOUBLE' || !bare.test(text) || number.test(text) || word.test(text)) return JSON.stringify(text)
  return text
}
