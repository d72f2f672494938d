#!/usr/bin/env bash
# exim (STARTTLS, AUTH only after it) and Dovecot (IMAP over TLS) on one Maildir, with a certificate of a private authority.
# Usage: mail.sh start | stop-smtp | start-smtp | settle    (settle: until everything that was accepted lies in the Maildir)
. "$(dirname "$0")/lib.sh"
M=$RUN/mail

certificates() {
  openssl req -x509 -newkey rsa:2048 -nodes -keyout "$M/ca.key" -out "$M/ca.pem" -days 2 -subj "/CN=Throw-away authority" \
    -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign
  openssl req -newkey rsa:2048 -nodes -keyout "$M/server.key" -out "$M/server.csr" -subj /CN=localhost
  openssl x509 -req -in "$M/server.csr" -CA "$M/ca.pem" -CAkey "$M/ca.key" -CAcreateserial -out "$M/server.pem" -days 2 \
    -extfile <(printf 'subjectAltName=DNS:localhost,IP:127.0.0.1\nbasicConstraints=CA:FALSE\nextendedKeyUsage=serverAuth\n')
  chmod 644 "$M/server.key" # two days old at most, on one machine's loopback
}

configured() { sed -e "s|@MAIL@|$M|g" -e "s|@SMTP_PORT@|$2|g" -e "s|@IMAP_PORT@|$2|g" "$HERE/$1.conf" >"$M/$1.conf"; }

start_smtp() {
  exim4 -C "$M/exim.conf" -bd -q1m >"$RUN/log/exim" 2>&1 </dev/null
  until_true 20 "exim" answers "$SECTION7_SMTP_PORT"
}

nothing_queued() { [ "$(exim4 -C "$M/exim.conf" -bpc)" = 0 ]; }

start() {
  mkdir -p "$M/spool" "$M/exim-log" "$M/home"
  certificates >"$RUN/log/openssl" 2>&1 </dev/null
  : >"$M/deferred"
  chown -R Debian-exim:Debian-exim "$M/spool" "$M/exim-log" "$M/home"
  SECTION7_SMTP_PORT=$(free_port)
  configured exim "$SECTION7_SMTP_PORT"
  start_smtp
  imap=$(free_port)
  configured dovecot "$imap"
  dovecot -c "$M/dovecot.conf" >"$RUN/log/dovecot-start" 2>&1 </dev/null
  until_true 20 "Dovecot" answers "$imap"
  remember SECTION7_SMTP_PORT "$SECTION7_SMTP_PORT"
  remember SECTION7_SMTP_LOGIN monitor:local-smtp-pw
  remember SECTION7_SMTP_DEFERRED "$M/deferred"
  remember SECTION7_IMAP_PORT "$imap"
  remember SECTION7_IMAP_LOGIN monitor:local-imap-pw
  remember SECTION7_MAIL_CA "$M/ca.pem"
  echo "$(exim4 -bV | sed -n '1s/ #.*//p') on 127.0.0.1:$SECTION7_SMTP_PORT, Dovecot $(dovecot --version | cut -d' ' -f1) on 127.0.0.1:$imap"
}

case ${1:-} in
  start) start ;;
  stop-smtp) stop "$M/spool/exim.pid" && until_true 20 "silence of exim" silent "$SECTION7_SMTP_PORT" ;;
  start-smtp) start_smtp ;;
  settle) until_true 30 "delivery" nothing_queued ;;
  *) echo "usage: mail.sh start | stop-smtp | start-smtp | settle" >&2; exit 2 ;;
esac
