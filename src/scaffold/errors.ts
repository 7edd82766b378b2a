/** What can go wrong when something new is begun: the part of the catalogue (`src/errors.ts`) that concerns `create`. */
import {FlavorError} from '../errors.ts'

export const scaffoldErrors = {
  exists: (path: string): FlavorError =>
    new FlavorError(`write ${path}: it is there already, and nothing is written over`, {
      code: 'EFLAVOR_EXISTS',
      hints: ['give another name, or type it in another directory'],
    }),
  name: (what: string, name: string, example: string): FlavorError =>
    new FlavorError(`create ${what} ${JSON.stringify(name)}: that cannot be its name`, {
      code: 'EFLAVOR_USAGE',
      exit: 2,
      hints: [`flavor create ${what} ${example}`],
    }),
} as const
