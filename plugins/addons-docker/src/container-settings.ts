/**
 * The container that one word of a manager runs in. It sees the project at /app, a /tmp of its own, and nothing else that could be written;
 * it has no rights that its user has not, no network unless that was asked for, and it is gone when it ends.
 *
 * The word is looked up on the image's PATH, without the image's entry point: managers in the field keep their programs elsewhere than in
 * /bin, and take their entry point away for it. The protocol gives a program its addon on stdin, and no parameter.
 */
import {join} from 'node:path'
import type {WorkPlace} from '@flavor/contract'
import type {Engine} from './engine.ts'
import type {Image} from './image.ts'
import {ownLabels} from './leftovers.ts'

export type Word = 'add' | 'check' | 'remove'

export interface Run {
  readonly image: Image
  readonly word: Word
  readonly network: boolean
  /** What it finds at /app; an empty directory when it is not stated. */
  readonly place?: Place | undefined
}

export interface Place extends WorkPlace {
  readonly readonly: boolean
}

export interface Confinement {
  /** `uid:gid`; undefined leaves it to the image. */
  readonly user: string | undefined
  readonly security: readonly string[]
}

/** A process more than any manager has; a fork bomb ends here. */
const processes = 1024

export function containerSettings({image, network, place, word}: Run, {security, user}: Confinement): unknown {
  return {
    AttachStderr: true,
    AttachStdin: true,
    AttachStdout: true,
    Cmd: [word],
    Entrypoint: [''],
    Env: ['HOME=/tmp', ...(image.identifier === undefined ? [`FAM_IDENTIFIER=${image.text}`] : [])],
    Healthcheck: {Test: ['NONE']},
    HostConfig: {
      AutoRemove: true,
      CapDrop: ['ALL'],
      LogConfig: {Config: {}, Type: 'none'},
      Mounts: mounts(place),
      NetworkMode: network ? 'default' : 'none',
      PidsLimit: processes,
      ReadonlyRootfs: true,
      SecurityOpt: security,
      Tmpfs: {'/tmp': 'rw,exec,nosuid,nodev,mode=1777,size=1g'},
    },
    Image: image.id,
    Labels: ownLabels(image.text),
    OpenStdin: true,
    StdinOnce: true,
    Tty: false,
    ...(user !== undefined && {User: user}),
    WorkingDir: '/app',
  }
}

function mounts(place: Place | undefined): readonly unknown[] {
  if (place === undefined) return [{ReadOnly: true, Target: '/app', Type: 'tmpfs'}]
  const kept = place.kept.map(({path, source}) => bind(source, join('/app', path), true))
  return [bind(place.directory, '/app', place.readonly), ...kept]
}

function bind(source: string, target: string, readonly: boolean): unknown {
  return {ReadOnly: readonly, Source: source, Target: target, Type: 'bind'}
}

/** Files are to be the caller's. Where the engine itself is not root, root in a container is the one who started it. */
export async function confinement(engine: Engine, signal: AbortSignal): Promise<Confinement> {
  const {SecurityOptions: options} = await engine.json<{readonly SecurityOptions?: readonly string[] | null}>({
    method: 'GET',
    path: '/info',
    signal,
  })
  const has = (name: string): boolean => (options ?? []).some((option) => option.split(',').includes(`name=${name}`))
  // SELinux would not let a container read what is labelled as a user's; labelling files anew would change the project.
  const security = ['no-new-privileges', ...(has('selinux') ? ['label=disable'] : [])]
  if (process.platform !== 'linux') return {security, user: undefined}
  return {security, user: has('rootless') ? '0:0' : `${process.getuid?.()}:${process.getgid?.()}`}
}
