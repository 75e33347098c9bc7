#!/usr/bin/env bash
# Checks .github/workflows: actionlint finds nothing; every action is pinned to a commit; each command is a make target that exists
# (or installs make itself); permissions are named for each workflow, and only the job that publishes may write.
set -euo pipefail
cd "$(dirname "$0")/../.."
actionlint=$(release/tools/assets.sh actionlint)/actionlint
folder=${1:-.github/workflows}
status=0
bad() {
  printf 'workflows: %s\n' "$1" >&2
  status=1
}
"$actionlint" -shellcheck shellcheck "$folder"/*.yaml || status=1
for file in "$folder"/*.yaml; do
  grep -q '^permissions:' "$file" || bad "$file: permissions are missing; name them, or everything is allowed"
  while read -r action; do
    [[ $action =~ ^[a-z-]+/[a-z-]+@[0-9a-f]{40}\ #\ v[0-9.]+$ ]] || bad "$file: \"$action\" is not pinned to a commit with its version in a comment"
  done < <(sed -nE 's/^ *-? *uses: //p' "$file")
  while read -r command; do
    case $command in
      'apt-get update -q && apt-get install -y -q --no-install-recommends ca-certificates git make') ;;
      'make '*)
        grep -qE "^([a-z -]+ )?${command#make }( [a-z -]+)?:" Makefile || bad "$file: there is no make target \"${command#make }\""
        ;;
      *) bad "$file: \"$command\" is not a make target, so nobody can try it elsewhere" ;;
    esac
  done < <(sed -nE 's/^ *-? *run: //p' "$file")
  awk '/^  [a-z]+:$/ {job = $1} /: write/ && job != "publish:" {print FILENAME ": the job " job " may write: " $0; bad = 1} END {exit bad}' "$file" >&2 || status=1
done
[ "$status" -eq 0 ] || exit 1
echo "workflows: $(grep -cE '^ *-? *(run|uses): ' "$folder"/*.yaml | awk -F: '{sum += $2} END {print sum}') steps checked"
