#!/usr/bin/env bash
# Builds for another architecture with Debian's cross compiler and the libraries of a Debian of that architecture (the sysroot), which
# is unpacked in ${XDG_CACHE_HOME:-~/.cache}/droveway. The packages of this machine stay as they are, and nothing is emulated.
#
#   tools/cross.sh ARCH TARGET...   makes TARGETs in build/ARCH; ARCH is amd64, arm64 or s390x
#   tools/cross.sh ARCH             prints the folder of the sysroot
#
# Environment: CROSS_BUILD (build/ARCH); SUITE (bookworm) and DEBIAN_MIRROR (http://deb.debian.org) of the sysroot, which is made again
# each week, or all its apt sources in SOURCES, one per line; CROSS_CC_PREFIX (a program before the compiler, such as ccache).
# Variables of make can be among the TARGETs.
set -euo pipefail
cd "$(dirname "$0")/.."

die() {
  printf 'cross: %s\n' "$1" >&2
  exit 2
}
declare -A machines=([amd64]=x86_64 [arm64]=aarch64 [s390x]=s390x)
arch=${1:-}
[ -n "${machines[${arch:-none}]:-}" ] || die "unknown architecture \"$arch\"; use amd64, arm64 or s390x (make cross ARCH=arm64)"
shift
triplet=${machines[$arch]}-linux-gnu
command -v "$triplet-gcc" >/dev/null || die "$triplet-gcc is missing; tools/deps.sh cross installs it"
command -v mmdebstrap >/dev/null || die 'mmdebstrap is missing; tools/deps.sh cross installs it'

suite=${SUITE:-bookworm}
mirror=${DEBIAN_MIRROR:-http://deb.debian.org}
packages=libc-bin,libc6-dev,linux-libc-dev,zlib1g-dev,libmicrohttpd-dev,libssl-dev,libyaml-dev,libcurl4-openssl-dev,libgnutls28-dev,libseccomp-dev,libcmocka-dev,libjson-c-dev,libjansson-dev
sources=${SOURCES:-deb $mirror/debian $suite main
deb $mirror/debian $suite-updates main
deb $mirror/debian-security $suite-security main}
cache=${XDG_CACHE_HOME:-$HOME/.cache}/droveway
sysroot=$cache/sysroot-$suite-$arch-$(date -u +%G-W%V)-$(cksum <<<"$packages $sources" | cut -d' ' -f1)

# unpack FOLDER: downloads the packages and what they depend on, and unpacks them without running any of their programs.
unpack() {
  mmdebstrap --verbose --variant=extract --architectures="$arch" --include="$packages" "$suite" "$1" - <<<"$sources" >"$1.log" 2>&1 ||
    { grep -E '^(E|Err|W):|Not Found' "$1.log" >&2; die "mmdebstrap could not unpack packages for $arch; see $1.log"; }
  rm -rf "${1:?}/dev" # with it, programs under qemu-user would not find this machine's terminals
  # The linker follows symbolic links; an absolute one would lead to a library of this machine.
  find "$1/usr" "$1/lib" -lname '/*' -printf '%p\0%l\0' | while IFS= read -rd '' link && IFS= read -rd '' target; do
    ln -sfnr "$1$target" "$link"
  done
}

mkdir -p "$cache"
exec 9>"$cache/sysroot-$suite-$arch.lock"
flock 9
if [ ! -d "$sysroot" ]; then
  rm -rf "$sysroot.new"
  unpack "$sysroot.new" >&2
  rm -f "$sysroot.new.log"
  mv "$sysroot.new" "$sysroot"
fi
touch "$sysroot"
# Another tree may be using another one.
find "$cache" -maxdepth 1 -name "sysroot-$suite-$arch-*" -mtime +7 -exec rm -rf {} +
exec 9>&-
if [ $# -eq 0 ]; then
  echo "$sysroot"
  exit 0
fi

# In pkg-config's files of the sysroot, paths are relative to it. GNU make passes its own environment to $(shell ...).
export PKG_CONFIG_LIBDIR=$sysroot/usr/lib/$triplet/pkgconfig:$sysroot/usr/share/pkgconfig PKG_CONFIG_SYSROOT_DIR=$sysroot
unset PKG_CONFIG_PATH
exec make --no-print-directory BUILD="${CROSS_BUILD:-build/$arch}" CC="${CROSS_CC_PREFIX:+$CROSS_CC_PREFIX }$triplet-gcc --sysroot=$sysroot" \
  AR="$triplet-gcc-ar" OBJCOPY="$triplet-objcopy" "$@"
