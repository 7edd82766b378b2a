/**
 * Containers whose flavour was killed before it could end them. Their labels say which process of which machine has made them: where that
 * process is no more, neither should they be.
 */
import {readFileSync} from 'node:fs'
import {hostname} from 'node:os'
import type {Engine} from './engine.ts'

const imageLabel = 'flavor.addon-manager'
const ownerLabel = 'flavor.owner'

export function ownLabels(image: string): Readonly<Record<string, string>> {
  return {[imageLabel]: image, [ownerLabel]: JSON.stringify({host: hostname(), pid: process.pid, start: startOf(process.pid)})}
}

interface Listed {
  readonly Id: string
  readonly Labels: Readonly<Record<string, string>>
}

/** One that cannot be removed is in nobody's way. */
export async function removeLeftovers(engine: Engine, signal: AbortSignal): Promise<void> {
  const query = {all: '1', filters: JSON.stringify({label: [imageLabel]})}
  const listed = await engine.json<readonly Listed[]>({method: 'GET', path: '/containers/json', query, signal})
  const left = listed.filter(({Labels: labels}) => isOver(labels[ownerLabel] ?? ''))
  const removals = left.map(({Id: id}) => engine.json({method: 'DELETE', path: `/containers/${id}`, query: {force: '1', v: '1'}, signal}))
  await Promise.allSettled(removals)
}

/** Is it a process of this machine, and no more? */
function isOver(owner: string): boolean {
  try {
    const {host, pid, start} = JSON.parse(owner)
    return host === hostname() && typeof pid === 'number' && pid > 0 && (!isAlive(pid) || startOf(pid) !== start)
  } catch {
    return false
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** When a process began, in a unit of the system's own: a later one of the same number has another. Empty where the system does not tell. */
function startOf(pid: number): string {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The name stands in brackets, and may hold anything; the twentieth word behind it is the start.
    return text.slice(text.lastIndexOf(')') + 2).split(' ')[19] ?? ''
  } catch {
    return ''
  }
}
