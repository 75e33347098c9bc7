#!/usr/bin/env bash
# Prints the folder with kube-controller-manager, and the one with the sources and build/droveway of the commit to upgrade from. Both are
# built once, and are outside the tree. FROM names another commit.
set -euo pipefail
cd "$(dirname "$0")"
# The last commit whose manifests registered the webhooks in the same step.
FROM=${FROM:-2b7459b3b71063d6e526884aaa5459aa7838fa4b}
../e2e/kubernetes.sh "$PWD" kube-controller-manager
commit=$(git rev-parse --verify --quiet "$FROM^{commit}") || { echo "upgrade: commit $FROM is not in this clone; run \`git fetch --unshallow\`" >&2; exit 1; }
folder=${XDG_CACHE_HOME:-$HOME/.cache}/droveway/upgrade/$commit
if [ ! -x "$folder/build/droveway" ]; then
  echo "upgrade: building Droveway $FROM, once; takes about 2 minutes on 2 cores" >&2
  mkdir -p "$(dirname "$folder")"
  sources=$(mktemp -d "$folder.XXXXXX")
  trap 'rm -rf "$sources"' EXIT
  git -C ../.. archive "$commit" | tar -x -C "$sources"
  env -u MAKEFLAGS -u MAKELEVEL -u BUILD make -C "$sources" -j"$(nproc)" LTO= NO_LTO=-fno-lto all >"$sources/log" 2>&1 || { tail -n 20 "$sources/log" >&2; exit 1; }
  mv -T "$sources" "$folder" 2>/dev/null || [ -x "$folder/build/droveway" ] # another run was faster
fi
echo "$folder"
