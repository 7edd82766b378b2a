/** The system that a slot is made for, as npm and Node call it. */

export interface Target {
  readonly os: string
  readonly cpu: string
  /** `linux-x64` */
  readonly name: string
  /** Not the system that packs: what is built here is of no use there. */
  readonly foreign: boolean
}

const here = `${process.platform}-${process.arch}`

/** A platform is `linux-x64`, …, or `any-any`, which stands for the system that packs. */
export function targetOf(platform: string): Target {
  const name = platform === 'any-any' ? here : platform
  const [os = '', cpu = ''] = name.split('-')
  return {cpu, foreign: name !== here, name, os}
}

/** Makes npm choose the packages of the target; its Node needs the C library that these builds of Node need. */
export function npmFlags({cpu, foreign, os}: Target): readonly string[] {
  if (!foreign) return []
  return [`--os=${os}`, `--cpu=${cpu}`, ...(os === 'linux' ? ['--libc=glibc'] : [])]
}
