/**
 * The shape of a manifest as data: JSON Schema draft-07, which is what editors understand best. It is the one statement
 * of that shape. `shape.ts` walks it to check a manifest, `flavor schema` prints it, and `format/flavor.schema.json` is
 * generated from it. What a schema cannot say (paths that exist, ids that differ) is in `exact.ts`.
 *
 * Beyond the standard, `patternErrorMessage` completes "… must be" in words for people; VS Code knows it too.
 */
import {lifecycleAliases, lifecycles} from '../format/registry.ts'

export type JsonType = 'array' | 'boolean' | 'integer' | 'number' | 'object' | 'string'

/** The part of JSON Schema that manifests need and `shape.ts` walks. */
export interface Schema {
  readonly $schema?: string
  readonly title?: string
  readonly description?: string
  readonly default?: unknown
  readonly examples?: readonly unknown[]
  readonly type?: JsonType | readonly JsonType[]
  readonly enum?: readonly string[]
  readonly pattern?: string
  readonly patternErrorMessage?: string
  readonly minLength?: number
  readonly items?: Schema
  readonly minItems?: number
  readonly maxItems?: number
  readonly properties?: Readonly<Record<string, Schema>>
  readonly propertyNames?: Schema
  readonly additionalProperties?: Schema | false
  readonly required?: readonly string[]
  readonly oneOf?: readonly {readonly required: readonly string[]}[]
  /** For editors; `exact.ts` checks the same and says it better. */
  readonly not?: {readonly required: readonly string[]}
}

const control = '\\u0000-\\u001f\\u007f'

const line: Schema = {
  minLength: 1,
  pattern: '^[^\\u0000]*$',
  patternErrorMessage: 'a text without NUL characters',
  type: 'string',
}

const variable: Schema = {
  minLength: 1,
  pattern: '^[^=\\u0000]*$',
  patternErrorMessage: 'the name of an environment variable, without = and NUL',
  type: 'string',
}

const path: Schema = {minLength: 1, pattern: `^[^${control}]*$`, patternErrorMessage: 'a path without control characters', type: 'string'}

const mode: Schema = {
  examples: ['0644', '0755'],
  // The format has no mode 0: readers take it for 0600 (pspf-2025, 3.1).
  pattern: '^(?:0o|0)?(?!000)[0-7]{3}$',
  patternErrorMessage: 'octal digits from "0001" to "0777" in quotes; setuid, setgid and sticky bits are not packed',
  type: 'string',
}

const plugins: Schema = {
  additionalProperties: {minLength: 1, type: 'string'},
  examples: [{zstd: '@flavor/plugin-zstd'}],
  type: 'object',
}

const slotId: Schema = {
  pattern: '^[a-z][a-z0-9-]*$',
  patternErrorMessage: 'lower-case letters, digits and hyphens, a letter first',
  type: 'string',
}

const command: Schema = {
  examples: ['node {workenv}/app/index.js', ['node', '{workenv}/app/index.js']],
  items: {...line, minLength: 0, type: ['string', 'number']},
  minItems: 1,
  minLength: 1,
  pattern: '^[^\\u0000]*$',
  patternErrorMessage: 'a text without NUL characters',
  type: ['string', 'array'],
}

const namedCommand: Schema = {
  ...command,
  additionalProperties: false,
  description: 'A command line, a list of words, or a map of command and slots.',
  properties: {
    command: {...command, description: 'What runs: a command line, or a list of words.'},
    slots: {
      description: 'Ids of the slots that the command needs; a start of it extracts no others. Default: all that are not lazy.',
      examples: [['app']],
      items: slotId,
      type: 'array',
    },
  },
  required: ['command'],
  title: 'command',
  type: ['string', 'array', 'object'],
}

const slot: Schema = {
  additionalProperties: false,
  description: 'One part of the application: a file or a directory with a purpose.',
  not: {required: ['compression', 'operations']},
  properties: {
    allow: {
      description: 'Lets the source lie, or lead by a link, outside the directory of the manifest.',
      enum: ['outside'],
      type: 'string',
    },
    compression: {
      description:
        'How the slot is compressed: the id of a compressor, none, or auto (zstd where a sample of it shrinks). A directory becomes a tar first. Default: as its purpose has it.',
      examples: ['zstd', 'gzip', 'auto', 'none'],
      minLength: 1,
      type: 'string',
    },
    exclude: {
      description: 'Globs of what stays out, relative to the source: "*.log" in every directory, "/build" at the top only.',
      examples: [['test', '**/*.map']],
      items: {...line, description: 'A glob.'},
      type: 'array',
    },
    id: {
      ...slotId,
      description: 'The name of the slot: lower-case letters, digits and hyphens, unique in the manifest.',
      examples: ['app'],
    },
    level: {description: 'Level of the compression. Default: as the compressor has it.', examples: [9], type: 'integer'},
    lifecycle: {
      description:
        'How long the slot stays: persistent (until cleaned), volatile (only for setup), temporary (one session), cached (made again when missing), lazy (when asked for), eager. Default: as its purpose has it.',
      enum: [...lifecycles.map(({name}) => name), ...Object.keys(lifecycleAliases)],
      type: 'string',
    },
    mode: {...mode, description: 'Permissions of a slot that is a single file, in octal digits. A directory has modes: keep.'},
    modes: {
      description: 'keep: files of a directory keep their permission bits. Else they become 0644, or 0755 where executable.',
      enum: ['keep'],
      type: 'string',
    },
    operations: {
      description: 'The same as compression, step by step, first applied first; at most eight.',
      examples: [['tar', 'zstd'], []],
      items: {minLength: 1, type: 'string'},
      type: 'array',
    },
    options: {
      description: 'Anything more that the purpose wants to know; flavor hands it over as it is.',
      type: 'object',
    },
    platforms: {
      description:
        'Systems for which the slot goes along: linux, win32-x64; with ! all but that one. Then another slot may have the same id on other systems. Default: all.',
      examples: [['linux'], ['darwin-arm64', 'win32'], ['!win32']],
      items: line,
      minItems: 1,
      type: 'array',
    },
    purpose: {
      description: 'What the slot is for: the id of a purpose that a plugin offers (flavor capabilities lists them).',
      examples: ['application-code'],
      minLength: 1,
      type: 'string',
    },
    sha256: {
      description: 'Of the file that the source, a URL, gives.',
      pattern: '^[0-9a-fA-F]{64}$',
      patternErrorMessage: '64 hex digits',
      type: 'string',
    },
    source: {
      ...path,
      description:
        'A file or directory, relative to the manifest; a list of globs, which keep their paths; or a URL that begins with https:, with its sha256.',
      examples: ['app', ['dist/**', 'package.json'], 'https://example.com/tool-1.0.tar.gz'],
      items: path,
      minItems: 1,
      type: ['string', 'array'],
    },
    target: {
      ...path,
      description: 'Where it appears in the work environment, relative to it. Default: as its purpose has it.',
      examples: ['app'],
      minLength: 0,
    },
    unpack: {
      description: 'true: the source is an archive (tar in any compression there is a plugin for, zip), and the slot is what is in it.',
      type: 'boolean',
    },
  },
  required: ['id', 'purpose'],
  title: 'slot',
  type: 'object',
}

const env: Schema = {
  additionalProperties: false,
  description: 'What the application sees of the environment it is started in; in the order unset, map, set.',
  properties: {
    map: {
      additionalProperties: variable,
      description: 'Renames variables: the old name, then the new one.',
      examples: [{APP_LANG: 'LANG'}],
      propertyNames: variable,
      type: 'object',
    },
    pass: {
      description: 'Names (or globs with * and ?) that unset leaves alone.',
      examples: [['HOME', 'LC_*']],
      items: variable,
      type: 'array',
    },
    set: {
      additionalProperties: {...line, minLength: 0, type: ['string', 'number', 'boolean']},
      description: 'Variables and their values. Numbers and booleans become texts, as they are written.',
      examples: [{HELLO: '1'}],
      propertyNames: variable,
      type: 'object',
    },
    unset: {description: 'Names (or globs with * and ?) to remove.', examples: [['NODE_OPTIONS']], items: variable, type: 'array'},
  },
  title: 'environment',
  type: 'object',
}

export const manifestSchema: Schema = {
  $schema: 'http://json-schema.org/draft-07/schema#',
  additionalProperties: false,
  description: 'How a project becomes one signed file that runs.',
  properties: {
    $import: {
      description: 'Another manifest, or several, that this one builds on; keys written here win.',
      items: {minLength: 1, type: 'string'},
      minLength: 1,
      type: ['string', 'array'],
    },
    $schema: {description: 'For editors; flavor ignores it.', type: 'string'},
    command: {
      ...command,
      description: 'What runs: a command line, or a list of words. {workenv} is the directory in which the slots appear.',
    },
    commands: {
      additionalProperties: namedCommand,
      description:
        'Instead of command: several by name. A start runs the one that --flavor-command, FLAVOR_COMMAND or the name of the file says, else default.',
      examples: [{default: 'node {workenv}/app/index.js', worker: {command: 'node {workenv}/app/worker.js', slots: ['app']}}],
      properties: {default: namedCommand},
      propertyNames: {
        minLength: 1,
        pattern: '^[a-z][a-z0-9-]{0,63}$',
        patternErrorMessage: 'a lower-case letter, then lower-case letters, digits and hyphens, at most 64 in all',
        type: 'string',
      },
      required: ['default'],
      title: 'commands',
      type: 'object',
    },
    compat: {
      description:
        'flavorpack: pack only what the launchers of FlavorPack run too and its verify accepts, and say what would have to change for that.',
      enum: ['flavorpack'],
      type: 'string',
    },
    description: {
      description: 'One line about the application. Default: as in package.json, else empty.',
      pattern: `^[^${control}]*$`,
      patternErrorMessage: 'one line',
      type: 'string',
    },
    directories: {
      description: 'Directories of the work environment that exist at every start, relative to it.',
      examples: [['var'], [{mode: '0700', path: 'var'}]],
      items: {
        ...path,
        additionalProperties: false,
        properties: {mode: {...mode, default: '0700'}, path},
        required: ['path'],
        title: 'directory',
        type: ['string', 'object'],
      },
      type: 'array',
    },
    env,
    launcher: {
      default: 'auto',
      description: 'The launcher in front of the package: its id, or auto for the first available of rust, go and node.',
      examples: ['node'],
      minLength: 1,
      type: 'string',
    },
    name: {
      description: 'The name of the package and of its file. Default: as in package.json, without a scope.',
      examples: ['hello'],
      minLength: 1,
      pattern: `^(?![-.\\s])[^/\\\\:*?"<>|${control}]*(?<![.\\s])$`,
      patternErrorMessage: 'fit for a file name: none of / \\ : * ? " < > |, no . - or space in front, no . or space at the end',
      type: 'string',
    },
    output: {...path, description: 'The package file, relative to the manifest. Default: dist/<name>.', examples: ['dist/hello']},
    prefer: {
      additionalProperties: false,
      description: 'Which plugin wins when several offer the same id: kind, id, name of the plugin.',
      properties: {'addon-managers': plugins, compressors: plugins, launchers: plugins, purposes: plugins},
      title: 'preferences',
      type: 'object',
    },
    rotations: {
      description: 'Files in which an old key hands the name of the package over to a new one, as `flavor trust rotate` makes them.',
      examples: [['keys/rotation.json']],
      items: path,
      maxItems: 16,
      type: 'array',
    },
    setup: {
      description: 'Command lines that run once, when a work environment is built.',
      examples: [['{workenv}/bin/prepare --quiet']],
      items: line,
      type: 'array',
    },
    slots: {description: 'The parts of the application.', items: slot, type: 'array'},
    version: {
      description: 'The version of the package. Default: as in package.json.',
      examples: ['1.0.0'],
      minLength: 1,
      pattern: `^[^${control}]*$`,
      patternErrorMessage: 'one line',
      type: ['string', 'number'],
    },
  },
  oneOf: [{required: ['command']}, {required: ['commands']}],
  title: 'Flavor manifest',
  type: 'object',
}

export function schemaText(): string {
  return `${JSON.stringify(manifestSchema, null, 2)}\n`
}
