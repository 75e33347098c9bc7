#!/usr/bin/env bash
# Installs the C API into a folder and uses it from there, as an outside program would: the example is compiled with the
# flags from pkg-config, linked to the shared and to the static library, and run; the headers are compiled as C99 and C++.
set -euo pipefail
cd "$(dirname "$0")/../.."
build=${BUILD:-build}
cc=${CC:-cc}
stage=$(mktemp -d "${TMPDIR:-/tmp}/droveway-library.XXXXXX")
trap 'rm -rf "$stage"' EXIT

fail() {
  echo "installed.sh: $1" >&2
  exit 1
}
# expect STATUS COMMAND...: runs it and checks its exit status. The output is in $stage/out.
expect() {
  local wanted=$1 status=0
  shift
  "$@" >"$stage/out" 2>&1 || status=$?
  [ "$status" = "$wanted" ] || { cat "$stage/out" >&2; fail "exit status $status, not $wanted: $*"; }
}
# shows TEXT: checks that the output contains it.
shows() {
  grep -qF -- "$1" "$stage/out" || { cat "$stage/out" >&2; fail "the output lacks: $1"; }
}

make -s install BUILD="$build" DESTDIR="$stage" PREFIX=/usr
lib=$stage/usr/lib
doc=$stage/usr/share/doc/droveway
PKG_CONFIG_LIBDIR=$lib/pkgconfig:$(pkg-config --variable pc_path pkg-config)
export PKG_CONFIG_LIBDIR
config() {
  PKG_CONFIG_SYSROOT_DIR=$stage PKG_CONFIG_ALLOW_SYSTEM_CFLAGS=1 PKG_CONFIG_ALLOW_SYSTEM_LIBS=1 pkg-config "$@" droveway
}

# --- the installed files ---

headers=$(find "$stage/usr/include/droveway" -name '*.h' | wc -l)
[ "$headers" -le 5 ] || fail "$headers headers, more than five"
version=$(config --modversion)
[ "$(readlink "$lib/libdroveway.so.0")" = "libdroveway.so.$version" ] || fail "libdroveway.so.0 does not lead to version $version"
soname=$(readelf -d "$lib/libdroveway.so" | sed -n 's/.*(SONAME).*\[\(.*\)\]/\1/p')
[ "$soname" = libdroveway.so.0 ] || fail "the soname is \"$soname\""
grep -q "DROVEWAY_VERSION \"$version\"" "$stage/usr/include/droveway/error.h" || fail "the headers are not of version $version"

declared=$(cat "$stage"/usr/include/droveway/*.h | grep '^DROVEWAY_API' -A1 | grep -o 'droveway_[a-z_]*(' | tr -d '(' | sort -u)
[ -n "$declared" ] || fail "the headers declare nothing"
exports() { # LIBRARY [OPTION]
  diff <(echo "$declared") <(nm "${@:2}" --defined-only --extern-only "$1" | awk 'NF == 3 {print $3}' | sort -u) >&2 ||
    fail "${1##*/} does not export what the headers declare (<)"
}
exports "$lib/libdroveway.so" -D
exports "$lib/libdroveway.a"

# --- each header on its own ---

for header in "$stage"/usr/include/droveway/*.h; do
  echo "#include <droveway/${header##*/}>" >"$stage/alone.c"
  cp "$stage/alone.c" "$stage/alone.cc"
  # shellcheck disable=SC2046
  $cc -std=c99 -Wall -Wextra -Wpedantic -Werror $(config --cflags) -fsyntax-only "$stage/alone.c"
  if command -v c++ >/dev/null; then
    # shellcheck disable=SC2046
    c++ -std=c++11 -Wall -Wextra -Wpedantic -Werror $(config --cflags) -fsyntax-only "$stage/alone.cc"
  fi
done

# --- the example ---

# shellcheck disable=SC2046
$cc -std=c99 -Wall -Wextra -Wpedantic -Werror -o "$stage/shared" "$doc/examples/lint.c" $(config --cflags --libs)
# shellcheck disable=SC2046
$cc -std=c99 -Wall -Wextra -Wpedantic -Werror $(config --cflags) -o "$stage/static" "$doc/examples/lint.c" "$lib/libdroveway.a" \
  $(pkg-config --static --libs-only-l droveway | sed 's/-ldroveway//') -pthread
export LD_LIBRARY_PATH=$lib
[[ $(readelf -d "$stage/shared") = *NEEDED*libdroveway.so.0* ]] || fail "the example does not need libdroveway.so.0"
for library in microhttpd gnutls crypto curl seccomp; do
  ! ldd "$stage/shared" | grep -q "lib$library" || fail "the library pulls in lib$library"
done

for lint in "$stage/shared" "$stage/static"; do
  expect 1 "$lint" demo/state tests/manifests/pair-misspelt
  shows 'tests/manifests/pair-misspelt/hyperconverged.yaml:9:14: error: spec.liveMigrationConfig.network: Not found: "migration-lna"'
  shows '[network-missing]'
  shows 'warning: spec.liveMigrationConfig.network: this change restarts the virt-handler pods'
  shows 'objects: 2, denials: 1, warnings: 1'
  expect 2 "$lint" demo/state Makefile.absent
  shows 'lint: Makefile.absent: '
  expect 2 "$lint"
  shows 'usage: lint STATE FILE...'
  "$build/droveway" review --state demo/state tests/payloads/recorded/validate-nad-create.json >"$stage/expected" || true
  expect 0 "$lint" --review demo/state <tests/payloads/recorded/validate-nad-create.json
  diff "$stage/expected" "$stage/out" >&2 || fail "the library answers unlike \`droveway review\`"
  expect 2 "$lint" --review demo/state </dev/null
done
echo "the C API, version $version: $(wc -l <<<"$declared") functions, used from an installed tree"
