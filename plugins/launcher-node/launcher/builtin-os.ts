/** `node:os`, loaded when something of it is asked for: most warm starts ask for nothing. */
import type * as os from 'node:os'

declare function require(id: 'node:os'): typeof os

export const homedir: typeof os.homedir = () => require('node:os').homedir()
export const tmpdir: typeof os.tmpdir = () => require('node:os').tmpdir()
export const uptime: typeof os.uptime = () => require('node:os').uptime()
export const userInfo: () => os.UserInfo<string> = () => require('node:os').userInfo()
export const constants = {
  get errno(): typeof os.constants.errno {
    return require('node:os').constants.errno
  },
  get signals(): typeof os.constants.signals {
    return require('node:os').constants.signals
  },
}
