#!/usr/bin/env bash
# Bluesky's own servers: a PLC directory, a PDS, and an AppView with its database and cache. Usage: atproto.sh start
. "$(dirname "$0")/lib.sh"
A=$RUN/atproto
programs=$(printf '%s\n' /usr/lib/postgresql/*/bin | tail -n 1)
home=$(atproto_home)
as_postgres="setpriv --reuid=postgres --regid=postgres --clear-groups"

mkdir -p "$A/postgres"
chown postgres "$A/postgres"
$as_postgres "$programs/initdb" -D "$A/postgres" -A trust -U atproto --no-sync -E UTF8 --locale=C >"$RUN/log/atproto-initdb" 2>&1
sql=$(free_port)
in_background atproto-postgres $as_postgres "$programs/postgres" -D "$A/postgres" \
  -p "$sql" -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off -c full_page_writes=off
cache=$(free_port)
in_background atproto-redis redis-server --bind 127.0.0.1 --port "$cache" --dir "$A" --save '' --set-proc-title no
until_true 30 "PostgreSQL for the AppView" psql -h 127.0.0.1 -p "$sql" -U atproto -d postgres -c 'select 1'
until_true 30 "Redis" redis-cli -p "$cache" ping

# Beside the packages, where alone node finds them.
cp "$HERE/atproto-network.mjs" "$HERE/atproto-loopback.cjs" "$home/"
plc=$(free_port) pds=$(free_port) appview=$(free_port) ozone=$(free_port)
export DB_POSTGRES_URL=postgresql://atproto@127.0.0.1:$sql/postgres REDIS_HOST=127.0.0.1:$cache
in_background atproto "$(atproto_node)/bin/node" --require "$home/atproto-loopback.cjs" "$home/atproto-network.mjs" \
  "$A/ready" "$plc" "$pds" "$appview" "$ozone"
until_true 180 "the AT Protocol servers" test -f "$A/ready"
remember SECTION7_ATPROTO_PLC "http://localhost:$plc"
remember SECTION7_ATPROTO_PDS "http://localhost:$pds"
remember SECTION7_ATPROTO_APPVIEW "http://localhost:$appview"
remember SECTION7_ATPROTO_ADMIN "admin:admin-pass"
echo "@atproto/dev-env $("$(atproto_node)/bin/node" -p "require('$home/node_modules/@atproto/dev-env/package.json').version") on http://localhost:$pds"
