/** The image for Windows under Wine; see `test/support/windows/image.ts`. */
import {holdImage} from '../../../test/support/windows/image.ts'
import {findImage} from '../src/images.ts'

holdImage({findImage, id: 'go'})
