/** Manifests with something wrong in them, and what is said about it: for people (lines) and for editors (the schema). */
import type {Files} from '../support/tmp.ts'

export interface BadManifest {
  readonly title: string
  readonly manifest: string
  /** Lines of the message after its first, hints included. */
  readonly said: readonly string[]
  /** An editor with the schema marks it too; false for what only the files around it or a second look can tell. */
  readonly schema: boolean
  readonly files?: Files
}

const head = 'name: hello\nversion: 1.0.0\ncommand: node {workenv}/app/index.js\n'

const several = 'name: hello\nversion: 1.0.0\ncommands:\n  default: node\n'

/** Lines from the fourth on: a slot `app`, whose source exists, with more keys. */
const slot = (...lines: readonly string[]) =>
  `${head}slots:\n  - id: app\n    purpose: application-code\n${lines.map((line) => `    ${line}\n`).join('')}`
const twoSlots = (first: string, second: string) =>
  `${slot(...first.split('\n'))}  - id: two\n    purpose: data-files\n    ${second.replaceAll('\n', '\n    ')}\n`

const modeSaid = 'must be octal digits from "0001" to "0777" in quotes; setuid, setgid and sticky bits are not packed'
const commandSaid = 'must be a lower-case letter, then lower-case letters, digits and hyphens, at most 64 in all'
const nameSaid = 'must be fit for a file name: none of / \\ : * ? " < > |, no . - or space in front, no . or space at the end'

export const badManifests: readonly BadManifest[] = [
  // --- keys and their shapes
  {
    manifest: `${head}comand: node\n`,
    said: ['flavor.yaml:4:1 comand is not a known key', '    did you mean command?'],
    schema: true,
    title: 'a key nobody knows, near one that everybody knows',
  },
  {
    manifest: slot('wibble: 1', 'source: app'),
    said: [
      'flavor.yaml:7:5 slots[0].wibble is not a known key',
      '    keys of a slot: allow, compression, exclude, id, level, lifecycle, mode, modes, operations, options, platforms, purpose, sha256, source, target, unpack',
    ],
    schema: true,
    title: 'a key of a slot that is like nothing else',
  },
  {
    manifest: 'name: hello\nversion: 1.0.0\n',
    said: ['flavor.yaml:1:1 command is missing', '    for example command: node {workenv}/app/index.js'],
    schema: true,
    title: 'no command',
  },
  {
    manifest: `${head}commands:\n  worker: node\n`,
    said: [
      'flavor.yaml:3:1 command is called default where there are commands',
      '    take it out, or make it commands.default',
      'flavor.yaml:5:3 commands.default is missing',
      '    for example default: node {workenv}/app/index.js',
    ],
    schema: true,
    title: 'both one command and several, and none of these called default',
  },
  {
    manifest: `${several}  Serve: node\n  1st: node\n  '': node\n  ${'a'.repeat(65)}: node\n`,
    said: [
      `flavor.yaml:5:3 commands.Serve ${commandSaid}, not "Serve"`,
      `flavor.yaml:6:3 commands.1st ${commandSaid}, not "1st"`,
      `flavor.yaml:7:3 commands[""] is empty`,
      `flavor.yaml:8:3 commands.${'a'.repeat(65)} ${commandSaid}, not "${'a'.repeat(65)}"`,
    ],
    schema: true,
    title: 'names that commands cannot have',
  },
  {
    manifest: `${several}  a: 1\n  b: []\n  c: ''\n  d: {slots: []}\n  e: {command: node, slot: [app]}\n  f: [node, [x]]\n  g: {command: node, slots: app}\n  h:\n`,
    said: [
      'flavor.yaml:5:6 commands.a must be a text, a list or a map, not the number 1',
      '    put it in quotes',
      'flavor.yaml:6:6 commands.b is empty',
      'flavor.yaml:7:6 commands.c is empty',
      'flavor.yaml:8:6 commands.d.command is missing',
      '    for example command: node {workenv}/app/index.js',
      'flavor.yaml:9:22 commands.e.slot is not a known key',
      '    did you mean slots?',
      'flavor.yaml:10:13 commands.f[1] must be a text or a number, not a list',
      'flavor.yaml:11:29 commands.g.slots must be a list, not a text',
      'flavor.yaml:12:5 commands.h has no value',
      '    give it one, or remove the key',
    ],
    schema: true,
    title: 'commands of another shape',
  },
  {
    manifest: `${several}  a: node 'x\n  b: [node, "{workenv/x"]\n  c: {command: a | b}\n  d: {command: node, slots: [ap, app, app, other]}\nslots:\n  - {id: app, purpose: application-code, source: app}\n`,
    said: [
      "flavor.yaml:5:6 commands.a a single quote is not closed in: node 'x",
      '    close the quote, or write the command as a list of words',
      'flavor.yaml:6:13 commands.b[1] the { of "{workenv/x" has no }',
      '    the work environment is written {workenv}',
      'flavor.yaml:7:16 commands.c.command | means something to a shell only, and no shell runs this command',
      '    to use a shell, name it: ["sh", "-c", "a | b"]',
      'flavor.yaml:8:30 commands.d.slots[0] no slot is called ap',
      '    did you mean app?',
      'flavor.yaml:8:39 commands.d.slots[2] app stands here already',
      '    remove one of the two',
      'flavor.yaml:8:44 commands.d.slots[3] no slot is called other',
      '    slots: app',
    ],
    schema: false,
    title: 'commands that no launcher would understand, and slots that are not there',
  },
  {
    manifest: `${head}slots:\n  - source: app\n`,
    said: [
      'flavor.yaml:5:5 slots[0].id is missing',
      '    for example id: app',
      'flavor.yaml:5:5 slots[0].purpose is missing',
      '    for example purpose: application-code',
    ],
    schema: true,
    title: 'a slot without id and purpose',
  },
  {
    manifest: `${head}env:\n`,
    said: ['flavor.yaml:4:5 env has no value', '    give it one, or remove the key'],
    schema: true,
    title: 'a key without a value',
  },
  {
    manifest: `${head}slots: app\n`,
    said: ['flavor.yaml:4:8 slots must be a list, not a text'],
    schema: true,
    title: 'a text for the slots',
  },
  {
    manifest: 'name: hello\nversion: 1.0.0\ncommand: {run: node}\n',
    said: ['flavor.yaml:3:10 command must be a text or a list, not a map'],
    schema: true,
    title: 'a map for the command',
  },
  {
    manifest: 'name: hello\nversion: 1.0.0\ncommand:\n  - node\n  - {workenv}\n',
    said: [
      'flavor.yaml:5:5 command[1] must be a text or a number, not a map',
      '    { begins a map in YAML; put the text in quotes: "{workenv}"',
    ],
    schema: true,
    title: 'a bare {workenv}, which is a map to YAML',
  },
  {
    manifest: 'name: 12\nversion: 1.0.0\ncommand: node\n',
    said: [`flavor.yaml:1:7 name ${nameSaid}, not the number 12`, '    put it in quotes'],
    schema: true,
    title: 'a number for the name',
  },
  {manifest: '- a\n- b\n', said: ['flavor.yaml:1:1 must be a map, not a list'], schema: true, title: 'a list instead of a manifest'},
  {
    manifest: `${head}prefer: {compressor: {zstd: x}}\n`,
    said: ['flavor.yaml:4:10 prefer.compressor is not a known key', '    did you mean compressors?'],
    schema: true,
    title: 'a preference for a kind that does not exist',
  },
  {
    manifest: slot('level: 1.5'),
    said: ['flavor.yaml:7:12 slots[0].level must be a whole number, not the number 1.5'],
    schema: true,
    title: 'half a level',
  },
  {
    manifest: slot('modes: normal'),
    said: ['flavor.yaml:7:12 slots[0].modes must be keep, not "normal"'],
    schema: true,
    title: 'modes other than keep',
  },
  {
    manifest: slot('allow: inside'),
    said: ['flavor.yaml:7:12 slots[0].allow must be outside, not "inside"'],
    schema: true,
    title: 'allow: inside',
  },

  // --- names and texts
  {
    manifest: 'name: a/b\nversion: 1.0.0\ncommand: node\n',
    said: [`flavor.yaml:1:7 name ${nameSaid}, not "a/b"`],
    schema: true,
    title: 'a name with a slash',
  },
  {manifest: 'name: ""\nversion: 1.0.0\ncommand: node\n', said: ['flavor.yaml:1:7 name is empty'], schema: true, title: 'an empty name'},
  {
    manifest: 'name: "a\\0b"\nversion: 1.0.0\ncommand: node\n',
    said: [`flavor.yaml:1:7 name ${nameSaid}, not "a\\u0000b"`],
    schema: true,
    title: 'a name with a NUL in it',
  },
  {
    manifest: `name: ${'ü'.repeat(61)}\nversion: 1.0.0\ncommand: node\n`,
    said: ['flavor.yaml:1:7 name must be at most 120 bytes long, because files are named after it'],
    schema: false,
    title: 'a name too long for a file system',
  },
  {
    manifest: 'name: hello\nversion: ""\ncommand: node\n',
    said: ['flavor.yaml:2:10 version is empty'],
    schema: true,
    title: 'an empty version',
  },
  {
    manifest: 'name: hello\nversion: "1\\n0"\ncommand: node\n',
    said: ['flavor.yaml:2:10 version must be one line, not "1\\n0"'],
    schema: true,
    title: 'a version of two lines',
  },

  // --- the command
  {
    manifest: 'name: hello\nversion: 1.0.0\ncommand: ""\n',
    said: ['flavor.yaml:3:10 command is empty'],
    schema: true,
    title: 'an empty command',
  },
  {
    manifest: 'name: hello\nversion: 1.0.0\ncommand: []\n',
    said: ['flavor.yaml:3:10 command is empty'],
    schema: true,
    title: 'a command of no words',
  },
  {
    manifest: 'name: hello\nversion: 1.0.0\ncommand: " "\n',
    said: ['flavor.yaml:3:10 command names no program'],
    schema: false,
    title: 'a blank command',
  },
  {
    manifest: 'name: hello\nversion: 1.0.0\ncommand: ["", x]\n',
    said: ['flavor.yaml:3:11 command[0] names no program'],
    schema: false,
    title: 'a program without a name',
  },
  {
    manifest: `name: hello\nversion: 1.0.0\ncommand: node "{workenv}/app\n`,
    said: [
      'flavor.yaml:3:10 command a double quote is not closed in: node "{workenv}/app',
      '    close the quote, or write the command as a list of words',
    ],
    schema: false,
    title: 'a quote without an end',
  },
  {
    manifest: 'name: hello\nversion: 1.0.0\ncommand: node a.js | sort\n',
    said: [
      'flavor.yaml:3:10 command | means something to a shell only, and no shell runs this command',
      '    to use a shell, name it: ["sh", "-c", "node a.js | sort"]',
    ],
    schema: false,
    title: 'a pipe in the command',
  },
  {
    manifest: 'name: hello\nversion: 1.0.0\ncommand: node {workenv/app\n',
    said: ['flavor.yaml:3:10 command the { of "{workenv/app" has no }', '    the work environment is written {workenv}'],
    schema: false,
    title: 'a placeholder without an end',
  },
  {
    manifest: 'name: hello\nversion: 1.0.0\ncommand: [node, "{WORKENV}/app"]\n',
    said: ['flavor.yaml:3:17 command[1] {WORKENV} is no placeholder', '    the work environment is written {workenv}'],
    schema: false,
    title: 'a placeholder in capitals',
  },
  {
    manifest: `${head}setup:\n  - prepare\n  - "true && false"\n`,
    said: [
      'flavor.yaml:6:5 setup[1] && means something to a shell only, and no shell runs this command',
      '    to use a shell, name it: ["sh", "-c", "true && false"]',
    ],
    schema: false,
    title: 'two commands in one line of setup',
  },

  // --- the environment
  {
    manifest: `${head}env: {unset: [A=B]}\n`,
    said: ['flavor.yaml:4:15 env.unset[0] must be the name of an environment variable, without = and NUL, not "A=B"'],
    schema: true,
    title: 'an assignment where a name belongs',
  },
  {
    manifest: `${head}env:\n  set:\n    A=B: 1\n`,
    said: ['flavor.yaml:6:5 env.set["A=B"] must be the name of an environment variable, without = and NUL, not "A=B"'],
    schema: true,
    title: 'a variable with = in its name',
  },
  {
    manifest: `${head}env: {set: {A: "a\\0"}}\n`,
    said: ['flavor.yaml:4:16 env.set.A must be a text without NUL characters, not "a\\u0000"'],
    schema: true,
    title: 'a variable with a NUL in its value',
  },
  {
    manifest: `${head}env: {set: {A: [1]}}\n`,
    said: ['flavor.yaml:4:16 env.set.A must be a text, a number or true or false, not a list'],
    schema: true,
    title: 'a variable that is a list',
  },

  // --- slots: ids, modes, chains
  {
    manifest: slot().replace('id: app', 'id: App_1'),
    said: ['flavor.yaml:5:9 slots[0].id must be lower-case letters, digits and hyphens, a letter first, not "App_1"'],
    schema: true,
    title: 'an id in capitals',
  },
  {
    manifest: slot().replace('id: app', 'id: package-metadata'),
    said: ['flavor.yaml:5:9 slots[0].id package-metadata is the slot that flavor adds to each package', '    choose another id'],
    schema: false,
    title: 'the id that flavor uses itself',
  },
  {
    manifest: `${slot()}  - id: app\n    purpose: data-files\n`,
    said: ['flavor.yaml:7:9 slots[1].id app is taken: slots need different ids'],
    schema: false,
    title: 'one id for two slots',
  },
  {
    manifest: slot('source: file.txt', 'mode: 644'),
    said: [`flavor.yaml:8:11 slots[0].mode ${modeSaid}, not the number 644`, '    put it in quotes'],
    schema: true,
    title: 'a mode that YAML takes for six hundred and forty-four',
  },
  {
    manifest: slot('source: file.txt', 'mode: "4755"'),
    said: [`flavor.yaml:8:11 slots[0].mode ${modeSaid}, not "4755"`],
    schema: true,
    title: 'a setuid mode',
  },
  {
    manifest: slot('source: app', 'mode: "0644"'),
    said: ['flavor.yaml:8:11 slots[0].mode is for a single file, and app is a directory', '    for directories there is `modes: keep`'],
    schema: false,
    title: 'one mode for a directory',
  },
  {
    manifest: slot('source: file.txt', 'modes: keep'),
    said: ['flavor.yaml:8:12 slots[0].modes is for directories, and file.txt is a file', '    for a file there is `mode: "0644"`'],
    schema: false,
    title: 'modes of a file',
  },
  {
    manifest: slot('lifecycle: persistant'),
    said: [
      'flavor.yaml:7:16 slots[0].lifecycle must be one of persistent, volatile, temporary, cached, lazy, eager, init, initialization, startup, runtime, shutdown, config, platform, dev, development, cache, temp, not "persistant"',
      '    did you mean persistent?',
    ],
    schema: true,
    title: 'a lifecycle with a typing error',
  },
  {
    manifest: slot('compression: zstd', 'operations: [tar, zstd]'),
    said: ['flavor.yaml:8:5 slots[0].operations says the same as compression', '    keep one of the two'],
    schema: true,
    title: 'compression and operations together',
  },
  {
    manifest: slot('source: app', 'operations: [zstd]'),
    said: ['flavor.yaml:8:17 slots[0].operations must begin with tar, because a directory can be stored in no other way'],
    schema: false,
    title: 'a directory without tar',
  },
  {
    manifest: slot('source: file.txt', 'operations: [tar, zstd]'),
    said: ['flavor.yaml:8:17 slots[0].operations must not have tar in it, because the source is a single file'],
    schema: false,
    title: 'a tar of one file',
  },
  {
    manifest: slot('source: app', 'operations: [tar, gzip, tar]'),
    said: ['flavor.yaml:8:17 slots[0].operations can have tar in its first place only'],
    schema: false,
    title: 'a tar of a tar',
  },
  {
    manifest: slot('source: app', 'operations: [tar, gzip, gzip, gzip, gzip, gzip, gzip, gzip, gzip]'),
    said: ['flavor.yaml:8:17 slots[0].operations has 9 steps; the format knows at most 8'],
    schema: false,
    title: 'a chain longer than the format has room for',
  },

  // --- slots: sources
  {
    manifest: slot('source: nothing'),
    said: ['flavor.yaml:7:13 slots[0].source nothing does not exist'],
    schema: false,
    title: 'a source that does not exist',
  },
  {
    manifest: slot('source: file.txt/x'),
    said: ['flavor.yaml:7:13 slots[0].source file.txt/x does not exist'],
    schema: false,
    title: 'a source inside a file',
  },
  {
    files: {loop: {link: 'loop'}},
    manifest: slot('source: loop'),
    said: ['flavor.yaml:7:13 slots[0].source loop is a link that leads to itself'],
    schema: false,
    title: 'a source that is a link to itself',
  },
  {
    manifest: slot('source: /dev/null', 'allow: outside'),
    said: ['flavor.yaml:7:13 slots[0].source /dev/null is neither a file nor a directory'],
    schema: false,
    title: 'a source that is a device',
  },
  {
    manifest: slot('source: ..'),
    said: [
      "flavor.yaml:7:13 slots[0].source .. is outside the manifest's directory",
      '    to pack it nevertheless, give the slot `allow: outside`',
    ],
    schema: false,
    title: 'a source outside the project',
  },
  {
    files: {away: {link: '/usr/bin'}},
    manifest: slot('source: away/env'),
    said: [
      "flavor.yaml:7:13 slots[0].source away/env leads outside the manifest's directory, to /usr/bin/env",
      '    to pack it nevertheless, give the slot `allow: outside`',
    ],
    schema: false,
    title: 'a source that a link leads out of the project',
  },

  // --- slots: globs, URLs, archives
  {
    files: {away: {link: '/usr/bin'}},
    manifest: slot('source: [app/**, gone/*, "!app/x", ../x, /x, "https://x.y/z", away/env]'),
    said: [
      'flavor.yaml:7:22 slots[0].source[1] "gone/*" finds nothing',
      'flavor.yaml:7:30 slots[0].source[2] "!app/x" takes nothing back',
      '    leave it out with `exclude`: exclude: ["app/x"]',
      'flavor.yaml:7:40 slots[0].source[3] "../x" is outside the manifest\'s directory',
      '    name a directory: source: ../shared, with allow: outside',
      'flavor.yaml:7:46 slots[0].source[4] "/x" is outside the manifest\'s directory',
      '    name a directory: source: ../shared, with allow: outside',
      'flavor.yaml:7:50 slots[0].source[5] "https://x.y/z" is a URL, and a list holds globs',
      '    give each URL a slot of its own',
      'flavor.yaml:7:67 slots[0].source[6] "away/env" leads outside the manifest\'s directory, to /usr/bin',
      '    to pack it nevertheless, give the slot `allow: outside`',
    ],
    schema: false,
    title: 'globs that find nothing, or lead elsewhere',
  },
  {manifest: slot('source: []'), said: ['flavor.yaml:7:13 slots[0].source is empty'], schema: true, title: 'a list of no globs'},
  {
    manifest: slot('source: https://example.com/tool'),
    said: [
      'flavor.yaml:5:5 slots[0].sha256 is missing, without which a URL may be another file tomorrow',
      "    curl -fsSL 'https://example.com/tool' | sha256sum",
    ],
    schema: false,
    title: 'a URL without its hash',
  },
  ...[
    ['http://example.com/tool', 'must begin with https:, not with http:'],
    ['ftp://example.com/tool', 'must begin with https:, not with ftp:'],
    ['file:///etc/passwd', 'file:///etc/passwd is no URL'],
    ['https://', 'https:// is no URL'],
  ].map(([url, said]) => ({
    manifest: slot(`source: ${url}`, `sha256: ${'ab'.repeat(32)}`),
    said: [`flavor.yaml:7:13 slots[0].source ${said}`],
    schema: false,
    title: `the URL ${url}`,
  })),
  {
    manifest: slot('source: https://me:secret@example.com/tool', `sha256: ${'ab'.repeat(32)}`),
    said: [
      'flavor.yaml:7:13 slots[0].source must not hold a user name or a password: it becomes part of the package',
      '    download it beforehand and name the file',
    ],
    schema: false,
    title: 'a URL with a password',
  },
  {
    manifest: slot('source: https://example.com/tool', 'sha256: abc'),
    said: ['flavor.yaml:8:13 slots[0].sha256 must be 64 hex digits, not "abc"'],
    schema: true,
    title: 'a hash that is too short',
  },
  {
    manifest: slot('source: app', `sha256: ${'ab'.repeat(32)}`),
    said: ['flavor.yaml:8:5 slots[0].sha256 is for a source that is a URL'],
    schema: false,
    title: 'a hash of a directory',
  },
  {
    manifest: slot('source: app', 'unpack: true'),
    said: ['flavor.yaml:8:13 slots[0].unpack is for an archive, and app is a directory', '    name one file: source: vendor.tar.gz'],
    schema: false,
    title: 'a directory to be unpacked',
  },
  {
    manifest: slot('source: file.txt', 'unpack: true', 'mode: "0644"', 'operations: [zstd]'),
    said: [
      'flavor.yaml:9:11 slots[0].mode is for a single file, and file.txt becomes a directory',
      '    for directories there is `modes: keep`',
      'flavor.yaml:10:17 slots[0].operations must begin with tar, because a directory can be stored in no other way',
    ],
    schema: false,
    title: 'an archive that is treated as a file and a tree at once',
  },

  // --- slots: platforms
  {
    manifest: slot('platforms: [linux, windows, macos-arm64, "!linux-x86_64", beos]'),
    said: [
      'flavor.yaml:7:24 slots[0].platforms[1] "windows" is no platform',
      '    did you mean win32?',
      'flavor.yaml:7:33 slots[0].platforms[2] "macos-arm64" is no platform',
      '    did you mean darwin-arm64?',
      'flavor.yaml:7:46 slots[0].platforms[3] "!linux-x86_64" is no platform',
      '    did you mean !linux-x64?',
      'flavor.yaml:7:63 slots[0].platforms[4] "beos" is no platform',
      '    known: linux, darwin, win32, linux-x64, linux-arm64, darwin-x64, darwin-arm64, win32-x64',
    ],
    schema: false,
    title: 'platforms that nobody knows',
  },
  {
    manifest: slot('platforms: []'),
    said: ['flavor.yaml:7:16 slots[0].platforms is empty'],
    schema: true,
    title: 'no platforms in a list of them',
  },
  {
    manifest: slot('platforms: [win32, "!win32-x64"]'),
    said: ['flavor.yaml:7:16 slots[0].platforms leaves no system over'],
    schema: false,
    title: 'platforms that leave nothing',
  },
  {
    manifest: `${slot('platforms: [linux]', 'target: bin/x')}  - id: app\n    purpose: data-files\n    platforms: ["!win32"]\n    target: bin/x\n`,
    said: [
      'flavor.yaml:9:9 slots[1].id app is taken: slots need different ids',
      '    or `platforms` of which no system is in both',
      'flavor.yaml:12:13 slots[1].target bin/x is taken by slot app',
    ],
    schema: false,
    title: 'one id and one target for two slots of which both go along on Linux',
  },

  // --- slots: targets
  {
    manifest: slot('target: ../x'),
    said: ['flavor.yaml:7:13 slots[0].target must not leave the work environment'],
    schema: false,
    title: 'a target above the work environment',
  },
  {
    manifest: slot('target: a/../../x'),
    said: ['flavor.yaml:7:13 slots[0].target must not leave the work environment'],
    schema: false,
    title: 'a target that leaves by a detour',
  },
  {
    manifest: slot('target: /etc'),
    said: ['flavor.yaml:7:13 slots[0].target must be relative to the work environment'],
    schema: false,
    title: 'an absolute target',
  },
  {
    manifest: slot('target: C:/x'),
    said: ['flavor.yaml:7:13 slots[0].target must be relative to the work environment'],
    schema: false,
    title: 'a target on a drive',
  },
  {
    manifest: slot('target: a\\b'),
    said: ['flavor.yaml:7:13 slots[0].target is written with /, not with a backslash'],
    schema: false,
    title: 'a target with a backslash',
  },
  {
    manifest: slot('target: a//b'),
    said: ['flavor.yaml:7:13 slots[0].target must be a plain path: no empty step, no .'],
    schema: false,
    title: 'a target with an empty step',
  },
  {
    manifest: slot('exclude: ["*.log", "!keep.log", "!(a|b)"]'),
    said: ['flavor.yaml:7:24 slots[0].exclude[1] "!keep.log" takes nothing back: what is excluded stays out'],
    schema: false,
    title: 'an exclusion that would take something back',
  },
  ...['tmp/x', 'data', 'metadata.json', '.flavor-stamp', 'TMP'].map((target) => ({
    manifest: slot(`target: ${target}`),
    said: [`flavor.yaml:7:13 slots[0].target must not begin with ${target.split('/')[0]}: flavor itself uses it in each work environment`],
    schema: false,
    title: `the target ${target}, which is flavor's own`,
  })),
  {
    manifest: twoSlots('source: app\ntarget: app', 'source: lib\ntarget: App'),
    said: ['flavor.yaml:12:13 slots[1].target App is taken by slot app'],
    schema: false,
    title: 'two slots at one target',
  },
  {
    manifest: twoSlots('source: file.txt\ntarget: etc/conf', 'source: lib\ntarget: etc/conf/more'),
    said: ['flavor.yaml:12:13 slots[1].target etc/conf/more of slot two would be inside etc/conf, which is a file of slot app'],
    schema: false,
    title: 'a slot inside a file of another',
  },
  {
    manifest: twoSlots('source: lib\ntarget: etc/conf/more', 'source: file.txt\ntarget: etc/conf'),
    said: ['flavor.yaml:12:13 slots[1].target etc/conf/more of slot app would be inside etc/conf, which is a file of slot two'],
    schema: false,
    title: 'a file where another slot needs a directory',
  },
  {
    manifest: `${head}directories: [var, ../x, {path: /y}]\n`,
    said: [
      'flavor.yaml:4:20 directories[1] must not leave the work environment',
      'flavor.yaml:4:33 directories[2].path must be relative to the work environment',
    ],
    schema: false,
    title: 'directories outside the work environment',
  },
]

/** Every manifest stands among these. */
export const surroundings: Files = {'app/index.js': '', 'file.txt': 'x', 'lib/x.txt': 'x'}

export const goodManifests: readonly {readonly title: string; readonly manifest: string}[] = [
  {manifest: head, title: 'no slots at all'},
  {
    manifest: `${several}  a: [node, 1]\n  b-2: {command: node, slots: [app]}\n  c: {command: [node], slots: []}\nslots:\n  - {id: app, purpose: application-code, source: app}\n`,
    title: 'several commands',
  },
  {manifest: slot('source: app', 'target: app', 'compression: zstd', 'lifecycle: temp', 'level: 3'), title: 'one slot'},
  {manifest: 'name: Grüße an alle\nversion: 1.10\ncommand: [node, 8080, "", a b]\n', title: 'names and words of all kinds'},
  {
    manifest: `${head}env: {unset: ["*"], pass: [HOME, LC_*], map: {A: B}, set: {N: 1, T: true, E: "", W: "{workenv}/x"}}\n`,
    title: 'an environment',
  },
  {manifest: slot('source: file.txt', 'mode: "0o755"', 'operations: []', 'options: {any: [thing, {at: all}]}'), title: 'a file as it is'},
  {manifest: `${head}directories: [var, {path: a/b, mode: "0755"}]\nsetup: ["{workenv}/bin/x 'a b'"]\n`, title: 'directories and setup'},
  {
    manifest: `${head}launcher: node\noutput: ../out/x\nprefer: {compressors: {zstd: "@acme/plugin-x"}}\ndescription: ""\n`,
    title: 'choices',
  },
  {
    manifest: slot('source: ["**/*.txt", app, "f?le.txt"]', 'modes: keep', 'exclude: [x]'),
    title: 'globs',
  },
  {
    manifest: slot('source: https://example.com/tool.tar.gz?x=y', `sha256: ${'Ab'.repeat(32)}`, 'unpack: true', 'modes: keep'),
    title: 'a URL of an archive',
  },
  {
    manifest: slot('source: http://127.0.0.1:8000/tool', `sha256: "${'12'.repeat(32)}"`, 'mode: "0755"'),
    title: 'a URL on this machine',
  },
  {
    manifest:
      `${slot('source: nowhere', 'platforms: [PLATFORM]', 'target: bin/x')}  - id: app\n    purpose: data-files\n    platforms: ["!PLATFORM"]\n    target: bin/x\n`.replaceAll(
        'PLATFORM',
        process.platform === 'win32' ? 'linux' : 'win32',
      ),
    title: 'one id on each of two systems, with a source that is only there for the other',
  },
]
