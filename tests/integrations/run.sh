#!/usr/bin/env bash
# Tests the integrations: completion in bash, zsh and fish, the kubectl plugin and its completion, the man page and the
# pre-commit hook. Each test runs the real shell or tool on a separate installation.
set -euo pipefail
cd "$(dirname "$0")/../.."
root=$PWD build=${BUILD:-build}
work=$(mktemp -d "${TMPDIR:-/tmp}/droveway-integrations.XXXXXX")
trap 'rm -rf "$work"' EXIT
checks=0
bad() { echo "integrations: $1" >&2; exit 1; }
# same WHAT EXPECTED GOT
same() {
  checks=$((checks + 1))
  [ "$2" = "$3" ] || bad "$1: expected:
$2
got:
$3"
}
# holds WHAT WORD TEXT: checks that WORD is a line of TEXT.
holds() {
  checks=$((checks + 1))
  grep -qxF -- "$2" <<<"$3" || bad "$1: no line \"$2\" in:
$3"
}

make -s install BUILD="$build" DESTDIR="$work/stage" PREFIX=/usr
export PATH=$work/stage/usr/bin:$PATH
same "the plugin's link" droveway "$(readlink "$work/stage/usr/bin/kubectl-droveway")"
commands=$(droveway --help | sed -n 's/^  \([a-z][a-z]*\) .*/\1/p')

# --- bash ---
completed() { # WORDS...: the completions that bash offers for the last one
  bash -c '
    . "$1"
    shift
    COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
    _droveway 2>/dev/null
    printf "%s\n" "${COMPREPLY[@]}"' bash "$work/stage/usr/share/bash-completion/completions/droveway" "$@"
}
for command in $commands; do
  holds "bash, commands" "$command" "$(completed droveway '')"
  for option in $(droveway "$command" --help | grep -oE '^ +(-[a-z], +)?--[a-z0-9-]+' | grep -oE -- '--[a-z0-9-]+'); do
    holds "bash, options of $command" "$option" "$(completed droveway "$command" --)"
  done
done
same "bash, a command" check "$(completed droveway che)"
same "bash, the forms of check" "$(printf 'text\njson\nsarif\njunit\ngithub\ngitlab')" "$(completed droveway check -o '')"
same "bash, a form" sarif "$(completed droveway check -o sa)"
same "bash, a rule" overlap-cluster-network "$(completed droveway explain overlap-c)"
cat >"$work/kubeconfig" <<'END'
contexts: [{name: east/api-1:6443/admin}, {name: west}, {name: 'we$(touch hit)'}]
END
same "bash, contexts" west "$(completed droveway audit --kubeconfig "$work/kubeconfig" --context wes)"
same "bash, a context that is a command" 'we\$\(touch\ hit\)' "$(completed droveway audit --kubeconfig "$work/kubeconfig" --context 'we$')"
same "bash, the default kubeconfig" "$(printf 'east/api-1:6443/admin\nwest\nwe\\$\\(touch\\ hit\\)')" "$(KUBECONFIG=$work/kubeconfig completed droveway map --context '')"
same "bash, no context is run" "" "$(ls hit 2>/dev/null)"
same "bash, steps" "$(printf 'install\nenforce\nverify\nuninstall')" "$(completed droveway preflight '')"
same "bash, a file instead of a step" README.md "$(completed droveway preflight --kubeconfig READ)"
same "bash, shells" "$(printf 'bash\nzsh\nfish')" "$(completed droveway completion '')"
for shell in bash zsh fish; do
  checks=$((checks + 1))
  case $shell in
  bash) file=$work/stage/usr/share/bash-completion/completions/droveway ;;
  zsh) file=$work/stage/usr/share/zsh/vendor-completions/_droveway ;;
  fish) file=$work/stage/usr/share/fish/vendor_completions.d/droveway.fish ;;
  esac
  droveway completion "$shell" | cmp - "$file" || bad "droveway completion $shell differs from $file"
done
same "bash, a file" README.md "$(completed droveway check -f READ)"

# --- zsh: on a pseudo-terminal, because completion needs the line editor ---
zsh_offers() { python3 tests/integrations/zsh_complete.py "$work/stage/usr/share/zsh/vendor-completions" "$1"; }
shown=$(zsh_offers 'droveway ')
for command in $commands; do
  checks=$((checks + 1))
  grep -qw "$command" <<<"$shown" || bad "zsh does not offer $command: $shown"
done
shown=$(zsh_offers 'droveway check -o ')
for form in text json sarif junit github gitlab; do
  checks=$((checks + 1))
  grep -qw "$form" <<<"$shown" || bad "zsh does not offer the form $form: $shown"
done
shown=$(zsh_offers 'droveway explain overlap-')
grep -q overlap-cluster-network <<<"$shown" || bad "zsh does not offer rules: $shown"
shown=$(zsh_offers 'droveway preflight un')
grep -q uninstall <<<"$shown" || bad "zsh does not offer steps: $shown"

shown=$(zsh_offers "droveway audit --kubeconfig $work/kubeconfig --context ")
grep -qF 'east/api-1:6443/admin' <<<"$shown" || bad "zsh does not offer contexts: $shown"

# --- fish ---
# shellcheck disable=SC2016 # fish expands $argv
fish_offers() { # LINE: the completions that fish offers at its end, without descriptions
  HOME=$work fish --no-config -c 'source $argv[1]; complete -C $argv[2]' "$work/stage/usr/share/fish/vendor_completions.d/droveway.fish" "$1" | cut -f1
}
for command in $commands; do
  holds "fish, commands" "$command" "$(fish_offers 'droveway ')"
  for option in $(droveway "$command" --help | grep -oE '^ +(-[a-z], +)?--[a-z0-9-]+' | grep -oE -- '--[a-z0-9-]+'); do
    holds "fish, options of $command" "$option" "$(fish_offers "droveway $command --")"
  done
done
same "fish, the formats of check" "$(printf 'github\ngitlab\njson\njunit\nsarif\ntext')" "$(fish_offers 'droveway check -o ' | sort)"
same "fish, a rule" overlap-cluster-network "$(fish_offers 'droveway explain overlap-c')"
same "fish, a second rule" overlap-cluster-network "$(fish_offers 'droveway explain cni-json overlap-c')"
same "fish, steps" "$(printf 'enforce\ninstall\nuninstall\nverify')" "$(fish_offers 'droveway preflight ' | sort)"
same "fish, a file instead of a step" README.md "$(fish_offers 'droveway preflight --kubeconfig READ')"
same "fish, contexts" west "$(fish_offers "droveway audit --kubeconfig $work/kubeconfig --context wes")"
same "fish, no context is run" "" "$(ls hit 2>/dev/null)"
same "fish, a file" README.md "$(fish_offers 'droveway check -f READ')"
same "fish, the plugin" audit "$(fish_offers 'kubectl-droveway aud')"

make -s install BUILD="$build" DESTDIR="$work/local" PREFIX=/usr/local
for place in stage local; do
  holds "the default fpath of zsh" "$(cd "$work/$place" && dirname "/$(find usr -name _droveway)")" "$(zsh -fc 'print -l $fpath')"
done

# --- kubectl ---
kubectl=${KUBECTL:-kubectl}
same "kubectl droveway" "$(droveway version)" "$("$kubectl" droveway version)"
offered=$("$kubectl" __complete droveway explain overlap-c 2>/dev/null)
holds "kubectl's completion of the plugin" overlap-cluster-network "$offered"
offered=$("$kubectl" __complete droveway aud 2>/dev/null)
holds "kubectl's completion of a command" audit "$offered"
# shellcheck disable=SC2016 # a name that would run a command if it were expanded
mkdir "$work/names" && : >"$work/names/"$'a\n:1' && : >"$work/names/"'a$(touch hit)'
same "kubectl's completion leaves files to the shell" ":0" "$(cd "$work/names" && kubectl_complete-droveway check -f a)"
same "bash, a name that is a command" "check a\$(touch hit)" "check $(cd "$work/names" && completed droveway check -f 'a$')"
same "no name is run" "" "$(cd "$work/names" && ls hit 2>/dev/null)"

# --- the man page ---
checks=$((checks + 1))
mandoc -Tlint -Wwarning docs/droveway.1 || bad "mandoc reports problems in docs/droveway.1"
diff <(tools/man.sh "$build/droveway") docs/droveway.1 >"$work/diff" || bad "docs/droveway.1 is out of date; run \`make docs\`
$(head -n 20 "$work/diff")"
page=$(mandoc -Tutf8 "$work/stage/usr/share/man/man1/droveway.1") # not `| grep -q`: it ends mandoc, which then fails
[[ $page = *'kubectl droveway'* ]] || bad "the man page is not installed"

# --- pre-commit: a repository with a bad network, then with the network fixed ---
export HOME=$work/home GIT_CONFIG_GLOBAL=$work/gitconfig PRE_COMMIT_HOME=$work/pre-commit
mkdir -p "$HOME" "$work/hooks" "$work/project"
git config --global user.name t && git config --global user.email t@example.com && git config --global init.defaultBranch main
cp .pre-commit-hooks.yaml "$work/hooks/"
(cd "$work/hooks" && git init -q && git add -A && git commit -qm hooks)
revision=$(git -C "$work/hooks" rev-parse HEAD)
cd "$work/project"
git init -q
printf 'repos:\n- repo: %s\n  rev: %s\n  hooks: [{id: droveway-check}]\n' "$work/hooks" "$revision" >.pre-commit-config.yaml
printf 'replicas: 2\n' >values.yaml
cp "$root/demo/manifests/five-mistakes.yaml" network.yaml
git add -A
checks=$((checks + 4))
pre-commit run >"$work/log" 2>&1 && bad "pre-commit accepted five mistakes: $(cat "$work/log")"
grep -q '\[ipam-lookalike-key\]' "$work/log" || bad "pre-commit does not show the finding: $(cat "$work/log")"
cp "$root/demo/manifests/migration.yaml" network.yaml
git add -A
pre-commit run >"$work/log" 2>&1 || bad "pre-commit rejects a valid repository: $(cat "$work/log")"
printf 'a: [\n' >broken.yaml
git add -A
pre-commit run >"$work/log" 2>&1 && bad "pre-commit accepted an unreadable file: $(cat "$work/log")"
grep -q 'broken.yaml:2:1: error: .* \[unreadable\]' "$work/log" || bad "pre-commit does not show the file: $(cat "$work/log")"
echo broken.yaml >.drovewayignore
git add -A
pre-commit run >"$work/log" 2>&1 || bad "pre-commit reads what .drovewayignore leaves out: $(cat "$work/log")"
echo "integrations: $checks checks"
