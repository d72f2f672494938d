#!/usr/bin/env bash
# Starts every server on 127.0.0.1 and writes their addresses to $SECTION7_SERVERS_RUN/env, to be sourced.
. "$(dirname "$0")/lib.sh"
"$HERE/down.sh"
mkdir -p "$RUN/log"
chmod 755 "$RUN"
: >"$RUN/env"
chmod 600 "$RUN/env"
remember SECTION7_SERVERS_RUN "$RUN"
remember SECTION7_OCR_PYTHON "$CACHE/ocr-$(sha256sum "$HERE/requirements-ocr.txt" | cut -c1-12)/bin/python"
trap '"$HERE/down.sh"' ERR
for server in atproto mail mastodon model static wordpress; do "$HERE/$server.sh" start; done
