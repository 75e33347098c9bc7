#!/usr/bin/env bash
# Builds the Debian packages and their source package for bookworm into a folder: deb.sh FOLDER. Needs root.
# The build runs in a new Debian 12, without network. DEB_REVISION (1) is Debian's part of the version.
set -euo pipefail
cd "$(dirname "$0")/.."
. release/lib.sh
folder=$(realpath "${1:?usage: deb.sh FOLDER}")
version=$(version)
umask 022
work=$(mktemp -d "${TMPDIR:-/tmp}/droveway-deb.XXXXXX")
trap 'rm -rf --one-file-system "$work"' EXIT

root=$(debian bookworm build-essential debhelper libcmocka-dev libcurl4-openssl-dev libgnutls28-dev libjson-c-dev \
  libmicrohttpd-dev libseccomp-dev libssl-dev libyaml-dev pkg-config)
mkdir "$work/root"
tar --extract --file "$root" --directory "$work/root"

# The path of the build is another one each time; nothing in the packages may depend on it.
place=/build/${work##*.}
source=$work/root$place/droveway-$version
mkdir -p "$source"
tar --create --exclude ./build --exclude ./.git . | tar --extract --no-same-owner --directory "$source"
tar --create --sort=name --owner=0 --group=0 --numeric-owner --mode=u=rwX,go=rX --mtime="@$SOURCE_DATE_EPOCH" --directory "$work/root$place" "droveway-$version" |
  gzip -9n >"$work/root$place/droveway_$version.orig.tar.gz"
cp -R "$source/release/debian" "$source/debian"
release/changelog.sh --debian "${DEB_REVISION:-1}" >"$source/debian/changelog"
chmod -R u=rwX,go=rX "$source"
inside "$work/root" SOURCE_DATE_EPOCH="$SOURCE_DATE_EPOCH" DEB_BUILD_OPTIONS="parallel=$(nproc) ${DEB_BUILD_OPTIONS:-nocheck}" \
  DEB_BUILD_PROFILES="${DEB_BUILD_PROFILES:-nocheck}" sh -c "cd $place/droveway-$version && exec dpkg-buildpackage --unsigned-source --unsigned-changes" \
  >"$work/log" 2>&1 </dev/null || { tail -n "${LINES_OF_LOG:-40}" "$work/log" >&2; die 'the packages could not be built'; }
# shellcheck disable=SC2016 # dpkg-query expands these
inside "$work/root" dpkg-query -W -f '${Package}_${Version}_${Architecture}\n' >"$work/packages"
mkdir -p "$folder"
find "$work/root$place" -maxdepth 1 -type f ! -name '*.buildinfo' ! -name '*.changes' -exec install -m 644 -t "$folder" {} +
install -m 644 "$work/packages" "$folder/.packages-deb"
