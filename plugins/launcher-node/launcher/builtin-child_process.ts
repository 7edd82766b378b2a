/** `node:child_process`, loaded when something is started: a warm start in this process starts nothing. */
import type * as childProcess from 'node:child_process'

declare function require(id: 'node:child_process'): typeof childProcess

export const spawn = ((...args: Parameters<typeof childProcess.spawn>) =>
  require('node:child_process').spawn(...args)) as typeof childProcess.spawn

export const spawnSync = ((...args: Parameters<typeof childProcess.spawnSync>) =>
  require('node:child_process').spawnSync(...args)) as typeof childProcess.spawnSync
