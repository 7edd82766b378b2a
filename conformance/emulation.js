/**
 * Runs a program where executables for another machine start through an emulator, those that its children start too:
 * in a user namespace of its own, whose binfmt_misc nobody else sees (Linux 6.7), so that nothing of this machine changes.
 */
import {spawn} from 'node:child_process'
import {closeSync, openSync, readFileSync, readSync, writeFileSync} from 'node:fs'

/** Ids 0 to 65535 are those of the machine, so that cases can become other users. */
const ids = '0 0 65536'
// The kernel makes root of who was root outside once the ids are written, and the first program after that has the rights.
const inside = `
  if [ "$0" = waits ]; then echo >&3; read go <&3; exec 3<&- sh -c "$1" goes "$@"; fi
  shift; mount -t binfmt_misc none /proc/sys/fs/binfmt_misc && printf %s "$1" > /proc/sys/fs/binfmt_misc/register && shift && exec "$@"
`

/** `image`: an executable of the other machine; `emulator`: the absolute path of a static one. Gives the exit code. */
export function runEmulated(emulator, image, command, env) {
  // O, C, F: an executable may be one that cannot be read, keeps its setuid bit, and needs no emulator where it starts.
  const rule = `:flavor:M::${headerOf(image)}:${emulator}:OCF`
  const child = spawn('unshare', ['--user', '--mount', 'sh', '-c', inside, 'waits', inside, rule, ...command], {
    env,
    stdio: ['inherit', 'inherit', 'inherit', 'pipe'],
  })
  const door = child.stdio[3]
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
function headerOf(image) {
  const bytes = Buffer.alloc(20)
  const file = openSync(image)
  readSync(file, bytes, 0, 20, 0)
  closeSync(file)
  const mask = Buffer.from('ffffffffffffff00fffffffffffffffffeffffff', 'hex')
  const text = (data) => [...data].map((byte) => `\\x${byte.toString(16).padStart(2, '0')}`).join('')
  return `${text(bytes.map((byte, at) => byte & mask[at]))}:${text(mask)}`
}

/** Why that cannot be done here, in words; undefined when it can. */
export function missingForEmulation() {
  if (process.platform !== 'linux') return 'needs Linux'
  if (process.getuid() !== 0) return 'needs root'
  const [major, minor] = readFileSync('/proc/sys/kernel/osrelease', 'utf8').split('.').map(Number)
  return major > 6 || (major === 6 && minor >= 7) ? undefined : 'needs Linux 6.7, which has a binfmt_misc for each user namespace'
}
