import {describeLaunchers} from '@flavor/contract/testkit'
import {describe, it} from 'mocha'
import {listImages} from '../dist/images.js'

if (listImages().length > 0) describeLaunchers(new URL('..', import.meta.url))
else
  describe('launchers of @flavor/plugin-launcher-rust', () => {
    it('are not tested: no image was built; node plugins/launcher-rust/build.js builds one where cargo is there')
  })
