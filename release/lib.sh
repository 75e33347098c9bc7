# shellcheck shell=bash
# Functions that the scripts of a release share. Sourced with the root of the tree as the working directory.

# die MESSAGE: ends with an error.
die() {
  printf '%s: %s\n' "$(basename "$0" .sh)" "$1" >&2
  exit 1
}

# The version of the tree in the working directory.
version() { sed -n 's/^VERSION *:= *//p' Makefile; }

# debian SUITE PACKAGE...: prints an archive of the root of a Debian with these packages. It is made with mmdebstrap, and kept for a
# week in ${XDG_CACHE_HOME:-~/.cache}/droveway/release. DEBIAN_MIRROR can be a mirror, or a day of snapshot.debian.org.
debian() {
  local suite=$1 mirror=${DEBIAN_MIRROR:-http://deb.debian.org} cache=${XDG_CACHE_HOME:-$HOME/.cache}/droveway/release sources key root
  shift
  sources="deb $mirror/debian $suite main"
  case $suite in
    bullseye) ;; # only tests use it: it has no security updates any more
    *) sources+=$'\n'"deb $mirror/debian $suite-updates main"$'\n'"deb $mirror/debian-security $suite-security main" ;;
  esac
  key=$(printf '%s\n' "$sources" "$@" | sha256sum | cut -c1-12)
  root=$cache/$suite-$(dpkg --print-architecture)-$(date -u +%G-W%V)-$key.tar
  if [ ! -s "$root" ]; then
    [ "$(id -u)" -eq 0 ] || die "must run as root, because it creates root file systems"
    command -v mmdebstrap >/dev/null || die "mmdebstrap is missing; tools/deps.sh release installs it"
    mkdir -p "$cache"
    find "$cache" -maxdepth 1 -name "*-$key.tar" -delete
    # With this variable, the same packages give the same archive, whose digest is in the provenance.
    SOURCE_DATE_EPOCH=1 mmdebstrap --quiet --format=tar --variant=minbase --include="$(IFS=,; echo "$*")" "$suite" "$root.$$" - <<<"$sources" >"$root.$$.log" 2>&1 ||
      { tail -n 20 "$root.$$.log" >&2; rm -f "$root.$$" "$root.$$.log"; die "mmdebstrap could not make a Debian $suite from $mirror"; }
    rm -f "$root.$$.log"
    mv "$root.$$" "$root"
  fi
  echo "$root"
}

# inside ROOT [NAME=VALUE...] COMMAND...: runs a command in the folder ROOT as its file system, without network and with no other
# environment. Its mounts and processes end with it. Standard input and output are the caller's.
# shellcheck disable=SC2016 # the inner shell expands these
inside() {
  local root=$1 environment=(PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/nonexistent LC_ALL=C.UTF-8 TZ=UTC)
  shift
  while [[ $1 = [A-Z]*=* ]]; do
    environment+=("$1")
    shift
  done
  env -i "${environment[@]}" unshare --mount --pid --fork --kill-child --uts --ipc --net sh -c '
    root=$1; shift
    mount --bind "$root" "$root"
    mount -t proc proc "$root/proc"
    mkdir -p "$root/dev"
    mount -t tmpfs tmpfs "$root/dev"
    mkdir "$root/dev/shm"
    for device in null zero full random urandom; do touch "$root/dev/$device"; mount --bind "/dev/$device" "$root/dev/$device"; done
    ln -s /proc/self/fd "$root/dev/fd"
    hostname build
    ip link set lo up 2>/dev/null || true
    exec chroot "$root" "$@"' sh "$root" "$@"
}

# The time of everything in a release: that of the commit.
if [ -z "${SOURCE_DATE_EPOCH:-}" ]; then SOURCE_DATE_EPOCH=$(git log -1 --format=%ct 2>/dev/null) || die 'set SOURCE_DATE_EPOCH: this is not a git repository'; fi
[[ $SOURCE_DATE_EPOCH =~ ^[0-9]+$ ]] || die "invalid SOURCE_DATE_EPOCH \"$SOURCE_DATE_EPOCH\"; use a number of seconds"
export SOURCE_DATE_EPOCH
