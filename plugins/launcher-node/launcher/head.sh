#!/bin/sh
# A package made by flavor; it needs Node.js 20 or newer. FLAVOR_LAUNCHER_CLI=1 with the word help says more.
if [ -n "${NODE_OPTIONS+x}" ]; then FLAVOR_NODE_OPTIONS=$NODE_OPTIONS; export FLAVOR_NODE_OPTIONS; unset NODE_OPTIONS; else unset FLAVOR_NODE_OPTIONS; fi
if [ -n "${NODE_COMPILE_CACHE+x}" ]; then FLAVOR_NODE_COMPILE_CACHE=$NODE_COMPILE_CACHE; export FLAVOR_NODE_COMPILE_CACHE; unset NODE_COMPILE_CACHE; else unset FLAVOR_NODE_COMPILE_CACHE; fi
command -v node >/dev/null 2>&1 || { echo "$0: this program needs Node.js 20 or newer, and there is no node on the PATH (EFLAVOR_COMMAND)" >&2; exit 104; }
unset FLAVOR_NODE_CODE; FLAVOR_NODE_CODE='BOOT'
if [ -z "${NODE_PRESERVE_SYMLINKS_MAIN+x}" ] && [ ! -e /package.json ] && [ -p /dev/fd/9 ] 9<<END
.
END
then export NODE_PRESERVE_SYMLINKS_MAIN=1; exec node /dev/fd/9 "$0" "$@" 9<<END
$FLAVOR_NODE_CODE
END
fi
exec node -e "$FLAVOR_NODE_CODE" -- "$0" "$@"
