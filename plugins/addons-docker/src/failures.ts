/** Everything that can go wrong outside of this plugin: the engine, the image, and what the image does. */
import type {AddonFailure, Problem} from '@flavor/contract'

export class Failure extends Error implements AddonFailure {
  readonly problem: Problem
  readonly output: readonly string[]

  constructor(message: string, hint?: string, output: readonly string[] = []) {
    super(message)
    this.name = 'Failure'
    this.problem = hint === undefined ? {message} : {hint, message}
    this.output = output
  }
}

export class Unseen extends Failure {
  readonly unseen = true
}

const starts: Readonly<Partial<Record<NodeJS.Platform, string>>> = {
  darwin: 'open -a Docker',
  linux: 'sudo systemctl start docker, or, with Podman: systemctl --user start podman.socket',
  win32: 'start Docker Desktop',
}
const start = starts[process.platform] ?? 'start it, or say in DOCKER_HOST where it is'

const oneLine = (text: string): string =>
  text
    .trim()
    .replaceAll(/\s*\n\s*/g, '; ')
    .replace(/\.$/, '')

export const failures = {
  badAddress: (address: string, reason: string): Failure =>
    new Failure(`find the container engine at ${JSON.stringify(address)}: ${reason}`, 'DOCKER_HOST=unix:///run/docker.sock'),
  badReference: (text: string): Failure =>
    new Failure(`${JSON.stringify(text)} is no name of an image`, 'it is written NAMESPACE/NAME, NAMESPACE/NAME:TAG or HOST/NAME:TAG'),
  /** Of the engine's own words. */
  engine: (what: string, reason: string): Failure => new Failure(`${what}: the container engine says: ${oneLine(reason)}`),
  failed: (image: string, word: string, status: number, output: readonly string[]): Failure =>
    new Failure(`${word} of ${image} failed with exit status ${status}${status === 137 ? ': it was killed' : ''}`, undefined, output),
  forbidden: (address: string): Failure =>
    new Failure(
      `the container engine at ${address} may not be used by this user`,
      process.platform === 'linux' ? 'sudo usermod -aG docker "$USER", then sign in again; or use Podman, or Docker without root' : start,
    ),
  lost: (image: string, word: string, output: readonly string[]): Failure =>
    new Failure(`${word} of ${image} was lost: the container engine went away`, 'docker info', output),
  noContext: (name: string): Failure =>
    new Failure(`there is no Docker context ${JSON.stringify(name)}, or it names no engine`, 'docker context ls'),
  noEngine: (places: readonly string[]): Failure =>
    new Failure(`no container engine is running here (looked for ${places.join(', ')}): is Docker running?`, start),
  noImage: (): Failure => new Failure('it runs images, and none is named', 'name one: --addonmanager acme/fam-x:1'),
  noWord: (image: string, word: string): Failure =>
    new Failure(`${image} has no program ${word} on its PATH: it is no addon manager`, `docker run --rm --entrypoint ${word} ${image}`),
  pull: (image: string, host: string | undefined, reason: string): Failure =>
    new Failure(
      `pull ${image}: ${oneLine(reason)}`,
      /denied|unauthorized|authentication|credentials/i.test(reason)
        ? `is the name right? if so, sign in: docker login${host === undefined ? '' : ` ${host}`}`
        : 'is it the name of an image? --addonmanager names another one',
    ),
  unreachable: (address: string, reason: string): Failure =>
    new Failure(`the container engine at ${address} does not answer (${reason}): is Docker running?`, start),
  unseen: (directory: string, address: string): Failure =>
    new Unseen(
      `the container engine at ${address} does not see ${directory}`,
      'use an engine on this machine; Docker Desktop shares the directories that its settings list',
    ),
} as const
