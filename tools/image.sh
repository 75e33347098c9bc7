#!/usr/bin/env bash
# Builds the image with podman, buildah or docker, in this order of preference. The same commit and the same Debian packages always
# give the same image. Optional environment variables: IMAGE (its name), BASE (a Debian 12 image to build in), ENGINE (one of the
# three), VERSION, REVISION, SOURCE_URL (labels), SOURCE_DATE_EPOCH (its time), PLATFORM (such as linux/arm64; default: this machine's),
# ENGINE_OPTIONS and BUILD_OPTIONS (split at spaces).
set -euo pipefail
cd "$(dirname "$0")/.."

die() {
  printf 'image: %s\n' "$1" >&2
  exit 1
}

engine=${ENGINE:-}
for candidate in podman buildah docker; do
  [ -z "$engine" ] || break
  if command -v "$candidate" >/dev/null; then engine=$candidate; fi
done
[ -n "$engine" ] || die 'none of podman, buildah and docker is installed; one of them is needed to build the image'
command -v "$engine" >/dev/null || die "$engine is not installed"

in_git() { git rev-parse --is-inside-work-tree >/dev/null 2>&1; }
version=${VERSION:-$(sed -n 's/^VERSION *:= *//p' Makefile)}
revision=${REVISION:-}
epoch=${SOURCE_DATE_EPOCH:-}
source_url=${SOURCE_URL:-}
if in_git; then
  [ -n "$revision" ] || revision=$(git rev-parse HEAD)$([ -z "$(git status --porcelain)" ] || echo -dirty)
  [ -n "$epoch" ] || epoch=$(git log -1 --format=%ct)
  # Removes a user and password, and converts git@host:path to the URL of the web page.
  [ -n "$source_url" ] || source_url=$(git config --get remote.origin.url |
    sed -nE -e 's#^(ssh://)?git@([^:/]+)[:/]#https://\2/#' -e 's#^(https?://)([^/@]*@)?#\1#; s#\.git$##; /^https?:/p' || true)
fi
epoch=${epoch:-$(date +%s)}
[[ $epoch =~ ^[0-9]+$ ]] || die "invalid SOURCE_DATE_EPOCH \"$epoch\"; use a number of seconds"
created=$(date -u -d "@$epoch" +%Y-%m-%dT%H:%M:%SZ 2>/dev/null || date -u -r "$epoch" +%Y-%m-%dT%H:%M:%SZ)

image=${IMAGE:-localhost/droveway:$version}
read -ra engine_options <<<"${ENGINE_OPTIONS:-}"
read -ra build_options <<<"${BUILD_OPTIONS:-}"
arguments=(--file Containerfile --tag "$image" --build-arg "SOURCE_DATE_EPOCH=$epoch")
[ -z "${BASE:-}" ] || arguments+=(--build-arg "BASE=$BASE")
label() { [ -z "$2" ] || arguments+=(--label "org.opencontainers.image.$1=$2"); }
label version "$version"
label revision "$revision"
label created "$created"
label source "$source_url"
# Versions of Podman and Buildah before 1.30 don't know these variables in FROM.
native() { uname -m | sed 's/^x86_64$/amd64/; s/^aarch64$/arm64/'; }
platform=${PLATFORM:-}
[ -z "$platform" ] || arguments+=(--platform "$platform")
case ${engine##*/} in
  docker*) export DOCKER_BUILDKIT=1 SOURCE_DATE_EPOCH=$epoch ;;
  *) arguments+=(--timestamp "$epoch" --build-arg "BUILDPLATFORM=linux/$(native)"
    --build-arg "TARGETARCH=$(basename "${platform:-$(native)}")") ;;
esac

printf 'image: building %s with %s\n' "$image" "$engine"
"$engine" "${engine_options[@]}" build "${arguments[@]}" "${build_options[@]}" . ||
  die "$engine could not build the image; see its output above"
printf 'image: built %s\n' "$image"
