/**
 * Loaded before a program (`node --import`): counts the calls by which it changes files or starts programs, and at the FAULT_AT-th one dies by
 * SIGKILL, halfway where the call has halves (`FAULT=kill`), or lets that one, or all from there on, fail with an error code (`FAULT=EIO`,
 * `FAULT=EIO+`).
 */
import childProcess from 'node:child_process'
import fs from 'node:fs'
import {syncBuiltinESMExports} from 'node:module'
import {join} from 'node:path'

export const fault = {at: Number(process.env.FAULT_AT ?? 0), count: 0, kind: process.env.FAULT ?? 'kill'}

type Call = (...args: readonly unknown[]) => unknown
type Calls = Record<string, Call>

const sync = ['chmodSync', 'chownSync', 'copyFileSync', 'linkSync', 'mkdirSync', 'renameSync', 'rmdirSync', 'rmSync', 'symlinkSync']
const changing = [...sync, 'unlinkSync', 'writeFileSync']

const {existsSync, readdirSync, rmSync, writeFileSync} = fs

/** What a call has done when the process dies in the middle of it. */
const halves: Readonly<Record<string, (path: string, bytes: unknown) => void>> = {
  rmSync(path) {
    const [first] = existsSync(path) ? readdirSync(path) : []
    if (first !== undefined) rmSync(join(path, first), {force: true, recursive: true})
  },
  writeFile: (path, bytes) => writeFileSync(path, Buffer.from(bytes as Uint8Array).subarray(0, 1)),
  writeFileSync: (path, bytes) => writeFileSync(path, String(bytes).slice(0, 1)),
}

function watch(calls: Calls, name: string): void {
  const original = calls[name] as Call
  calls[name] = (...args) => {
    fault.count += 1
    const hit = fault.kind.endsWith('+') ? fault.at > 0 && fault.count >= fault.at : fault.count === fault.at
    if (hit && fault.kind !== 'kill') throw Object.assign(new Error(`${fault.kind} by intent`), {code: fault.kind.replace('+', '')})
    if (hit) {
      halves[name]?.(args[0] as string, args[1])
      process.kill(process.pid, 'SIGKILL')
    }
    return original(...args)
  }
}

for (const name of changing) watch(fs as unknown as Calls, name)
for (const name of ['mkdtemp', 'writeFile', 'open']) watch(fs.promises as unknown as Calls, name)
watch(childProcess as unknown as Calls, 'spawnSync')
syncBuiltinESMExports()
