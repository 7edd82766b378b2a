/**
 * mocha's own `spec` report, every test that needed a second attempt with the reason why, and the results in a file for
 * `test.js` and `test-files.js`; with the option `part` the summary is left to the latter. CommonJS because mocha loads reporters so.
 */
const {writeFileSync} = require('node:fs')
const {reporters} = require('mocha')

const retriesOf = (again) => `\nneeded a second attempt, which is a defect of the test or of what it tests:\n${again.join('\n')}\n`

class Reporter extends reporters.Spec {
  constructor(runner, options) {
    super(runner, options)
    const {part, results} = options.reporterOption
    const again = []
    this.isPart = part !== undefined
    runner.on('retry', (test, error) => again.push(`  ${test.fullTitle()}: ${error.message}`))
    runner.once('end', () => {
      if (!this.isPart && again.length > 0) console.log(retriesOf(again))
      const failures = this.failures.map((test) => ({err: plain(test.err), path: test.titlePath()}))
      writeFileSync(results, JSON.stringify({again, failures, stats: runner.stats}))
    })
  }

  epilogue() {
    if (!this.isPart) super.epilogue()
  }
}

/** What mocha's list of failures shows of an error. */
function plain({actual, expected, message, showDiff, stack, uncaught}) {
  return {actual, expected, message, showDiff, stack, uncaught}
}

module.exports = Reporter
module.exports.retriesOf = retriesOf
