/** Packing in a test without the command line: a plan made up here, a stub launcher, a seed for a key. */
import {join} from 'node:path'
import {type PackOptions, type PackReport, pack} from '../../dist/pack/pack.js'
import {findSigner} from '../../dist/pack/signer.js'
import type {Plan, PlannedSlot} from '../../dist/project/plan.js'
import {capabilities} from './capabilities.ts'

export function slotOf(
  project: string,
  slot: Partial<PlannedSlot> & {readonly id: string},
  kind: 'directory' | 'file' = 'directory',
): PlannedSlot {
  return {
    compression: {key: undefined, level: undefined, operations: undefined},
    exclude: [],
    index: 0,
    keepModes: false,
    lifecycle: undefined,
    mode: undefined,
    options: {},
    platforms: [],
    purpose: 'application-code',
    source: {kind, path: join(project, slot.id), relative: slot.id},
    target: undefined,
    unpack: false,
    ...slot,
  }
}

export function planOf(project: string, slots: readonly PlannedSlot[], plan: Partial<Plan> = {}): Plan {
  return {
    command: {text: 'node {workenv}/app/index.js', words: ['node', '{workenv}/app/index.js']},
    commands: [],
    compat: undefined,
    description: '',
    directories: [],
    env: {map: {}, pass: [], set: {}, unset: []},
    launcher: 'auto',
    manifest: join(project, 'flavor.yaml'),
    name: 'hello',
    output: join(project, 'dist/hello'),
    position: () => ({column: undefined, file: join(project, 'flavor.yaml'), line: undefined}),
    prefer: {'addon-managers': {}, compressors: {}, launchers: {}, purposes: {}},
    project,
    rotations: [],
    setup: [],
    slots,
    version: '1.0.0',
    ...plan,
  }
}

export async function packPlan(plan: Plan, options: Partial<PackOptions> = {}): Promise<PackReport> {
  return pack(plan, {
    capabilities,
    compat: plan.compat,
    epoch: 0,
    launcher: plan.launcher,
    output: plan.output,
    progress: () => {},
    signer: await findSigner({keySeed: 'demo-seed'}, {}, process.stdin),
    target: undefined,
    toolVersion: '0.0.0',
    verify: true,
    ...options,
  })
}
