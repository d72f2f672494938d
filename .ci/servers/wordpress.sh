#!/usr/bin/env bash
# Debian's WordPress (PHP's own server, MariaDB on a socket), a fresh site each time. Usage: wordpress.sh start
. "$(dirname "$0")/lib.sh"
W=$RUN/wordpress
SOCKET=$W/mysql.sock
sql() { mariadb --no-defaults --socket="$SOCKET" -uroot "$@"; }

mkdir -p "$W/mysql"
chown mysql "$W" "$W/mysql"
mariadb-install-db --no-defaults --user=mysql --datadir="$W/mysql" --auth-root-authentication-method=normal --skip-test-db \
  >"$RUN/log/mariadb-install" 2>&1 </dev/null
in_background mariadb mariadbd --no-defaults --user=mysql --datadir="$W/mysql" --socket="$SOCKET" --skip-networking \
  --skip-log-bin --innodb-flush-log-at-trx-commit=0
until_true 60 "MariaDB" sql -e 'select 1'
sql -e "create database wp character set utf8mb4; create user wp@localhost identified by 'wp'; grant all on wp.* to wp@localhost"

port=$(free_port)
cp -aL /usr/share/wordpress "$W/www"
sed -e "s|@SOCKET@|$SOCKET|" -e "s|@URL@|http://127.0.0.1:$port|" "$HERE/wordpress-config.php" >"$W/www/wp-config.php"
php "$HERE/wordpress-install.php" "$W/www" >"$W/admin-password" 2>"$RUN/log/wordpress-install"
PHP_CLI_SERVER_WORKERS=4 in_background php php -d opcache.enable_cli=1 -S "127.0.0.1:$port" -t "$W/www" "$HERE/wordpress-router.php"
until_true 60 "WordPress" curl -fsS -o /dev/null --max-time 20 "http://127.0.0.1:$port/wp-json/"
remember SECTION7_WORDPRESS_URL "http://127.0.0.1:$port"
remember SECTION7_WORDPRESS_ADMIN "admin:$(cat "$W/admin-password")"
version=$(php -r "include '$W/www/wp-includes/version.php'; echo \$wp_version;")
echo "WordPress $version on http://127.0.0.1:$port"
