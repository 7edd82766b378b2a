/**
 * Looks at what `flavor plugins install` was given. A word with a slash is a repository of GitHub to oclif, and one without a package of the
 * registry, also where a file of that name lies right here: a stranger's would be installed in its place.
 */
import {existsSync} from 'node:fs'
import {resolve} from 'node:path'
import type {Hook} from '@oclif/core'

const github = 'https://github.com/'

const preinstall: Hook<'plugins:preinstall'> = async function (options) {
  const {plugin} = options as unknown as {readonly plugin: {readonly name?: string; readonly url?: string}}
  const word = plugin.url?.startsWith(github) ? plugin.url.slice(github.length) : plugin.name
  // A scope is one of the registry.
  if (word === undefined || word.startsWith('@') || !existsSync(word)) return
  const facts = {exit: 2, suggestions: [`${this.config.bin} plugins install file:${resolve(word)}`]}
  this.error(`install ${word}: it lies here, and without file: it would be somebody else's of that name`, facts)
}

export default preinstall
