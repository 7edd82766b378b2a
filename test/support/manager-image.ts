/**
 * An addon manager as an image, written the way such images are: shell scripts of busybox that keep app.flavour, the documents, and
 * requirements.txt. What one does wrong is a script in the place of a sound one.
 */
import type {TestEngine} from './docker-engine.ts'

export interface ImageWishes {
  /** Undefined leaves FAM_IDENTIFIER out. */
  readonly identifier?: string | undefined
  /** In the place of the sound ones: text of a shell script, without its first line. */
  readonly scripts?: Readonly<Partial<Record<'add' | 'check' | 'remove', string>>>
  /** More lines of the Dockerfile. */
  readonly lines?: readonly string[]
  /** Where its programs are; they are on its PATH. */
  readonly directory?: string
}

export async function buildManager(engine: TestEngine, tag: string, wishes: ImageWishes = {}): Promise<void> {
  const {directory = '/bin', identifier, lines = [], scripts = {}} = wishes
  const words = {...sound, ...scripts}
  const files = Object.fromEntries(Object.entries(words).map(([word, text]) => [`bin/${word}`, `#!/bin/sh\n${text}`]))
  const states = identifier === undefined ? [] : [`ENV FAM_IDENTIFIER=${identifier}`]
  const dockerfile = [
    'FROM scratch',
    'COPY tools /bin',
    `COPY bin ${directory}`,
    'COPY manager.sh /lib/manager.sh',
    `ENV PATH=${directory}:/bin`,
    ...states,
    ...lines,
  ]
  await engine.build(tag, {...files, Dockerfile: `${dockerfile.join('\n')}\n`, 'manager.sh': common})
}

/** What all three begin with: the document is read once. */
const common = `set -eu
fail() { echo "$*" >&2; exit 1; }
document=$(mktemp /tmp/addon.XXXXXX)
cat >"$document"
field() { tr '{},' '\\n\\n\\n' <"$document" | sed -n "s/^ *$1: *//p" | head -n 1 | tr -d "\\"'"; }
name=$(field name)
version=$(field version)
package=$(field package)
hash=$(sha256sum "$document" | cut -d ' ' -f 1)
[ -n "$name" ] && [ -n "$version" ] || fail 'it is no addon.flavour'
[ -n "$package" ] || fail 'install.package is missing'
# Takes out every entry whose key begins so, and an addons that has none.
without_entry() {
  awk -v key="  $1" '/^[^ ]/ {inside = /^addons:/} !inside {skip = 0} inside && /^  [^ ]/ {skip = index($0, key) == 1} !skip' app.flavour |
    awk '/^addons: *$/ {held = $0; next} held != "" {if (/^ /) print held; held = ""} {print}' >"$document.app"
}
hashes_of() { awk -v key="  $1" '/^[^ ]/ {inside = /^addons:/} inside && /^  [^ ]/ {mine = index($0, key) == 1} inside && mine && $1 == "hash:" {print $2}' app.flavour; }
requirement=\${package%%[=<>~!]*}
without_requirement() {
  [ ! -e requirements.txt ] || grep -v "^$requirement[=<>~!]" requirements.txt >"$document.txt" || true
}
`

const sound = {
  add: `. /lib/manager.sh
for old in $(hashes_of "$name:"); do rm -f ".flavour/addons/$old"; done
without_entry "$name:"
awk -v entry="  $name:$version:\\n    manager: $FAM_IDENTIFIER\\n    hash: $hash" '
  /^[^ ]/ {if (inside) {print entry; done = 1} inside = /^addons:/}
  {print}
  END {if (!done) {if (!inside) print "addons:"; print entry}}' "$document.app" >app.flavour
mkdir -p .flavour/addons
cat "$document" >".flavour/addons/$hash"
without_requirement
echo "$package" >>"$document.txt"
cat "$document.txt" >requirements.txt
echo "added $name:$version"
`,
  check: '. /lib/manager.sh\n',
  remove: `. /lib/manager.sh
for old in $(hashes_of "$name:$version:"); do rm -f ".flavour/addons/$old"; done
rmdir .flavour/addons .flavour 2>/dev/null || true
without_entry "$name:$version:"
cat "$document.app" >app.flavour
without_requirement
if [ -s "$document.txt" ]; then cat "$document.txt" >requirements.txt; else rm -f requirements.txt; fi
`,
} as const
