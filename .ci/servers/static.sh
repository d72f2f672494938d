#!/usr/bin/env bash
# Three static site generators (Debian's Hugo and Jekyll with jekyll-feed, Pelican from PyPI) behind Python's own server.
# Usage: static.sh start; static.sh build GENERATOR NAME makes static/site/NAME of static/NAME, which the tests write.
. "$(dirname "$0")/lib.sh"
S=$RUN/static
venv=$CACHE/static-$(sha256sum "$HERE/requirements-static.txt" | cut -c1-12)

case $1 in
  start)
    mkdir -p "$S/site"
    port=$(free_port)
    in_background static python3 -m http.server "$port" --bind 127.0.0.1 --directory "$S/site"
    until_true 30 "static sites" curl -fsS -o /dev/null --max-time 5 "http://127.0.0.1:$port/"
    remember SECTION7_STATIC_URL "http://127.0.0.1:$port"
    remember SECTION7_STATIC_DIR "$S"
    echo "$(hugo version | cut -d' ' -f2), $(jekyll --version), pelican $("$venv/bin/pelican" --version) on http://127.0.0.1:$port"
    ;;
  build)
    # Hugo leaves the folders of deleted posts behind, and this server shows a folder where another would say 404.
    rm -rf "$S/site/$3"
    cd "$S/$3"
    case $2 in
      hugo) hugo --quiet --buildFuture --destination "$S/site/$3" ;;
      jekyll) jekyll build --quiet --future --destination "$S/site/$3" ;;
      pelican) "$venv/bin/pelican" --quiet --settings conf.py --delete-output-directory --output "$S/site/$3" content ;;
    esac
    ;;
esac
