/**
 * Whose key signs: the first that applies of a key file, a text seed, a signing command, `FLAVOR_PRIVATE_KEY`, the
 * user's publisher key (`flavor keygen --default`), and last a key made for this one package. Seed and one-off keys
 * make a development package: nobody can prove that a later one comes from the same hand.
 */
import {type ChildProcess, spawn} from 'node:child_process'
import {randomBytes} from 'node:crypto'
import {existsSync, readFileSync} from 'node:fs'
import {homedir} from 'node:os'
import {join} from 'node:path'
import {text} from 'node:stream/consumers'
import {fromHex} from '../format/bytes.ts'
import {type KeyPair, keyPairFromPem, keyPairFromSeed, keyPairFromText, publicKeyFromPem} from '../format/keys.ts'
import {checkSignature, signMetadata} from '../format/signature.ts'
import {splitWords} from '../format/words.ts'
import {packErrors} from './errors.ts'

export interface Signer {
  readonly publicKey: Uint8Array
  readonly development: boolean
  /** For people: `the key in keys/flavor-private.key`. */
  readonly from: string
  /** 64 bytes of Ed25519 over the JSON. */
  sign(json: Uint8Array): Promise<Uint8Array>
}

/** What was asked for on the command line; all of it optional, at most one way of signing. */
export interface SigningOptions {
  readonly keySeed?: string | undefined
  readonly privateKey?: string | undefined
  readonly publicKey?: string | undefined
  /** A command line: reads the JSON on stdin, writes the signature (64 bytes raw, in hex or in base64) to stdout. */
  readonly signer?: string | undefined
  /** Seconds that it may take. */
  readonly signerTimeout?: number | undefined
}

type Environment = Readonly<Record<string, string | undefined>>

/** Where `flavor keygen --default` keeps the publisher key. */
export function publisherKeyFile(env: Environment): string {
  return join(env.XDG_CONFIG_HOME || join(env.HOME || homedir(), '.config'), 'flavor', 'keys', 'flavor-private.key')
}

/** Throws FlavorError EFLAVOR_KEY. A seed of `-` is read from standard input. */
export async function findSigner(options: SigningOptions, env: Environment, stdin: NodeJS.ReadableStream): Promise<Signer> {
  if (options.signer !== undefined) return commandSigner(options.signer, options)
  if (options.privateKey !== undefined) return fileSigner(options.privateKey, options.publicKey)
  if (options.keySeed !== undefined) return seedSigner(options.keySeed === '-' ? await seedFrom(stdin) : options.keySeed, options.publicKey)
  if (env.FLAVOR_PRIVATE_KEY) return environmentSigner(env.FLAVOR_PRIVATE_KEY, options.publicKey)
  const publisher = publisherKeyFile(env)
  if (existsSync(publisher)) return fileSigner(publisher, options.publicKey)
  if (options.publicKey !== undefined)
    throw packErrors.key(options.publicKey, 'a public key alone signs nothing', ['add --private-key FILE or --signer COMMAND'])
  return pairSigner(keyPairFromSeed(new Uint8Array(randomBytes(32))), 'a key made for this package alone', true)
}

/** The raw 32-byte public key in a PEM file. Throws FlavorError EFLAVOR_KEY. */
export function readPublicKey(path: string): Uint8Array {
  try {
    return publicKeyFromPem(readPem(path))
  } catch (error) {
    throw packErrors.publicKey(path, reasonOf(error))
  }
}

function fileSigner(path: string, publicKey: string | undefined): Signer {
  try {
    return pairSigner(requirePair(keyPairFromPem(readPem(path)), publicKey), `the key in ${path}`, false)
  } catch (error) {
    throw asKeyError(path, error)
  }
}

/** The variable holds a PEM itself, as secrets in CI do, or the path of one. */
function environmentSigner(value: string, publicKey: string | undefined): Signer {
  if (!value.includes('-----BEGIN')) return fileSigner(value, publicKey)
  try {
    return pairSigner(requirePair(keyPairFromPem(value.replaceAll('\\n', '\n')), publicKey), 'the key in FLAVOR_PRIVATE_KEY', false)
  } catch (error) {
    throw asKeyError('FLAVOR_PRIVATE_KEY', error)
  }
}

function seedSigner(seed: string, publicKey: string | undefined): Signer {
  if (seed === '') throw packErrors.key('--key-seed', 'the seed is empty', ['give it a text that nobody else uses'])
  return pairSigner(requirePair(keyPairFromText(seed), publicKey), 'a key derived from the seed', true)
}

async function seedFrom(stdin: NodeJS.ReadableStream): Promise<string> {
  return (await text(stdin as NodeJS.ReadStream)).replace(/\r?\n$/, '')
}

function pairSigner(pair: KeyPair, from: string, development: boolean): Signer {
  return {development, from, publicKey: pair.publicKey, sign: async (json) => signMetadata(pair.seed, json)}
}

/** Enough for somebody to touch a token or to type a passphrase. */
export const signerPatience = 300

function commandSigner(command: string, {publicKey: publicKeyFile, signerTimeout = signerPatience}: SigningOptions): Signer {
  if (publicKeyFile === undefined) throw packErrors.key(command, 'its public key is not known', ['add --public-key FILE'])
  const publicKey = readPublicKey(publicKeyFile)
  const words = wordsOf(command)
  return {
    development: false,
    from: `the command ${command}`,
    publicKey,
    async sign(json) {
      const signature = decodeSignature(await runSigner(command, words, json, signerTimeout))
      if (!signature || !checkSignature(publicKey, signature, json))
        throw packErrors.key(command, `what it printed is no signature of ${publicKeyFile} over its input`, [oneSignature])
      return signature
    },
  }
}

function wordsOf(command: string): readonly [string, ...string[]] {
  try {
    const [program = '', ...args] = splitWords(command)
    if (program !== '') return [program, ...args]
  } catch (error) {
    throw packErrors.key(command, (error as Error).message, ['close the quote'])
  }
  throw packErrors.key('--signer', 'the command names no program', ['--signer COMMAND'])
}

/** More than a signature in any spelling; what prints more is ended. */
const mostOutput = 4096

async function runSigner(
  command: string,
  [program, ...args]: readonly [string, ...string[]],
  json: Uint8Array,
  seconds: number,
): Promise<Buffer> {
  const child = spawn(program, args, {stdio: ['pipe', 'pipe', 'inherit']})
  let output = Buffer.alloc(0)
  child.stdout.on('data', (chunk: Buffer) => {
    if (output.length <= mostOutput) output = Buffer.concat([output, chunk.subarray(0, mostOutput + 1 - output.length)])
    else child.kill()
  })
  // It may sign without reading to the end; whether what it prints is right is seen later.
  child.stdin.on('error', () => {})
  child.stdin.end(json)
  let patience: NodeJS.Timeout | undefined
  const ended = await new Promise<string>((resolve, reject) => {
    patience = setTimeout(() => reject(giveUp(child, command, seconds)), seconds * 1000)
    child.on('error', (error) => reject(packErrors.key(command, error.message, ['check that the program exists and is executable'])))
    child.on('close', (code, signal) => resolve(signal === null ? `exit code ${code}` : `signal ${signal}`))
  }).finally(() => clearTimeout(patience))
  if (output.length > mostOutput) throw packErrors.key(command, 'it prints more than a signature', [oneSignature])
  if (ended !== 'exit code 0') throw packErrors.key(command, `it ended with ${ended}`, [])
  return output
}

/** What it has started may live on and hold the pipe; nobody waits for that. */
function giveUp(child: ChildProcess, command: string, seconds: number): Error {
  child.kill('SIGKILL')
  child.stdout?.destroy()
  child.unref()
  return packErrors.key(command, `it has not signed within ${seconds} s`, [`--signer-timeout ${seconds * 4} waits longer`])
}

const oneSignature = 'it must write 64 bytes, raw, in hex or in base64'

function decodeSignature(output: Buffer): Uint8Array | undefined {
  if (output.length === 64) return new Uint8Array(output)
  const word = output.toString('latin1').trim()
  if (/^[0-9a-fA-F]{128}$/.test(word)) return fromHex(word)
  const bytes = Buffer.from(word, 'base64')
  return bytes.length === 64 ? new Uint8Array(bytes) : undefined
}

function requirePair(pair: KeyPair, publicKeyFile: string | undefined): KeyPair {
  if (publicKeyFile !== undefined && !Buffer.from(readPublicKey(publicKeyFile)).equals(pair.publicKey))
    throw packErrors.keyPairMismatch(publicKeyFile)
  return pair
}

function readPem(path: string): string {
  return readFileSync(path, 'utf8')
}

function asKeyError(what: string, error: unknown): unknown {
  if ((error as {readonly name?: string}).name === 'FlavorError') return error
  return packErrors.key(what, reasonOf(error), (error as NodeJS.ErrnoException).code === 'EACCES' ? [] : undefined)
}

function reasonOf(error: unknown): string {
  const {code, message} = error as NodeJS.ErrnoException
  if (code === 'ENOENT') return 'no such file'
  if (code === 'EACCES') return 'permission denied'
  if (code === 'EISDIR') return 'it is a directory'
  return /unsupported|DECODER|PEM|asn1/i.test(`${code} ${message}`) ? 'it is not an Ed25519 key in PEM' : message
}
