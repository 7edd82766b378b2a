/** One thing that FlavorPack's launchers would do otherwise, with its place in the manifest. */
import type {Place} from '../../project/place.ts'

export interface Problem {
  readonly place: Place
  /** Completes the place as a sentence, lower case, no full stop. */
  readonly message: string
  /** What to write instead. */
  readonly hint: string
}
