/**
 * The Node launcher as the host sees it: an image to put in front of a package, and a way to start a package that the
 * host has verified, from the descriptor it verified, by this launcher's own code.
 */
import {createHash} from 'node:crypto'
import {createReadStream, readFileSync} from 'node:fs'
import {readFile} from 'node:fs/promises'
import {createRequire} from 'node:module'
import {fileURLToPath} from 'node:url'
import {runInThisContext} from 'node:vm'
import type {Launcher, LauncherImage, StartRequest} from '@flavor/contract'

const image = fileURLToPath(new URL('../image/flavor-node-launcher', import.meta.url))

/** The script in the image, and what it exports. */
interface Script {
  readonly modules: Readonly<Record<string, unknown>>
  start(request: StartRequest): Promise<number>
}

async function open(target: string): Promise<LauncherImage> {
  if (target !== 'any-any') throw new Error(`no image for ${target}, only for any-any`)
  const bytes = readFileSync(image)
  return {
    sha256: createHash('sha256').update(bytes).digest('hex'),
    size: bytes.length,
    stream: () => createReadStream(image),
  }
}

async function start(request: StartRequest): Promise<number> {
  return await loadScript().start(request)
}

/**
 * The head is followed by two scripts, each a function that is given `require` and a module, as CommonJS has it, by the rare
 * functions of the first, and by the verifier, which is not needed here: Node's own cryptography is loaded already.
 */
function loadScript(): Script {
  const [beginning, end] = ['\n(function(require,module,exports)', '\n//# sourceURL=flavor-launcher\n']
  const [first = '', cold, rare] = readFileSync(image, 'latin1').split(end)
  const warm = first.slice(first.indexOf(beginning))
  const require = createRequire(import.meta.url)
  const run = (code: string | undefined, find: (id: string) => unknown) => {
    const module = {exports: {}}
    const evaluate = runInThisContext(code ?? '', {filename: 'flavor-launcher'}) as (...names: unknown[]) => void
    evaluate(find, module, module.exports)
    return module.exports as Script
  }
  const find = (id: string): unknown => (id === '#cold' ? run(cold, find) : (script.modules[id] ?? require(id)))
  const script: Script = run(warm, (id) => (id === '#rare' ? rare : id === '#cold' ? find(id) : require(id)))
  return script
}

const launcher: Launcher = {
  notices: () => readFile(new URL('../THIRD-PARTY-NOTICES.txt', import.meta.url), 'utf8'),
  open,
  start,
}

export default launcher
