/**
 * One behaviour, whatever the launcher: every case of `cases/` and every vector of `format/vectors`, run with each
 * launcher there is. A few cases run at a time, each in a sandbox of its own; mocha is told their results in order.
 */
import {appendFileSync} from 'node:fs'
import {afterEach, describe, it} from 'mocha'
import {loadCases, type NamedCase} from './runner/case.ts'
import {findLaunchers, type Launcher} from './runner/launchers.ts'
import {createPool} from './runner/pool.ts'
import {missingNeed} from './runner/sandbox.ts'
import {runCase} from './runner/steps.ts'
import {vectorCases} from './runner/vectors.ts'

interface Row {
  readonly launcher: string
  readonly section: string
  readonly name: string
  readonly rule: string
  readonly reason?: string | undefined
}

const {launchers, missing} = findLaunchers()
const cases = loadCases()
const results = process.env.FLAVOR_CONFORMANCE_RESULTS
const rows = new Map<string, Row>()
/** The emulator, when launchers are of another machine. */
const through = process.env.FLAVOR_CONFORMANCE_THROUGH || undefined

describe('a launcher', () => {
  for (const launcher of missing) it(`that is not built: ${launcher}`)

  for (const launcher of launchers) {
    describe(`called ${launcher.name}`, () => {
      const pool = createPool(4)
      const add = (row: Row, work: () => Promise<void>): void => {
        const title = `${row.section}: ${row.name}`
        rows.set(`${row.launcher} ${title}`, row)
        if (row.reason !== undefined) it(`${title} (${row.reason})`)
        else it(title, pool.add(work))
      }
      for (const one of cases) add(rowOf(launcher, one), () => runCase(launcher, one))
      for (const {name, run} of vectorCases(launcher)) add({launcher: launcher.name, name, rule: '', section: 'vectors'}, run)
    })
  }

  afterEach(function () {
    const {currentTest} = this
    if (results === undefined || !currentTest) return
    const row = rows.get(`${currentTest.parent?.title.replace('called ', '')} ${currentTest.title}`)
    if (row) append({...row, state: currentTest.state})
  })
})

/** Skipped tests never reach a hook. */
if (results !== undefined) for (const row of rows.values()) if (row.reason !== undefined) append({...row, state: 'pending'})

function rowOf({name: launcher}: Launcher, {name, needs, rule, section, skip}: NamedCase): Row {
  const reason = skip?.[launcher] ?? (through && skip?.['an emulator']) ?? needs?.map(missingNeed).find((need) => need !== undefined)
  return {launcher, name, reason, rule, section}
}

function append(row: object): void {
  appendFileSync(results as string, `${JSON.stringify(row)}\n`)
}
