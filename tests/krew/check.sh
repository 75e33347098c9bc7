#!/usr/bin/env bash
# Makes archives and the manifest of the krew plugin, validates them with krew's validator, which also installs each platform, and
# installs the plugin with krew. Needs kubectl ($KUBECTL), $BUILD/droveway, and Go for the first run.
set -euo pipefail
cd "$(dirname "$0")/../.."
kubectl=$(realpath "${KUBECTL:?set KUBECTL to the kubectl to use}")
droveway=$(realpath "${BUILD:-build}/droveway")
assets=$(tests/krew/assets.sh)
work=$(mktemp -d "${TMPDIR:-/tmp}/droveway-krew.XXXXXX")
server=''
end() {
  [ -z "$server" ] || kill "$server" 2>/dev/null || true
  rm -rf "$work"
}
trap end EXIT
trap 'exit 130' INT TERM
die() {
  echo "krew: $1" >&2
  exit 1
}

# The archive for arm64 contains the program of this machine; only a release has the right one.
mkdir -p "$work/tree/bin" "$work/path" "$work/www"
cp "$droveway" "$work/tree/bin/droveway"
for arch in amd64 arm64; do
  integrations/krew/archive.sh "$work/tree" "$work/www/droveway-krew-linux-$arch.tar.gz"
done
integrations/krew/archive.sh "$work/tree" "$work/again.tar.gz"
cmp "$work/again.tar.gz" "$work/www/droveway-krew-linux-amd64.tar.gz" || die 'the same tree gives different archives'

# krew downloads the archives from a server on loopback, which chooses its port.
python3 -u -c '
import functools, http.server, sys
handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=sys.argv[1])
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
print(server.server_port, flush=True)
server.serve_forever()' "$work/www" >"$work/port" 2>"$work/server.log" &
server=$!
for _ in $(seq 100); do
  [ ! -s "$work/port" ] || break
  sleep 0.1
done
integrations/krew/manifest.sh "http://127.0.0.1:$(cat "$work/port")" "$work"/www/*amd64.tar.gz "$work"/www/*arm64.tar.gz >"$work/droveway.yaml"
grep -q '@[A-Z]' "$work/droveway.yaml" && die 'a word in the manifest was not filled in'

ln -s "$kubectl" "$work/path/kubectl"
ln -s "$assets/kubectl-krew" "$work/path/kubectl-krew"
export PATH=$work/path:$PATH HOME=$work KREW_ROOT=$work/krew KUBECONFIG=/dev/null
validates() { "$assets/validate-krew-manifest" -manifest "$1" >"$work/validator" 2>&1; }
validates "$work/droveway.yaml" || { cat "$work/validator" >&2; die "krew's validator rejects the manifest"; }
tail -n 1 "$work/validator"

# Without an index, krew lists and uninstalls nothing.
git init -q "$KREW_ROOT/index/default"
kubectl krew install --manifest "$work/droveway.yaml" --archive "$work"/www/*amd64.tar.gz </dev/null
export PATH=$KREW_ROOT/bin:$PATH
version=$(sed -n 's/^VERSION *:= *//p' Makefile)
kubectl droveway version | tee "$work/version"
grep -q "$version" "$work/version" || die "the installed plugin does not print version $version"
kubectl krew list 2>/dev/null | grep -qw droveway || die 'krew does not list the plugin'
kubectl krew uninstall droveway
! kubectl droveway version >/dev/null 2>&1 || die 'the plugin still runs after its removal'

# rejected SED TEXT: with this change of the manifest, krew's validator must fail and say TEXT.
rejected() {
  mkdir -p "$work/wrong"
  sed "$1" "$work/droveway.yaml" >"$work/wrong/droveway.yaml"
  ! validates "$work/wrong/droveway.yaml" || die "krew's validator accepts the manifest after: $1"
  grep -q "$2" "$work/validator" || { cat "$work/validator" >&2; die "krew's validator does not say \"$2\" after: $1"; }
  mistakes=$((mistakes + 1))
}
mistakes=0
rejected 's/^  version: v/  version: /' 'version'
rejected 's/shortDescription:.*/shortDescription: ""/' 'short description'
rejected 's/arch: arm64/arch: amd64/' 'overlapping'
rejected 's/sha256: ./sha256: /' 'sha256\|checksum'
rejected 's/bin: .*/bin: bin\/kubectl-droveway/' 'bin'
rejected 's/^  name: .*/  name: drover/' 'name'
rm "$work/tree/bin/droveway"
! integrations/krew/archive.sh "$work/tree" "$work/again.tar.gz" 2>"$work/error" || die 'an archive without the program was made'
grep -q 'bin/droveway is missing' "$work/error"
tar -xzf "$work/www/droveway-krew-linux-amd64.tar.gz" -C "$work/tree"
rm "$work/tree/LICENSE"
tar -czf "$work/www/droveway-krew-linux-amd64.tar.gz" -C "$work/tree" .
rejected "0,/sha256: .*/s//sha256: $(sha256sum "$work/www/droveway-krew-linux-amd64.tar.gz" | cut -d' ' -f1)/" 'license'
echo "krew: the plugin was validated, installed and removed; $mistakes mistakes rejected"
