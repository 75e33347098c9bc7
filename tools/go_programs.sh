# shellcheck shell=bash
# Builds programs from Go modules once, and keeps them outside the tree. Sourced by scripts that are in the folder of the go.mod.

# key FILE...: a text that changes with these files.
key() { cat "$@" | sha256sum | cut -c1-16; }

# module_folder MODULE: prints the folder with the files of a module of go.mod. Unlike `go list -m`, it downloads them if nothing needed
# them before.
module_folder() { go mod download -json "$1" | sed -n 's/^\t"Dir": "\(.*\)",$/\1/p'; }

# build_once NAME FOLDER PROGRAM WHAT [HINT]: prints FOLDER. If it does not have PROGRAM, the caller's function build_programs writes them
# into a new folder, its argument, which becomes FOLDER. WHAT says what is built and how long that takes; HINT what to do without Go.
build_once() {
  local name=$1 folder=$2 program=$3 what=$4 hint=${5:-}
  if [ ! -x "$folder/$program" ]; then
    command -v go >/dev/null || { echo "$name: Go $(sed -n 's/^go //p' go.mod) or later is needed, to build programs; install it$hint" >&2; exit 1; }
    echo "$name: building $what on 2 cores, once" >&2
    mkdir -p "$(dirname "$folder")"
    build=$(mktemp -d "$folder.XXXXXX")
    trap 'rm -rf "$build"' EXIT
    build_programs "$build" >&2
    chmod 755 "$build"
    mv -T "$build" "$folder" 2>/dev/null || [ -x "$folder/$program" ] # another run was faster
  fi
  echo "$folder"
}
