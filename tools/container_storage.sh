# shellcheck shell=bash
# Storage of podman and buildah for one run only. To be sourced.

runroots=()

# make_storage FOLDER: lets podman and buildah keep everything in FOLDER, also those that other scripts start. podman accepts a runroot of
# at most 50 characters, so it is not in FOLDER.
make_storage() {
  local driver=${STORAGE_DRIVER:-overlay}
  mkdir -p "$1"
  if [ -z "${STORAGE_DRIVER:-}" ] && [ "$(stat -f -c %T "$1")" = overlayfs ]; then driver=vfs; fi
  runroots+=("$(mktemp -d /tmp/droveway-run.XXXXXX)")
  printf '[storage]\ndriver = "%s"\ngraphroot = "%s"\nrunroot = "%s"\n' "$driver" "$1/store" "${runroots[-1]}" >"$1/storage.conf"
  export CONTAINERS_STORAGE_CONF=$1/storage.conf
}

# remove_storage FOLDER: removes FOLDER, with all storage in it, and the runroots, after unmounting what is still mounted there.
remove_storage() {
  local folder
  for folder in "$1" "${runroots[@]}"; do
    findmnt --list --noheadings --output TARGET | awk -v below="$folder/" 'index($0, below) == 1' | sort -r | xargs -r -d '\n' umount || true
    rm -rf --one-file-system "$folder"
  done
}
