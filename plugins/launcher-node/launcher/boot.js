// biome-ignore-all lint/complexity/useArrowFunction: old syntax, see below.
/**
 * The words of JavaScript in the head, between single quotes: reads the script that follows the head, and nothing else
 * of the package, however large that is. In old syntax, because it has to tell an old Node that it is too old; in a
 * function, because a variable outside of one would be a global of the application.
 *
 * Node gets them in one of two ways, and `takeBack` in start.ts takes back what is left of either:
 *
 *   node /dev/fd/9   as a file that is a pipe, so that the process has no flags that would have to be hidden from the application's
 *                    threads, which takes two milliseconds. Node must not look for the real path of a pipe, and for that
 *                    there is a variable. The nearest package.json says how such a file is to be read.
 *   node -e          where there is no pipe: the shell keeps such texts in files, or nothing is mounted at /proc
 */
;(function () {
  var fs = require('fs')
  var Module = module.constructor
  var isPipe = process._eval === undefined
  var words = process.argv.slice(isPipe ? 2 : 1)
  var path = words[0]
  // biome-ignore lint/security/noGlobalEval: what it gets is the rest of the launcher; to load node:vm for that takes half a millisecond.
  var evaluate = eval
  var warm = {exports: {}}
  var builtins = {}
  var cold
  var fd

  function stop(code, message) {
    console.error(path + ': ' + message)
    process.exit(code)
  }

  function read(length, offset) {
    var bytes = Buffer.alloc(length)
    if (fs.readSync(fd, bytes, 0, length, offset) !== length) stop(102, 'the file was cut short (EFLAVOR_NOT_A_PACKAGE)')
    return bytes
  }

  function run(bytes, script) {
    evaluate(bytes.latin1Slice())(find, script, script.exports)
  }

  // Nearly every module asks for the same ones, and Node takes its time over each question.
  function builtin(id) {
    if (!builtins[id]) builtins[id] = require(id)
    return builtins[id]
  }

  // Here the scripts ask for each other, for the verifier and for the class of modules, without loading all of node:module, and the cold one for what must be the same for both.
  function find(id) {
    if (id === '#verifier') return read(VERIFIER_LENGTH, VERIFIER_OFFSET)
    if (id === '#rare') return read(RARE_LENGTH, RARE_OFFSET).latin1Slice()
    if (id === '#module') return Module
    // biome-ignore lint/complexity/useOptionalChain: it is younger than the Node that must be turned away.
    if (id !== '#cold') return (warm.exports.modules && warm.exports.modules[id]) || builtin(id)
    if (!cold) {
      cold = {exports: {}}
      run(read(COLD_LENGTH, COLD_OFFSET), cold)
    }
    return cold.exports
  }

  if (parseInt(process.versions.node, 10) < 20)
    stop(104, 'this program needs Node.js 20 or newer; the node on the PATH is ' + process.version + ' (EFLAVOR_COMMAND)')
  if (isPipe) {
    fs.closeSync(9)
    delete process.env.NODE_PRESERVE_SYMLINKS_MAIN
  }
  try {
    fd = fs.openSync(path, 'r')
  } catch (error) {
    stop(106, 'the file cannot be read: ' + error.message + ' (EFLAVOR_IO)')
  }
  run(read(WARM_LENGTH, WARM_OFFSET), warm)
  warm.exports.main({args: words.slice(1), env: Object.assign({}, process.env), fd: fd, mayStayHere: true, path: path})
})()
