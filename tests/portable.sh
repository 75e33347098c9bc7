#!/usr/bin/env bash
# Runs the tests in an environment unlike that of a developer: a directory with a space in its name, another user, closed standard
# input, no HOME, an unusual time zone, a locale that does not exist, a restrictive umask, no IPv6, and neither /etc/hosts nor
# /etc/resolv.conf. What the machine does not allow (a network or mount namespace) is left out and reported.
#
# Environment: BUILD (build); CONDITIONS (some of "user network files environment"; default: all), to find the cause of a failure.
# Arguments: the test programs, as for run.sh; default: all that were built.
set -euo pipefail
cd "$(dirname "$0")/.."
build=${BUILD:-build}
conditions=" ${CONDITIONS:-user network files environment} "
work=$(mktemp -d "${TMPDIR:-/tmp}/droveway-portable.XXXXXX")
trap 'rm -rf "$work"' EXIT
tree="$work/a tree"

has() { [[ $conditions = *" $1 "* ]]; }
leave_out() {
  conditions=${conditions/ $1 / }
  printf 'portable: left out "%s": %s\n' "$1" "$2" >&2
}

# Copies the files that the tests read, and the built programs.
mkdir -p "$tree/build"
git ls-files -z --cached --others --exclude-standard | while IFS= read -rd '' file; do
  if [ -f "$file" ]; then printf '%s\0' "$file"; fi
done | tar c --null --files-from=- | tar x -C "$tree"
cp "$build/droveway" "$tree/build/"
cp -R "$build/tests" "$tree/build/"
rm -rf "$tree/build/tests/logs"
if [ $# -gt 0 ]; then
  programs=("${@/#"$build"\//build/}")
else
  mapfile -t programs < <(cd "$tree" && find build/tests -mindepth 2 -type f -perm -u=x | LC_ALL=C sort)
fi

command=(tests/run.sh "${programs[@]}")
if has environment; then
  odd=(-u HOME -u USER -u LOGNAME -u LANGUAGE TZ=Pacific/Kiritimati LANG=tr_TR.UTF-8 LC_ALL=nowhere.UTF-8)
  command=(env "${odd[@]}" bash -c 'umask 077 && exec "$@" <&-' bash "${command[@]}")
fi
if has user; then
  if [ "$(id -u)" -eq 0 ]; then
    chmod 755 "$work"
    chown -R 65534:65534 "$tree"
    command=(setpriv --reuid 65534 --regid 65534 --clear-groups "${command[@]}")
  else
    leave_out user "only root can become another user"
  fi
fi

# Uses the kinds of namespaces that are allowed; if the caller is not root, inside a user namespace.
spaces=()
if [ "$(id -u)" -ne 0 ]; then spaces=(--map-current-user --user --keep-caps); fi
if has network && ! unshare "${spaces[@]}" --net true 2>/dev/null; then leave_out network "no network namespace is allowed"; fi
if has files && ! unshare "${spaces[@]}" --mount true 2>/dev/null; then leave_out files "no mount namespace is allowed"; fi
if has network; then spaces+=(--net); fi
if has files; then spaces+=(--mount); fi

cat >"$work/enter.sh" <<'ENTER'
if [[ $1 = *" network "* ]]; then
  echo 1 >/proc/sys/net/ipv6/conf/all/disable_ipv6
  echo 1 >/proc/sys/net/ipv6/conf/lo/disable_ipv6
  ip link set lo up
fi
if [[ $1 = *" files "* ]]; then
  # Empty files, which the C library treats like missing ones. A mount can hide the content of a file, but not the file.
  for file in /etc/hosts /etc/resolv.conf; do
    if [ -e "$file" ]; then mount --bind /dev/null "$file"; fi
  done
fi
shift
# Drops the capabilities of the user namespace, with which tests could read files that they expect to be unreadable.
exec setpriv --ambient-caps -all --inh-caps -all "$@"
ENTER

cd "$tree"
echo "portable:$conditions"
if has network || has files; then command=(unshare "${spaces[@]}" bash -e "$work/enter.sh" "$conditions" "${command[@]}"); fi
BUILD=build TMPDIR=/tmp "${command[@]}"
