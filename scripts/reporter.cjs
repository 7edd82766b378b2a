/**
 * mocha's own `spec` report, every test that needed a second attempt with the reason why, and the totals in a file for
 * `scripts/test.js`. CommonJS because mocha loads reporters so.
 */
const {writeFileSync} = require('node:fs')
const {reporters} = require('mocha')

module.exports = class extends reporters.Spec {
  constructor(runner, options) {
    super(runner, options)
    const again = []
    runner.on('retry', (test, error) => again.push(`  ${test.fullTitle()}: ${error.message}`))
    runner.once('end', () => {
      if (again.length > 0)
        console.log(`\nneeded a second attempt, which is a defect of the test or of what it tests:\n${again.join('\n')}\n`)
      const {failures, passes, pending} = runner.stats
      writeFileSync(options.reporterOption.counts, `${passes} passed, ${failures} failed, ${pending} skipped`)
    })
  }
}
