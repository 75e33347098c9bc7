#!/usr/bin/env bash
# Installs the Debian packages of the given groups, unless they are installed already.
set -euo pipefail

declare -A groups=(
  [build]="gcc make pkg-config libc6-dev libmicrohttpd-dev libssl-dev libyaml-dev libcurl4-openssl-dev libgnutls28-dev libseccomp-dev"
  [test]="libcmocka-dev libjson-c-dev libjansson-dev libxml2-utils curl openssl git patch"
  [demo]="curl jq"
  [lint]="clang-format clang-tidy cppcheck shellcheck git python3"
  [fuzz]="clang llvm libclang-rt-14-dev libjson-c-dev libjansson-dev"
  [coverage]="gcovr"
  [bundle]="git jq python3 python3-yaml"
  [krew]="git python3"
  [valgrind]="valgrind wrk curl"
  [portable]="git iproute2 util-linux"
  [mutants]="git python3"
  [bench]="wrk valgrind python3 openssl"
  [e2e]="git iproute2 util-linux etcd-server etcd-client haproxy jq curl openssl python3 python3-cram python3-yaml procps"
  [upgrade]="iproute2 util-linux python3"
  [lab]="etcd-server iproute2 nftables iptables python3"
  [readers]="iproute2 util-linux python3"
  [oracle]="python3"
  [attacks]="slowhttptest openssl curl python3"
  [docs]="python3 git jq libxml2-utils librsvg2-bin fonts-dejavu-core"
  [sarif]="python3 python3-jsonschema"
  [schemas]="python3 python3-jsonschema python3-yaml"
  [monitoring]="prometheus curl jq"
  [browser]="chromium fonts-dejavu-core python3"
  [shells]="bash zsh fish mandoc git pre-commit python3"
  [release]="file mmdebstrap lintian dpkg-dev util-linux iproute2 python3 perl-base git gcc-x86-64-linux-gnu gcc-aarch64-linux-gnu gcc-s390x-linux-gnu"
  [cross]="gcc-aarch64-linux-gnu gcc-s390x-linux-gnu libc6-dev-arm64-cross libc6-dev-s390x-cross mmdebstrap pkg-config make"
  [emulation]="qemu-user-static binutils curl openssl jq"
  [image]="mmdebstrap buildah podman runc skopeo curl jq git"
)

# The package gcc provides the compiler for this machine's own architecture; no real package has that name.
own=gcc-$(uname -m | tr _ -)-linux-gnu
missing=()
for group in "$@"; do
  for package in ${groups[$group]:?unknown group $group}; do
    [ "$package" != "$own" ] || package=gcc
    dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null | grep -qx installed || missing+=("$package")
  done
done
[ ${#missing[@]} -eq 0 ] && exit 0

as_root=()
if [ "$(id -u)" -ne 0 ]; then
  command -v sudo >/dev/null || { echo "deps: as root, install: ${missing[*]}" >&2; exit 1; }
  as_root=(sudo)
fi
echo "deps: installing ${missing[*]}"
export DEBIAN_FRONTEND=noninteractive
log=$(mktemp)
trap 'rm -f "$log"' EXIT
if ! { "${as_root[@]}" apt-get update -q && "${as_root[@]}" apt-get install -y -q --no-install-recommends "${missing[@]}"; } >"$log" 2>&1; then
  tail -n 20 "$log" >&2
  echo "deps: apt-get could not install: ${missing[*]}" >&2
  exit 1
fi
