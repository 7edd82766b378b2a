/**
 * Arranges the functions of the warm script by who calls them: `usual-functions.txt` names those that the usual warm
 * starts call, and `test/usual.test.ts` finds out which they are.
 *
 *   usual     in brackets, by which V8 compiles a function at once; one that is declared is read twice, first past and
 *             then again, with its surroundings, when it is called
 *   others    in a text of their own, with the tables that they alone look at; it is evaluated where they stood, so that
 *             they see what they saw, as soon as one of them is called
 *
 * It looks at lines alone: esbuild begins and ends functions and tables of a module, and nothing else, in the first column.
 */
import {readFileSync} from 'node:fs'
import {transform} from 'esbuild'

const declaration = /^(?:async )?function\*? (\w+)\(.*?^\}$/gms
/** Without brackets it calls nothing, and may come at any time. */
const table = /^var (\w+) = [[{]\n[^()]*?^[\]}];$/gm
const list = new URL('usual-functions.txt', import.meta.url)

/** Gives the warm script, and the text of its rare functions, both small. */
export async function arrange(script, options) {
  const {code} = await transform(ordered(script), {...options, format: 'cjs', minify: true})
  const [, before, rare, after] = /^(.*)\bcutOut\("from here",(.*),"to here"\)(.*)$/s.exec(code) ?? []
  if (rare === undefined) throw new Error('the rare functions cannot be told from the usual ones')
  return {rare, usual: `${before}eval(require("#rare"))${after}`}
}

function ordered(script) {
  const names = new Set(readFileSync(list, 'utf8').trim().split('\n'))
  const functions = [...script.matchAll(declaration)].map(([text, name]) => ({name, text}))
  const usual = functions.filter(({name}) => names.has(name)).map(({name, text}) => `var ${name} = (${text});`)
  const others = functions.filter(({name}) => !names.has(name))
  const {rest, tables} = withoutTables(inBrackets(script.replaceAll(declaration, '')), usual)
  const seen = new Set([rest, ...usual].join('\n').match(/\w+/g))
  const called = others.map(({name}) => name).filter((name) => seen.has(name))
  const apart = [...tables, ...others.map(({text}) => text), `return [${called.join(', ')}]`]
  return [
    ...usual,
    'var rare, rareOne = ((at) => (...words) => (rare ??= rareOnes()())[at](...words));',
    ...called.map((name, at) => `var ${name} = rareOne(${at});`),
    `var rareOnes = () => cutOut("from here", () => {${apart.join('\n')}}, "to here");`,
    rest,
  ].join('\n')
}

/** What every start calls besides: esbuild's own helpers, and the methods of a list of checks, which brackets make functions. */
function inBrackets(script) {
  const lists = script.replaceAll(/^var \w+ = \[$.*?^\];$/gms, (text) =>
    text.replaceAll(/^ {4}(\w+)\(([^\n]*)\) \{$(.*?)^ {4}\}/gms, '    $1: (function($2) {$3    })'),
  )
  return lists.replaceAll(/^var (\w+) = (\([^()]*\) => \{$.*?^\});$/gms, 'var $1 = ($2);')
}

/** A table whose name stands nowhere but before its entries is looked at by the rare functions, if at all. */
function withoutTables(script, usual) {
  const words = [script, ...usual].join('\n').match(/\w+/g)
  const tables = [...script.matchAll(table)].filter(([, name]) => words.indexOf(name) === words.lastIndexOf(name)).map(([text]) => text)
  return {rest: tables.reduce((rest, text) => rest.replace(text, ''), script), tables}
}

/** Has each function write its name to the file FLAVOR_NOTED when it is called first. */
export function noting(script) {
  const note = `var noted = new Set(), note = (name) => {
  if (!noted.has(name)) require("node:fs").appendFileSync(process.env.FLAVOR_NOTED, name + "\\n");
  noted.add(name);
};`
  return `${note}\n${script.replaceAll(declaration, (text, name) => text.replace(/ \{$/m, ` {\n  note("${name}");`))}`
}
