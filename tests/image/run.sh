#!/usr/bin/env bash
# Builds the image and runs it, without a registry: mmdebstrap creates the base from Debian's mirror, and podman runs the image on
# loopback as the manifests do (with its own user, no capabilities, a read-only root and little memory). Needs root. Images and
# containers are in a temporary directory; the base is kept for a week in ${XDG_CACHE_HOME:-~/.cache}/droveway.
#
# Environment: IMAGE_TWICE=1 makes the second build, which is compared with the first, start from nothing (default: from the compiler);
# DEBIAN_MIRROR (http://deb.debian.org); STORAGE_DRIVER (overlay, or vfs if overlay does not work).
set -euo pipefail
cd "$(dirname "$0")/../.."

die() {
  printf 'image-test: %s\n' "$1" >&2
  exit 1
}
[ "$(id -u)" -eq 0 ] || die 'must run as root, because it creates a root file system and starts containers with limits'
for tool in mmdebstrap buildah podman runc curl jq git; do
  command -v "$tool" >/dev/null || die "$tool is missing; tools/deps.sh image installs it"
done
work=$(mktemp -d "${TMPDIR:-/tmp}/droveway-image.XXXXXX")
image=localhost/droveway:test
container=''
# shellcheck source=tools/container_storage.sh
. tools/container_storage.sh
make_storage "$work"
podman=(timeout 120 podman --runtime runc --cgroup-manager cgroupfs --events-backend none --tmpdir "$work/tmp")

clean_up() {
  local status=$?
  if [ "$status" -ne 0 ] && [ -n "$container" ]; then "${podman[@]}" logs "$container" 2>&1 | tail -n 20 >&2; fi
  {
    "${podman[@]}" rm --all --force --time 0
    buildah rm --all
    find /sys/fs/cgroup -depth -type d -path "*/${work##*/}*" -exec rmdir {} +
  } >/dev/null 2>&1 || true
  remove_storage "$work"
  exit "$status"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

checks=0
# ok WHAT: reports a check that passed. expect WHAT ACTUAL EXPECTED: compares two texts.
ok() {
  checks=$((checks + 1))
  printf 'ok   %s\n' "$1"
}
expect() {
  [ "$2" = "$3" ] || die "$1: \"$2\", not \"$3\""
  ok "$1: $2"
}

# --- the base: Debian with its security updates ---

base=$(tools/debian_base.sh)

# --- two builds give the same image ---

# copy DIRECTORY: copies the files that the build reads from the work tree, if git knows them.
copy() {
  mkdir -p "$1"
  git ls-files -z -- Containerfile .dockerignore LICENSE Makefile include integrations/completions src tools/embed.sh tools/image.sh |
    tar --create --null --files-from - --ignore-failed-read 2>/dev/null | tar --extract --directory "$1"
}
version=$(sed -n 's/^VERSION *:= *//p' Makefile)
revision=$(git rev-parse HEAD)
epoch=$(git log -1 --format=%ct)
# build TREE TAG
build() {
  local begin=$SECONDS
  ENGINE=buildah BUILD_OPTIONS='--isolation chroot --pull-never --layers' \
    BASE=localhost/debian:bookworm-slim IMAGE=$2 VERSION=$version REVISION=$revision SOURCE_DATE_EPOCH=$epoch \
    SOURCE_URL=https://example.org/droveway "$1/tools/image.sh" >"$work/log" 2>&1 ||
    { tail -n 40 "$work/log" >&2; die 'the image could not be built'; }
  printf 'built in %d s\n' $((SECONDS - begin))
}
import() { "${podman[@]}" import -q -c 'CMD ["bash"]' "$base" localhost/debian:bookworm-slim >/dev/null; }
identity() { "${podman[@]}" image inspect --format '{{.Id}} {{.RootFS.Layers}}' "$image"; }

copy "$work/tree"
import
build "$work/tree" "$image"
first=$(identity)
copy "$work/again"
if [ -n "${IMAGE_TWICE:-}" ]; then
  make_storage "$work/second"
  import
else
  # Adds a comment, so that the later steps do not reuse those of the first build.
  echo '/* built again */' >>"$work/again/src/base/error.h"
fi
build "$work/again" "$image"
expect 'a second build gives the same image and layer' "$(identity)" "$first"

# --- contents ---

inspect() { "${podman[@]}" image inspect --format "{{$1}}" "$image"; }
label() { inspect "index .Labels \"org.opencontainers.image.$1\""; }
expect 'user' "$(inspect .Config.User)" 65532:65532
expect 'entry point' "$(inspect 'json .Config.Entrypoint')" '["/usr/bin/droveway"]'
expect 'label title' "$(label title)" Droveway
expect 'label licenses' "$(label licenses)" Apache-2.0
expect 'label version' "$(label version)" "$version"
expect 'label revision' "$(label revision)" "$revision"
expect 'label source' "$(label source)" https://example.org/droveway
expect 'label created' "$(label created)" "$(date -u -d "@$epoch" +%Y-%m-%dT%H:%M:%SZ)"
[ -n "$(label description)" ] || die 'the label description is missing'

root=$("${podman[@]}" image mount "$image")
expect 'programs' "$(cd "$root" && find . -type f -perm /111 ! -name '*.so' ! -name '*.so.*')" ./usr/bin/droveway
expect 'setuid and setgid files' "$(find "$root" -perm /6000 -type f)" ''
expect 'files that its user can write' "$(find "$root" ! -type l \( -perm /0002 -o -user 65532 -o -group 65532 \))" ''
loader=/$(cd "$root" && find . -name 'ld-linux*.so.*' -printf '%P\n')
size=$(inspect .Size)
compressed=$(tar --create --directory "$root" . | gzip -n | wc -c)
find "$root" -type f -size +90k -printf '     %9s  %P\n' | sort -rn
[ "$size" -le 20000000 ] || die "the image has $size bytes, more than 20,000,000"
ok "size: $((size / 100000 / 10)).$((size / 100000 % 10)) MB, compressed $((compressed / 100000 / 10)).$((compressed / 100000 % 10)) MB"
expect 'time stamps of its files' "$(find "$root" -mindepth 1 -printf '%Ts\n' | sort -u)" "$epoch"
"${podman[@]}" image unmount "$image" >/dev/null

# --- running ---

# Both limits are set, because podman would otherwise try to raise one, which it may not.
limits=(--network host --read-only --read-only-tmpfs=false --cap-drop ALL --security-opt no-new-privileges
  --ulimit nofile=1024:4096 --ulimit nproc=4096:4096 --memory 64m --pids-limit 64 --log-driver k8s-file
  --cgroup-parent "/${work##*/}")
once() { "${podman[@]}" run --rm "${limits[@]}" "$@"; }

expect 'version' "$(once "$image" version | head -n 1 | grep -oF "$version")" "$version"
status=0
once --entrypoint /bin/sh "$image" -c true >"$work/log" 2>&1 || status=$?
expect 'no shell: exit status of podman' "$status" 127
libraries=$(once --entrypoint "$loader" "$image" --list /usr/bin/droveway)
expect 'missing libraries' "$(grep 'not found' <<<"$libraries" || true)" ''
ok "libraries: $(grep -c ' => /' <<<"$libraries")"

# The commands of the README and of docs/image.md: a mounted folder, and standard input. Its user must be able to read the files,
# whatever umask the tree was checked out with.
install -d "$work/manifests"
sed 's/bond2/bnod2/' demo/manifests/migration.yaml >"$work/manifests/migration.yaml"
cp -R demo/state "$work/state"
chmod -R a+rX "$work/manifests" "$work/state"
status=0
found=$(once --volume "$work/manifests:/manifests:ro" --volume "$work/state:/state:ro" "$image" \
  check /manifests --state /state --no-snippets) || status=$?
expect 'check of a mounted folder: exit status' "$status" 1
expect 'check of a mounted folder' "$(sed -n 's/: no such NIC.*//p' <<<"$found" | head -n 1)" \
  '/manifests/migration.yaml:13:17: error: spec.config.master: Not found: "bnod2"'
status=0
once --interactive "$image" check - <demo/manifests/migration.yaml >"$work/log" || status=$?
expect 'check of standard input: exit status' "$status" 0

install -d -o 65532 -g 65532 "$work/tls"
once --volume "$work/tls:/tls" "$image" certs --dir /tls --dns droveway.test.svc >/dev/null
# The paths in the image's default command.
serve=(serve --listen 127.0.0.1:0 --state /state)
while read -r argument; do
  case $argument in serve) ;; *) serve+=("$argument") ;; esac
done < <(inspect 'json .Config.Cmd' | jq -r '.[]')
if [[ $(once "$image" serve --help) = *--shutdown-delay* ]]; then serve+=(--shutdown-delay 0); fi
container=$("${podman[@]}" run --detach "${limits[@]}" --volume "$work/tls:/etc/droveway/tls:ro" \
  --volume "$work/state:/state:ro" "$image" "${serve[@]}") || die 'podman could not start it; see its output above'

running() { [ "$("${podman[@]}" container inspect --format '{{.State.Running}}' "$container")" = true ]; }
port=''
for _ in $(seq 100); do
  port=$("${podman[@]}" logs "$container" 2>&1 | jq -rR 'fromjson? | select(.msg == "listening").port')
  [ -z "$port" ] || break
  running || die 'the container has exited'
  sleep 0.1
done
[ -n "$port" ] || die 'the webhook does not listen'
# ask PATH [CURL-OPTION...]
ask() {
  curl --silent --show-error --fail --max-time 10 --noproxy '*' --cacert "$work/tls/ca.crt" \
    --resolve "droveway.test.svc:$port:127.0.0.1" "https://droveway.test.svc:$port$1" "${@:2}"
}
for _ in $(seq 100); do
  ask /readyz >/dev/null 2>&1 && break
  sleep 0.1
done
ask /readyz >/dev/null || die 'the webhook does not become ready'
ok '/readyz over TLS, with a check of its CA'

# review NAME ALLOWED
review() {
  local file=tests/payloads/recorded/$1.json
  expect "$1: allowed" "$(ask '/validate?timeout=5s' -H 'Content-Type: application/json' --data-binary @"$file" |
    jq -r --slurpfile asked "$file" 'select(.response.uid == $asked[0].request.uid).response.allowed')" "$2"
}
review validate-nad-create true
review validate-kubevirt-update false

# Tests the image's own libcurl and /etc/hosts: `audit` asks the webhook itself, as if that were an API server without objects.
# audit CA-DIRECTORY
audit() {
  once --add-host droveway.test.svc:127.0.0.1 --volume "$work/kubeconfig:/kubeconfig:ro" --volume "$1:/ca:ro" \
    "$image" audit --kubeconfig /kubeconfig 2>&1 || true
}
cat >"$work/kubeconfig" <<YAML
apiVersion: v1
kind: Config
clusters: [{name: test, cluster: {server: "https://droveway.test.svc:$port", certificate-authority: /ca/ca.crt}}]
users: [{name: test, user: {token: test}}]
contexts: [{name: test, context: {cluster: test, user: test}}]
current-context: test
YAML
chmod a+r "$work/kubeconfig"
install -d -o 65532 -g 65532 "$work/other"
once --volume "$work/other:/tls" "$image" certs --dir /tls --dns droveway.test.svc >/dev/null
expect 'audit over TLS' "$(audit "$work/tls" | grep -o '^nothing to audit')" 'nothing to audit'
expect 'audit with an unknown CA' "$(audit "$work/other" | grep -o 'SSL certificate problem')" 'SSL certificate problem'

pid=$("${podman[@]}" container inspect --format '{{.State.Pid}}' "$container")
field() { sed -n "s/^$1:[[:space:]]*//p" "/proc/$pid/status" | tr '\t' ' '; }
expect 'runs as' "$(field Uid) $(field Gid)" '65532 65532 65532 65532 65532 65532 65532 65532'
expect 'capabilities' "$(field CapEff) $(field CapBnd)" '0000000000000000 0000000000000000'
memory=$(field VmHWM | cut -d' ' -f1)
[ "$memory" -le 32768 ] || die "the webhook used $memory kB for a few reviews"
ok "peak memory: $memory kB"

begin=$SECONDS
"${podman[@]}" kill --signal TERM "$container" >/dev/null
expect 'exit status on SIGTERM' "$("${podman[@]}" wait "$container")" 0
[ $((SECONDS - begin)) -le 10 ] || die "the webhook took $((SECONDS - begin)) s to stop"
container=''
echo "image-test: $checks checks passed"
