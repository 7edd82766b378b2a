/** mocha's own `spec` report, and the totals in a file for `scripts/test.js`. CommonJS because mocha loads reporters so. */
const {writeFileSync} = require('node:fs')
const {reporters} = require('mocha')

module.exports = class extends reporters.Spec {
  constructor(runner, options) {
    super(runner, options)
    runner.once('end', () => {
      const {failures, passes, pending} = runner.stats
      writeFileSync(options.reporterOption.counts, `${passes} passed, ${failures} failed, ${pending} skipped`)
    })
  }
}
