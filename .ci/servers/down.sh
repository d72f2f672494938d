#!/usr/bin/env bash
# Stops every server of the run, by the numbers it wrote, and removes the run's folder.
. "$(dirname "$0")/lib.sh"
[ -d "$RUN" ] || exit 0
ending=()
for file in atproto.pid atproto-redis.pid atproto-postgres.pid php.pid mariadb.pid mastodon.pid model.pid static.pid mail/spool/exim.pid mail/dovecot/master.pid; do
  stop "$RUN/$file" &
  ending+=($!)
done
for one in "${ending[@]}"; do wait "$one"; done
# Only a folder that up.sh made: nobody's own folder named by mistake.
if [ -f "$RUN/env" ]; then rm -rf "$RUN"; fi
