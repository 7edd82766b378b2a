/**
 * An addon manager as an image: a Dockerfile, and three scripts that share what all managers do. They keep the protocol as they are (`flavour
 * conform` says so), on any image with a POSIX shell and the usual small tools; what a stack needs besides is for their author to write.
 */
import type {ManagerName} from './manager-name.ts'
import type {NewFiles} from './new-files.ts'

export function managerImage({identifier, stack, whole}: ManagerName): NewFiles {
  return {
    Dockerfile: dockerfile(identifier, whole),
    'README.md': readme(whole, stack),
    'bin/add': add,
    'bin/check': check,
    'bin/remove': remove,
    'lib/flavour.sh': shared,
  }
}

function dockerfile(identifier: string, image: string): string {
  return `# docker build -t ${image} .
FROM busybox
COPY bin /bin
COPY lib /lib
ENV FAM_IDENTIFIER=${identifier}
WORKDIR /app
`
}

function readme(image: string, stack: string): string {
  return `# ${image}

An addon manager for the stack ${stack}, as an image.

    docker build -t ${image} .
    flavour conform ${image}
    flavour check --package addon.flavour --addonmanager ${image}

\`add\`, \`remove\` and \`check\` read an addon.flavour from stdin; the project is in /app. Each has a place for what your stack needs, marked with "Yours".
The rest, app.flavour and the documents in .flavour/addons, is done by \`lib/flavour.sh\`.

They run without a container, too: \`bin/check <addon.flavour\`, and, in a project, \`FAM_IDENTIFIER=x .../bin/add <addon.flavour\`.
`
}

const add = `#!/bin/sh
# Adds an addon, whose addon.flavour comes on stdin, to the project in /app.
. "\${0%/*}/../lib/flavour.sh"
require_app

! is_there || { echo "$name:$version is there"; exit 0; }

# Yours: make the change to the project. "$package" is install.package, and \`value install KEY\` gives any other key. Nothing is written so far,
# so what fails here leaves the project as it is. Another version of "$name" may be there; it gives up its place below.

note_addon
echo "added $name:$version"
`

const remove = `#!/bin/sh
# Removes an addon, whose addon.flavour comes on stdin, from the project in /app.
. "\${0%/*}/../lib/flavour.sh"
require_app

# Yours: take out of the project what \`add\` has put there.

forget_addon "$name:$version"
echo "removed $name:$version"
`

const check = `#!/bin/sh
# Answers whether what comes on stdin is an addon.flavour for this stack: exit status 0 when it is.
. "\${0%/*}/../lib/flavour.sh"

# Yours: what a package of your stack looks like.
`

const shared = `# What every addon manager does: it reads addon.flavour, and keeps app.flavour and the documents in .flavour/addons. For add, remove and check,
# which begin with it. It needs a POSIX shell, awk, cat, cut, grep, head, mkdir, rm, rmdir, sed, sha256sum and tr: busybox has them all.
#
# YAML is read as far as people write it in these files: keys on lines of their own, or one map in braces. Anything else is refused.
set -eu

fail() {
  echo "$*" >&2
  exit 1
}

# --- the document ------------------------------------------------------------------------------------------------------

# Byte for byte: the x keeps the line ends at its end.
document=$(cat && echo x)
document=\${document%x}
hash=$(printf %s "$document" | sha256sum | cut -d ' ' -f 1)

# section KEY: what stands below a key of the document, a line for each.
section() {
  lines=$(printf %s "$document" | awk -v key="$1:" '/^[^ #]/ {inside = index($0, key) == 1; sub(/^[a-z]+:/, "")} inside')
  case $lines in
    ' {'*) printf '%s\\n' "$lines" | tr '{},' '\\n\\n\\n' ;;
    *) printf '%s\\n' "$lines" ;;
  esac
}

# plain: a text without quotes, comment and blanks.
plain() {
  sed 's/^ *//; s/ #.*//; s/ *$//; s/^"\\(.*\\)"$/\\1/' | sed "s/^'\\(.*\\)'$/\\1/"
}

# value SECTION KEY: the text that stands there, or nothing.
value() {
  section "$1" | sed -n "s/^ *[\\"']\\{0,1\\}$2[\\"']\\{0,1\\}: *//p" | head -n 1 | plain
}

spec=$(section spec | head -n 1 | plain)
name=$(value meta name)
version=$(value meta version)
package=$(value install package)

[ "$spec" = 0.1 ] || fail 'addon.flavour: spec is not 0.1'
for text in "$name" "$version"; do
  case $text in
    '' | *[!A-Za-z0-9@._/:+~-]*) fail 'addon.flavour: meta.name or meta.version is missing, or not one that can be read here' ;;
  esac
done
[ -n "$package" ] || fail 'addon.flavour: install.package is missing'

# --- app.flavour -------------------------------------------------------------------------------------------------------

require_app() {
  [ -f app.flavour ] || fail 'there is no app.flavour in /app'
  ! grep -q '^addons: *[^ #]' app.flavour || fail 'app.flavour: write the addons as lines of their own'
}

# entries WHAT [KEY]: of app.flavour, \`hashes\` of the entry with that key, or of all versions of this addon; or the \`rest\` without it.
entries() {
  awk -v what="$1" -v wanted="\${2:-}" -v name="$name" '
    function key(line) {
      sub(/^ */, "", line)
      sub(/:( .*)?$/, "", line)
      gsub(/^["\\047]|["\\047]$/, "", line)
      return line
    }
    function is_meant(entry) {
      if (wanted != "") return entry == wanted
      return index(entry, name ":") == 1 && index(substr(entry, length(name) + 2), ":") == 0
    }
    /^[^ #]/ {inside = /^addons:/; meant = 0}
    inside && /^ +[^ #]/ {
      match($0, /^ +/)
      if (!indent) indent = RLENGTH
      if (RLENGTH == indent) meant = is_meant(key($0))
    }
    what == "hashes" && meant && match($0, /hash: *["\\047]?[0-9a-f]+/) {
      text = substr($0, RSTART, RLENGTH)
      sub(/hash: *["\\047]?/, "", text)
      print text
    }
    what == "rest" && (!meant || /^ *(#|$)/)' app.flavour
}

is_there() {
  [ "$(entries hashes)" = "$hash" ] && [ -n "$(entries hashes "$name:$version")" ] && [ -f ".flavour/addons/$hash" ]
}

# write_app TEXT, which ends with the x that keeps its line ends.
write_app() {
  printf %s "\${1%x}" >app.flavour
}

# remove_documents HASH...: those that no entry of app.flavour names.
remove_documents() {
  for one in "$@"; do
    grep -q "$one" app.flavour || rm -f ".flavour/addons/$one"
  done
}

# Of the entries that are there, or two blanks.
indent() {
  awk '/^[^ #]/ {inside = /^addons:/} inside && /^ +[^ #]/ {match($0, /^ +/); found = RLENGTH; exit} END {printf "%" (found ? found : 2) "s", ""}' app.flavour
}

note_addon() {
  old=$(entries hashes)
  case $name in
    [A-Za-z0-9]*) quote= ;;
    *) quote="'" ;;
  esac
  entry="$quote$name:$version$quote:"
  text=$(entries rest | awk -v by="$(indent)" -v entry="$entry" -v manager="$FAM_IDENTIFIER" -v hash="$hash" '
    function note() {
      print by entry
      print by by "manager: " manager
      print by by "hash: " hash
      noted = 1
    }
    {print}
    /^addons:/ {note()}
    END {if (!noted) {print "addons:"; note()}}' && echo x)
  write_app "$text"
  mkdir -p .flavour/addons
  remove_documents $old
  printf %s "$document" >".flavour/addons/$hash"
}

# forget_addon KEY: the last one takes \`addons\` with it.
forget_addon() {
  old=$(entries hashes "$1")
  text=$(entries rest "$1" && echo x)
  printf %s "$text" | awk '/^[^ #]/ {inside = /^addons:/} inside && /^ +[^ #]/ {found = 1} END {exit !found}' ||
    text=$(printf %s "$text" | grep -v '^addons:')
  write_app "$text"
  remove_documents $old
  rmdir .flavour/addons .flavour 2>/dev/null || true
}
`
