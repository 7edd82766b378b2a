#!/usr/bin/env node
/** A small command-line tool as one finds them on npm: an argument parser, some colour, a table. */
import {readFileSync} from 'node:fs'
import Table from 'cli-table3'
import {Command} from 'commander'
import colour from 'picocolors'

const {description, version} = JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8'))

function greet(names, {shout}) {
  for (const name of names.length > 0 ? names : ['world']) {
    const greeting = `Hello, ${name}!`
    console.log(colour.green(shout ? greeting.toUpperCase() : greeting))
  }
}

function showPlace() {
  const table = new Table({head: ['what', 'value']})
  table.push(['node', process.version], ['system', `${process.platform}-${process.arch}`])
  table.push(['package', process.env.FLAVOR_PACKAGE ?? 'none: run from its folder'], ['directory', process.cwd()])
  console.log(table.toString())
}

const program = new Command('hello').description(description).version(version)
program.command('greet', {isDefault: true}).argument('[names...]').option('--shout', 'in capitals').description('say hello').action(greet)
program.command('where').description('show where it runs').action(showPlace)
program
  .command('fail')
  .argument('<code>')
  .description('end with an exit code')
  .action((code) => process.exit(Number(code)))
await program.parseAsync()
