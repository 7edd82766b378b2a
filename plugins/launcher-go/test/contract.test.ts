import {describeLaunchers} from '@flavor/contract/testkit'
import {describe, it} from 'mocha'
import {images} from '../src/images.ts'

if (images().length > 0) describeLaunchers(new URL('..', import.meta.url))
else
  describe('launchers of @flavor/plugin-launcher-go', () => {
    it('have images (none was built: node plugins/launcher-go/build.js, which needs Go)', function () {
      this.skip()
    })
  })
