/** Flags that the commands share which ask addon managers. */
import {Flags} from '@oclif/core'

export const addonFlags = {
  addonmanager: Flags.string({
    description: 'who is asked: a stack, an identifier, an id, or an image; else whoever serves the stack that the addon is for',
    helpValue: 'MANAGER',
  }),
  cache: Flags.boolean({
    allowNo: true,
    default: true,
    description: 'use the image that is on this machine; without it, look for a newer one',
  }),
  network: Flags.boolean({allowNo: true, description: 'let images use the network'}),
  package: Flags.string({
    char: 'p',
    description: 'an addon.flavour; may be given several times',
    helpValue: 'FILE|URL',
    multiple: true,
    multipleNonGreedy: true,
  }),
  registry: Flags.string({description: 'the registry that is asked before all other sources', helpValue: 'URL'}),
  timeout: Flags.string({
    description: 'how long a manager may take for one addon; 600 when nothing else is said',
    helpValue: 'SECONDS',
    parse: async (text) => {
      if (!(Number(text) > 0)) throw new Error(`must be a number of seconds greater than 0, not ${JSON.stringify(text)}`)
      return text
    },
  }),
  verbose: Flags.boolean({char: 'v', description: 'show what tools and images print'}),
} as const
