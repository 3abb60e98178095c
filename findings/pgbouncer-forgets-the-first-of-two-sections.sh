#!/usr/bin/env bash
# PgBouncer 1.18.0 (Debian 12): where a configuration has the section [pgbouncer] twice, as it has
# when a file with local settings is added to it by %include, the second one does not add to the
# first. Every setting of the first goes back to its default, without a word in the log: here
# PgBouncer no longer listens on TCP at all, because listen_addr is forgotten. In other programs'
# configurations of this form, systemd's and MySQL's among them, such sections add up.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
apt-get download --quiet pgbouncer=1.18.0-1+deb12u1 libevent-2.1-7 libc-ares2 >/dev/null 2>&1
for package in *.deb; do dpkg-deb --extract "$package" .; done
library_path=$(dirname "$(find "$folder/usr/lib" -name 'libevent-2.1.so.7' | head -n 1)")
port=$((20000 + RANDOM % 10000))
cat >once.ini <<INI
[databases]
one = host=127.0.0.1 port=1
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = $port
auth_type = any
unix_socket_dir =
pool_mode = session
INI
sed 's/^pool_mode.*/[pgbouncer]\n&/' once.ini >twice.ini
chmod -R a+rX .
# PgBouncer refuses to run as root.
as_nobody=()
if [ "$(id -u)" -eq 0 ]; then
    as_nobody=(setpriv --reuid=nobody --regid=nogroup --clear-groups)
fi
# Prints what PgBouncer says about listening within two seconds.
run() {
    "${as_nobody[@]}" env LD_LIBRARY_PATH="$library_path" timeout 2 usr/sbin/pgbouncer "$1" >"log-$1" 2>&1 || true
    grep -oE 'PgBouncer [0-9.]+|listening on [^ ]+|nowhere to listen.*' "log-$1" || true
}
for file in once twice; do
    echo "== [pgbouncer] $file"
    run "$file.ini" | tee "said-$file"
done
grep -q "listening on 127.0.0.1:$port" said-once
if grep -q "127.0.0.1:$port" said-twice; then
    echo "the second section adds to the first now" >&2
    exit 1
fi
echo "with two sections, listen_addr and listen_port are forgotten"
