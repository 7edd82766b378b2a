/** How long flavor itself takes to start. */
import {join} from 'node:path'
import {measure, print} from './measure.js'
import {flavor, root} from './workload.js'

export function benchStart({runs}) {
  const subjects = [
    {command: [process.execPath, '-e', '0'], name: 'node -e 0'},
    {command: [...flavor, '--version'], name: 'flavor --version'},
    {command: [...flavor, 'schema'], name: 'flavor schema (needs no plugin)'},
    {command: [...flavor, 'pack', '--dry-run', '--manifest', join(root, 'examples/hello-node/flavor.yaml')], name: 'flavor pack --dry-run'},
  ]
  print(measure(subjects, runs), {'flavor --version': 'budget 1.5x', 'flavor schema (needs no plugin)': 'budget 4.5x'})
}
