#!/usr/bin/env bash
# Tries the portable archive of this machine's architecture in a folder: portable.sh FOLDER [SUITE...]. It must work in an empty root
# file system, and in each Debian (default: bullseye and trixie, that is 11 and 13): check, audit over TLS with a kubeconfig, serve.
set -euo pipefail
folder=$(realpath "${1:?usage: portable.sh FOLDER [SUITE...]}")
cd "$(dirname "$0")/../.."
. release/lib.sh
shift
[ $# -gt 0 ] || set -- bullseye trixie
version=$(version)
name=droveway-$version-linux-$(dpkg --print-architecture)
[ -s "$folder/$name.tar.gz" ] || die "$folder/$name.tar.gz is missing"
work=$(mktemp -d "${TMPDIR:-/tmp}/droveway-portable.XXXXXX")
trap 'rm -rf --one-file-system "$work"' EXIT
checks=0
same() {
  [ "$2" = "$3" ] || die "$1: \"$3\", not \"$2\""
  checks=$((checks + 1))
  printf 'ok   %s\n' "$1"
}

# put ROOT: unpacks the archive and the files of the tests into a root file system.
put() {
  mkdir -p "$1/opt" "$1/tree" "$1/tmp" "$1/proc"
  tar --extract --no-same-owner --file "$folder/$name.tar.gz" --directory "$1/opt"
  cp -R demo tests/payloads "$1/tree/"
}
packed=$(tar --list --verbose --numeric-owner --file "$folder/$name.tar.gz")
same 'owners and modes in the archive' '' "$(awk '$2 != "0/0" || $1 !~ /^(-rw-r--r--|-rwxr-xr-x|drwxr-xr-x|lrwxr-xr-x)$/' <<<"$packed")"
same 'one folder' "$name" "$(tar --list --file "$folder/$name.tar.gz" | cut -d/ -f1 | sort -u)"

put "$work/empty"
same 'version, in an empty root' "droveway $version" "$(inside "$work/empty" "/opt/$name/bin/droveway" version | head -n 1)"
same 'by a link, in an empty root' "droveway $version" "$(ln -s "/opt/$name/bin/droveway" "$work/empty/link"; inside "$work/empty" /link version | head -n 1)"
status=0
inside "$work/empty" "/opt/$name/bin/kubectl-droveway" check --state /tree/demo/state /tree/demo/manifests/five-mistakes.yaml >"$work/out" || status=$?
same 'check, in an empty root' 1 "$status"
diff <(grep -c error "$work/out") <("${BUILD:-build}/droveway" check --state demo/state demo/manifests/five-mistakes.yaml | grep -c error) >/dev/null || die 'check finds other errors than build/droveway'
mv "$work/empty/opt/$name/lib/droveway/ld.so" "$work/ld.so"
status=0
inside "$work/empty" "/opt/$name/bin/droveway" version >"$work/out" 2>&1 || status=$?
same 'an incomplete archive is reported' "2 droveway: can't start lib/droveway/ld.so, which belongs next to bin/droveway: unpack the whole archive" "$status $(cat "$work/out")"

cat >"$work/steps" <<'STEPS'
set -eu
export PATH=$1/bin:$PATH
version=$2
same() { [ "$2" = "$3" ] || { printf 'portable: %s: "%s", not "%s"\n' "$1" "$3" "$2" >&2; cat /tmp/server.log >&2; exit 1; }; printf 'ok   %s\n' "$1"; }
same version "droveway $version" "$(droveway version | head -n 1)"
same 'libraries of the machine in use' '' "$(LD_TRACE_LOADED_OBJECTS=1 droveway | grep -v "$1/lib/droveway\|linux-vdso\|linux-gate" || true)"
status=0
droveway check --state /tree/demo/state /tree/demo/manifests/five-mistakes.yaml >/tmp/log || status=$?
same 'check: exit status' 1 "$status"
status=0
droveway check --state /tree/demo/state /tree/demo/manifests/migration.yaml >/tmp/log || status=$?
same 'check without mistakes: exit status' 0 "$status"

# A name that only /etc/hosts knows, resolved with an nsswitch.conf that names modules of the machine.
printf '127.0.0.1 localhost droveway.test\n' >/etc/hosts
printf 'hosts: files mymachines resolve [!UNAVAIL=return] myhostname dns\n' >/etc/nsswitch.conf
mkdir -p /tmp/tls
droveway certs --dir /tmp/tls --dns droveway.test >/dev/null
droveway serve --listen 127.0.0.1:8443 --state /tree/demo/state --tls-cert /tmp/tls/tls.crt --tls-key /tmp/tls/tls.key --shutdown-delay 0s 2>/tmp/server.log &
server=$!
for _ in $(seq 200); do
  ! curl -sf --cacert /tmp/tls/ca.crt https://droveway.test:8443/readyz >/dev/null || break
  kill -0 $server 2>/dev/null || { cat /tmp/server.log >&2; exit 1; }
  sleep 0.1
done
answer=$(curl -sf --cacert /tmp/tls/ca.crt -H 'Content-Type: application/json' --data-binary @/tree/payloads/recorded/validate-kubevirt-update.json https://droveway.test:8443/validate | grep -o '"allowed":[a-z]*')
same 'serve denies over TLS' '"allowed":false' "$answer"

# audit WHAT: asks the webhook as if it were an API server without objects.
audit() {
  cat >/tmp/kubeconfig <<END
apiVersion: v1
kind: Config
clusters: [{name: t, cluster: {server: "https://droveway.test:8443"$1}}]
users: [{name: t, user: {token: t}}]
contexts: [{name: t, context: {cluster: t, user: t}}]
current-context: t
END
  droveway audit --kubeconfig /tmp/kubeconfig 2>&1 || true
}
same 'audit over TLS, with the CA of the kubeconfig' 'nothing to audit' "$(audit ', certificate-authority: /tmp/tls/ca.crt' | grep -o '^nothing to audit')"
same 'audit with a CA that did not sign' 'SSL certificate problem' "$(audit '' | grep -o -m 1 'SSL certificate problem')"
same 'audit with SSL_CERT_FILE' 'nothing to audit' "$(SSL_CERT_FILE=/tmp/tls/ca.crt audit '' | grep -o '^nothing to audit')"
# The CAs of the machine, where Debian and where RHEL keeps them.
for place in /etc/ssl/certs/ca-certificates.crt /etc/pki/tls/certs/ca-bundle.crt; do
  rm -rf /etc/ssl/certs /etc/pki
  mkdir -p "$(dirname "$place")"
  cp /tmp/tls/ca.crt "$place"
  same "audit with the CA in $place" 'nothing to audit' "$(audit '' | grep -o '^nothing to audit')"
done
kill $server
status=0
wait $server || status=$?
same 'serve ends' 0 "$status"
STEPS
for suite in "$@"; do
  root=$(debian "$suite" ca-certificates curl libnss-resolve libnss-myhostname)
  mkdir "$work/$suite"
  tar --extract --file "$root" --directory "$work/$suite"
  put "$work/$suite"
  cp "$work/steps" "$work/$suite/steps"
  inside "$work/$suite" bash /steps "/opt/$name" "$version" >"$work/out" </dev/null || { cat "$work/out"; die "in Debian $suite: see the message above"; }
  sed "s/^ok  /ok   $suite:/" "$work/out"
  checks=$((checks + $(grep -c '^ok ' "$work/out")))
  rm -rf --one-file-system "${work:?}/$suite"
done
echo "portable: $checks checks passed"
