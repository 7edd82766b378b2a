/** The capabilities of this repository's own plugins, asked directly: for tests of packing that need no host. */

import {createHash} from 'node:crypto'
import {readFileSync} from 'node:fs'
import {Readable} from 'node:stream'
import type {Descriptor, Kind, Offer} from '@flavor/contract'
import type {Capabilities} from '../../dist/pack/capabilities.js'

const question = {host: {version: '0.0.0'}}
const offersOf = {
  compressors: ['brotli', 'bzip2', 'gzip', 'xz', 'zstd'],
  purposes: ['node', 'purposes', 'python'],
} as const

async function offered<K extends 'compressors' | 'purposes'>(kind: K, id: string): Promise<Descriptor<K>> {
  for (const plugin of offersOf[kind]) {
    const {default: offer} = (await import(`../../plugins/${plugin}/dist/offer.js`)) as {default: Offer<Kind>}
    const found = (await offer(question)).find((descriptor) => descriptor.id === id)
    if (found) return found as Descriptor<K>
  }
  throw new Error(`no plugin here offers ${id}`)
}

/** A launcher that starts nothing: for tests that never run what they pack. */
export function stubLauncher(text: string): Awaited<ReturnType<Capabilities['launcher']>> {
  const image = Buffer.from(text)
  return {
    formats: [0x20250001],
    id: 'stub',
    load: async () => ({
      default: {
        open: async () => ({
          sha256: createHash('sha256').update(image).digest('hex'),
          size: image.length,
          stream: () => Readable.from([image]),
        }),
      },
    }),
    operations: [0x01, 0x10, 0x13, 0x16, 0x1b, 0x21],
    plugin: {version: '0.0.0'},
    summary: 'a stub',
    targets: ['any-any'],
  }
}

export const capabilities: Capabilities = {
  compressor: (id) => offered('compressors', id),
  launcher: async () => stubLauncher('#!/bin/sh\n# stub launcher\n'),
  purpose: (id) => offered('purposes', id),
}

export function readJson(path: string | URL): unknown {
  return JSON.parse(readFileSync(path, 'utf8'))
}
