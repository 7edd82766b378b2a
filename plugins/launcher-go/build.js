/**
 * Builds images without the host: `node plugins/launcher-go/build.js [TARGET…] [--force]`, by default for this system.
 * `flavor launchers build` says more.
 */
import launcher from './src/launcher.ts'

const words = process.argv.slice(2)
const named = words.filter((word) => !word.startsWith('--'))
for (const target of named.length > 0 ? named : [`${process.platform}-${process.arch}`]) {
  const {image, output = '', problems = [], state} = await launcher.build({force: words.includes('--force'), target})
  const reasons = problems.map(({hint, message}) => (hint === undefined ? message : `${message} (${hint})`))
  console.log([`${target}: ${state}`, ...(image ? [`${image.size} bytes`] : reasons), output].filter(Boolean).join('\n  '))
  if (state === 'failed' || (state === 'missing' && named.length > 0)) process.exitCode = 1
}
