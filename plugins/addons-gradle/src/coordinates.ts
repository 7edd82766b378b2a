/** `group:name:version`: what an addon wants from Gradle. Its signs are those that mean nothing in a string of Groovy or Kotlin, nor to Maven. */
import type {AddonDeclaration, Problem} from '@flavor/contract'

export interface Coordinates {
  readonly group: string
  readonly name: string
  readonly version: string
}

const part = /^\w[\w.-]{0,199}$/
/** Exact, or one of Gradle's ranges: `1.+`, `[1.0,2.0)`. */
const versionWord = /^[\w[(\]][\w.+,()[\]-]{0,99}$/

export function isPart(text: string): boolean {
  return part.test(text)
}

type Install = Pick<AddonDeclaration, 'install'>

export function installProblems({install: {package: wanted}}: Install): readonly Problem[] {
  const hint = 'such as: package: com.google.guava:guava:33.4.0-jre'
  if (wanted === undefined) return [{hint, message: 'install.package is missing'}]
  if (typeof wanted !== 'string') return [{hint, message: 'install.package is no text'}]
  const [group = '', name = '', version, ...others] = wanted.split(':')
  const wrong = [group, name].find((one) => !isPart(one))
  if (wrong !== undefined) return [{hint, message: `install.package is not group:name:version: ${JSON.stringify(wrong)} is no name`}]
  if (version === undefined) return [{hint, message: 'install.package names no version'}]
  if (others.length > 0) return [{hint, message: 'install.package has more than group, name and version'}]
  return versionWord.test(version) ? [] : [{hint, message: `install.package asks for ${JSON.stringify(version)}, which is no version`}]
}

/** Of an addon without problems. */
export function coordinatesOf({install: {package: wanted}}: Install): Coordinates {
  const [group = '', name = '', version = ''] = String(wanted).split(':')
  return {group, name, version}
}

export function notation({group, name, version}: Coordinates): string {
  return `${group}:${name}:${version}`
}

/** In whatever version. */
export function isSame(one: Coordinates, other: Coordinates): boolean {
  return one.group === other.group && one.name === other.name
}
