/**
 * Runs a program where executables for another machine start through an emulator, those that its children start too:
 * in a user namespace of its own, whose binfmt_misc nobody else sees (Linux 6.7), so that nothing of this machine changes.
 */
import {spawn, spawnSync} from 'node:child_process'
import {closeSync, openSync, readFileSync, readSync, writeFileSync} from 'node:fs'
import type {Duplex} from 'node:stream'

/** Ids 0 to 65535 are those of the machine, so that cases can become other users. */
const ids = '0 0 65536'
// The kernel makes root of who was root outside once the ids are written, and the first program after that has the rights.
const inside = `
  if [ "$0" = waits ]; then echo >&3; read go <&3; exec 3<&- sh -c "$1" goes "$@"; fi
  shift; mount -t binfmt_misc none /proc/sys/fs/binfmt_misc && printf %s "$1" > /proc/sys/fs/binfmt_misc/register && shift && exec "$@"
`

/** `image`: an executable of the other machine; `emulator`: the absolute path of a static one. Gives the exit code. */
export function runEmulated(emulator: string, image: string, command: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  // O, C, F: an executable may be one that cannot be read, keeps its setuid bit, and needs no emulator where it starts.
  const rule = `:flavor:M::${headerOf(image)}:${emulator}:OCF`
  const child = spawn('unshare', ['--user', '--mount', 'sh', '-c', inside, 'waits', inside, rule, ...command], {
    env,
    stdio: ['inherit', 'inherit', 'inherit', 'pipe'],
  })
  const door = child.stdio[3] as Duplex
  door.once('data', () => {
    for (const map of ['uid_map', 'gid_map']) writeFileSync(`/proc/${child.pid}/${map}`, ids)
    door.end('\n')
  })
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code) => resolve(code ?? 1))
  })
}

/** What the kernel compares: the first 20 bytes of an ELF file say the machine; of the rest of them, ABI and type may vary. */
function headerOf(image: string): string {
  const bytes = Buffer.alloc(20)
  const file = openSync(image, 'r')
  readSync(file, bytes, 0, 20, 0)
  closeSync(file)
  const mask = Buffer.from('ffffffffffffff00fffffffffffffffffeffffff', 'hex')
  const text = (data: readonly number[]) => data.map((byte) => `\\x${byte.toString(16).padStart(2, '0')}`).join('')
  return `${text([...bytes].map((byte, at) => byte & (mask[at] as number)))}:${text([...mask])}`
}

/** Why that cannot be done here, in words; undefined when it can. */
export function missingForEmulation(): string | undefined {
  if (process.platform !== 'linux') return 'needs Linux'
  if (process.getuid?.() !== 0) return 'needs root'
  const read = (name: string) => readFileSync(`/proc/${name}`, 'utf8')
  const [major = 0, minor = 0] = read('sys/kernel/osrelease').split('.').map(Number)
  if (major < 6 || (major === 6 && minor < 7)) return 'needs Linux 6.7, which has a binfmt_misc for each user namespace'
  if (!read('filesystems').includes('binfmt_misc')) return 'needs binfmt_misc'
  const mine = Number(read('self/uid_map').trim().split(/\s+/)[2]) >= 65_536
  return mine && spawnSync('unshare', ['--user', '--mount', 'true']).status === 0 ? undefined : 'needs user namespaces'
}
