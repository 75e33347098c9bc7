#!/usr/bin/env bash
# Checks the Debian packages in a folder with lintian, then installs, upgrades, uses and purges them in a new Debian 12: deb.sh FOLDER
set -euo pipefail
folder=$(realpath "${1:?usage: deb.sh FOLDER}")
cd "$(dirname "$0")/../.."
. release/lib.sh
version=$(version)
work=$(mktemp -d "${TMPDIR:-/tmp}/droveway-deb-test.XXXXXX")
trap 'rm -rf --one-file-system "$work"' EXIT
checks=0
ok() { checks=$((checks + 1)); printf 'ok   %s\n' "$1"; }

# There is no bug about the first upload, because the packages are not uploaded to Debian.
lintian --fail-on error,warning --suppress-tags initial-upload-closes-no-bugs --allow-root --no-cfg "$folder"/*.dsc "$folder"/*.deb >"$work/lintian" 2>&1 ||
  { cat "$work/lintian" >&2; die 'lintian finds mistakes'; }
ok 'lintian'

root=$(debian bookworm bash-completion ca-certificates curl libcurl4 libgnutls30 libmicrohttpd12 libseccomp2 libyaml-dev gcc libc6-dev man-db pkg-config systemd)
mkdir "$work/root"
tar --extract --file "$root" --directory "$work/root"
mkdir "$work/root/new" "$work/root/old" "$work/root/tree"
cp "$folder"/*.deb "$work/root/new/"
rm -f "$work"/root/new/*-dbgsym_*
cp -R demo tests/payloads "$work/root/tree/"
# The previous version is this one under another number.
for package in "$work"/root/new/*.deb; do
  dpkg-deb -R "$package" "$work/package"
  sed -i -E "s/^Version: .*/Version: 0.0.1-1/; s/\((>?=) ${version//./\\.}-1\)/(\1 0.0.1-1)/g" "$work/package/DEBIAN/control"
  sed -i 's/^DROVEWAY_OPTIONS=.*/DROVEWAY_OPTIONS="--log-format text"/' "$work/package/etc/default/droveway" 2>/dev/null || true
  (cd "$work/package" && find . -path ./DEBIAN -prune -o -type f -printf '%P\0' | xargs -0r md5sum >DEBIAN/md5sums)
  dpkg-deb -b --root-owner-group "$work/package" "$work/root/old/$(basename "$package")" >/dev/null
  rm -rf "$work/package"
done
cat >"$work/root/steps" <<'STEPS'
set -eu
version=$1
export DEBIAN_FRONTEND=noninteractive
say() { printf 'ok   %s\n' "$1"; }
same() { [ "$2" = "$3" ] || { printf 'deb: %s: "%s", not "%s"\n' "$1" "$3" "$2" >&2; exit 1; }; say "$1"; }
quiet() { "$@" >/tmp/log 2>&1 || { cat /tmp/log >&2; echo "deb: failed: $*" >&2; exit 1; }; }
arch=$(dpkg --print-architecture)

quiet apt-get install -y /old/droveway_*_"$arch".deb /old/droveway-server_*_all.deb /old/libdroveway*_"$arch".deb
same 'installed' 0.0.1-1 "$(dpkg-query -W -f '${Version}' droveway)"
same 'the user of the service' _droveway "$(id -un _droveway)"
printf 'rules: {gateway-in-pool: warn}\n' >>/etc/droveway/policy.yaml
quiet apt-get install -y -o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold /new/*.deb
same 'upgraded' "$version-1" "$(dpkg-query -W -f '${Version}' droveway)"
same 'an upgrade keeps the changed policy' 'rules: {gateway-in-pool: warn}' "$(tail -n 1 /etc/droveway/policy.yaml)"
same 'an upgrade replaces an unchanged default' 'DROVEWAY_OPTIONS="--kubeconfig /etc/droveway/kubeconfig"' "$(tail -n 1 /etc/default/droveway)"
quiet dpkg --verify droveway libdroveway0 libdroveway-dev

same 'version' "droveway $version" "$(droveway version | head -n 1)"
same 'the plugin' "$(droveway version)" "$(kubectl-droveway version)"
same 'the man page' 0 "$(man -w droveway >/dev/null; echo $?)"
same 'completion for bash' check "$(bash -c '. /usr/share/bash-completion/completions/droveway; COMP_WORDS=(droveway che) COMP_CWORD=1; _droveway; echo "${COMPREPLY[0]}"')"
status=0
droveway check --state /tree/demo/state /tree/demo/manifests/five-mistakes.yaml >/tmp/log || status=$?
same 'check' 1 "$status"
status=0
droveway check --policy /etc/droveway/policy.yaml --state /tree/demo/state /tree/demo/manifests/migration.yaml >/tmp/log || status=$?
same 'check with the policy of the server' 0 "$status"
printf '#include <droveway/droveway.h>\n#include <stdio.h>\nint main(void) { puts(droveway_version()); }\n' >/tmp/library.c
quiet sh -c 'gcc -Werror -o /tmp/library /tmp/library.c $(pkg-config --cflags --libs droveway)'
same 'the library' "$version" "$(/tmp/library)"

unit=/lib/systemd/system/droveway.service
quiet systemd-analyze verify --man=no "$unit"
say 'systemd-analyze verify'
same 'enabled' enabled "$(systemctl is-enabled droveway)"
exposure=$(systemd-analyze security --offline=true --no-pager "$unit" | sed -n 's/.*Overall exposure level[^:]*: \([0-9.]*\) .*/\1/p')
[ "$(printf '%s\n1.5\n' "$exposure" | sort -g | head -n 1)" = "$exposure" ] || { echo "deb: exposure level $exposure, more than 1.5" >&2; exit 1; }
say "systemd-analyze security: $exposure"

# The steps of README.Debian, and the command of the unit.
install -d -m 750 -g _droveway /etc/droveway/tls
droveway certs --dir /etc/droveway/tls --dns localhost >/tmp/log
chgrp _droveway /etc/droveway/tls/tls.key
chmod 640 /etc/droveway/tls/tls.key
mv /etc/droveway/tls/ca.key /root/droveway-ca.key
command=$(sed -n 's/^ExecStart=//p' "$unit" | sed 's/\$DROVEWAY_OPTIONS/--state \/tree\/demo\/state --listen 127.0.0.1:8443 --shutdown-delay 0s/')
setpriv --reuid=_droveway --regid=_droveway --clear-groups --no-new-privs --bounding-set=-all sh -c "exec $command" 2>/tmp/server.log &
server=$!
for _ in $(seq 200); do
  ! curl -sf --cacert /etc/droveway/tls/ca.crt https://localhost:8443/readyz >/dev/null || break
  kill -0 $server 2>/dev/null || { cat /tmp/server.log >&2; exit 1; }
  sleep 0.1
done
answer=$(curl -sf --cacert /etc/droveway/tls/ca.crt -H 'Content-Type: application/json' --data-binary @/tree/payloads/recorded/validate-kubevirt-update.json https://localhost:8443/validate | grep -o '"allowed":[a-z]*')
same 'the service denies over TLS' '"allowed":false' "$answer"
kill $server
status=0
wait $server || status=$?
same 'the service ends' 0 "$status"

quiet apt-get purge -y droveway droveway-server libdroveway0 libdroveway-dev
same 'purged' '' "$(dpkg-query -W -f '${Package}\n' '*droveway*' 2>/dev/null || true)"
rm -rf /etc/droveway/tls
rmdir /etc/droveway 2>/dev/null || true
same 'nothing is left' '' "$(find /etc /usr /lib /var -name '*droveway*' ! -path '/var/log/*' ! -path '/var/lib/apt/*' ! -path '/var/lib/systemd/deb-systemd-helper*')"
STEPS
inside "$work/root" bash /steps "$version" >"$work/out" </dev/null || { cat "$work/out"; die 'see the message above'; }
cat "$work/out"
checks=$((checks + $(grep -c '^ok ' "$work/out")))
echo "deb: $checks checks passed"
