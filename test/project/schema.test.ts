/** The schema that editors use, and what flavor itself accepts, are one. */
import assert from 'node:assert/strict'
import {Ajv} from 'ajv'
import {describe, it} from 'mocha'
import {parse} from 'yaml'
import {manifestSchema} from '../../dist/project/schema.js'
import {readJson} from '../support/capabilities.ts'
import {sandbox} from '../support/run.ts'
import {badManifests, goodManifests} from './manifests.ts'

const validate = new Ajv({allErrors: true, strict: false}).compile(manifestSchema)
const accepts = (manifest: string) => validate(parse(manifest))

describe('the schema of the manifest', () => {
  for (const {manifest, schema, title} of badManifests) {
    it(`${schema ? 'refuses' : 'cannot tell'}: ${title}`, () => assert.equal(accepts(manifest), !schema))
  }

  for (const {manifest, title} of goodManifests) it(`accepts ${title}`, () => assert.equal(accepts(manifest), true))

  it('describes every key', () => {
    const slot = manifestSchema.properties?.slots?.items
    for (const {properties = {}} of [manifestSchema, slot ?? {}]) {
      for (const [key, {description}] of Object.entries(properties)) {
        if (key !== 'prefer') assert.match(description ?? '', /\w/, key)
      }
    }
  })

  it('is in format/flavor.schema.json, as `npm run generate` writes it', () => {
    assert.deepEqual(readJson(new URL('../../format/flavor.schema.json', import.meta.url)), JSON.parse(JSON.stringify(manifestSchema)))
  })

  it('is what `flavor schema` prints, with and without --json', async () => {
    const box = await sandbox()
    try {
      for (const args of [['schema'], ['schema', '--json']]) {
        const {code, stderr, stdout} = await box.run(args)
        assert.deepEqual({code, stderr}, {code: 0, stderr: ''})
        assert.deepEqual(JSON.parse(stdout), JSON.parse(JSON.stringify(manifestSchema)))
      }
    } finally {
      await box.remove()
    }
  })
})
