/**
 * `npm run bench -- [addons] [start] [pack] [launch] [cold] [peers] [--size MB] [--runs N]`: measurements beside what they are measured against,
 * on this machine, in this run, interleaved; medians, and ratios of medians. Nothing here passes or fails: the budgets of
 * the design are printed next to the figures, for people to judge.
 */
import {existsSync} from 'node:fs'
import {benchAddons} from './addons.js'
import {benchCold} from './cold.js'
import {benchLaunch} from './launch.js'
import {benchPack} from './pack.js'
import {benchPeers} from './peers.js'
import {benchStart} from './start.js'

const benches = {addons: benchAddons, cold: benchCold, launch: benchLaunch, pack: benchPack, peers: benchPeers, start: benchStart}
const words = process.argv.slice(2)

function option(name, fallback) {
  const at = words.indexOf(`--${name}`)
  return at === -1 ? fallback : Number(words[at + 1])
}

const options = {megabytes: option('size', 1000), runs: option('runs', 9)}
const wanted = Object.keys(benches).filter((name) => words.includes(name))
if (!existsSync('/usr/bin/time')) console.log('memory is not measured: /usr/bin/time (GNU time) is not installed')
for (const name of wanted.length > 0 ? wanted : Object.keys(benches)) {
  console.log(`\n# ${name}`)
  await benches[name](options)
}
