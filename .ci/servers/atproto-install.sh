#!/usr/bin/env bash
# Bluesky's own servers (npm, MIT or Apache-2.0) into the cache, for atproto.sh: a minute or two once, half of it
# one compilation. Only the package named in atproto-package.json is pinned; what it asks for is taken as of BEFORE.
. "$(dirname "$0")/lib.sh"
BEFORE=2026-11-20
node=$(atproto_node)
home=$(atproto_home)
[ ! -f "$home/.ready" ] || exit 0
rm -rf "$home"
mkdir -p "$home"
cp "$HERE/atproto-package.json" "$home/package.json"
export PATH=$node/bin:$PATH npm_config_cache=$home/.npm MAKEFLAGS=-j$(nproc)
# SQLite at full optimisation takes a minute, and nothing here waits for its database.
export CFLAGS=-O1 CXXFLAGS=-O1
cd "$home"
npm() { "$node/bin/node" "$node/lib/node_modules/npm/bin/npm-cli.js" "$@"; }
{
  # Nothing that a package would run by itself is run, except the one compilation that is needed.
  npm install --ignore-scripts --no-package-lock --no-audit --no-fund --before "$BEFORE"
  cd node_modules/better-sqlite3
  "$node/bin/node" "$node/lib/node_modules/npm/node_modules/node-gyp/bin/node-gyp.js" rebuild --release --nodedir="$node"
} >"$home/install.log" 2>&1 </dev/null || { tail -n 20 "$home/install.log" >&2; exit 1; }
rm -rf "$home/.npm"
touch "$home/.ready"
