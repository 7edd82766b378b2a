/** What the launcher is called, by who chooses it and as a file, and the targets that it is made for. */
export const launcher = 'rust'
export const program = 'flavor-rs-launcher'
export const builds: readonly string[] = ['linux-x64', 'linux-arm64', 'darwin-x64', 'darwin-arm64', 'win32-x64']
