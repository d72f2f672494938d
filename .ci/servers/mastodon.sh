#!/usr/bin/env bash
# mastodon_mock (PyPI, MIT), in memory, with fault injection at /api/v1/_mock/faults. Usage: mastodon.sh start
. "$(dirname "$0")/lib.sh"
venv=$CACHE/mastodon-$(sha256sum "$HERE/requirements-mastodon.txt" | cut -c1-12)
port=$(free_port)
printf '[database]\npath = ":memory:"\n[[seed.accounts]]\nusername = "nobody_in_particular"\n' >"$RUN/mastodon.toml"
in_background mastodon "$venv/bin/mastodon_mock" serve --config "$RUN/mastodon.toml" --in-memory --host 127.0.0.1 --port "$port" \
  --log-level warning
until_true 60 "mastodon_mock" curl -fsS -o /dev/null --max-time 5 "http://127.0.0.1:$port/api/v1/instance"
remember SECTION7_MASTODON_URL "http://127.0.0.1:$port"
echo "$("$venv/bin/mastodon_mock" --version) on http://127.0.0.1:$port"
