# bash completion for droveway and `kubectl droveway`. It reads commands and options from `droveway COMMAND --help`, so it
# is always up to date.
_droveway_words() { # COMMAND...: the commands, or the options of COMMAND
  local program=$1
  shift
  if [ $# -eq 0 ]; then
    "$program" --help 2>/dev/null | sed -n 's/^  \([a-z][a-z]*\) .*/\1/p'
    echo --help
    echo --version
  else
    "$program" "$1" --help 2>/dev/null | grep -oE -- '(^|[ ,])--[a-z][a-z0-9-]*' | tr -d ' ,' | sort -u
  fi
}

_droveway_values() { # PROGRAM COMMAND OPTION: the values of OPTION; empty for files and free text
  case $3 in
  -o | --output) "$1" "$2" --help 2>/dev/null | sed -n 's/.*-o \([a-z][a-z|]*\).*/\1/p' | head -n 1 | tr '|' '\n' ;;
  --fail-on) printf '%s\n' deny warn never ;;
  --color) printf '%s\n' auto always never ;;
  --log-format) printf '%s\n' json text ;;
  --log-level) printf '%s\n' error warn info debug ;;
  --family) printf '%s\n' 4 6 ;;
  --plugin) printf '%s\n' macvlan bridge ;;
  --size | --suggest) printf '%s\n' /22 /23 /24 /25 /26 /64 ;;
  esac
}

# Not with compgen -W, which would expand a name such as $(...).
_droveway_contexts() { # PROGRAM WORD: the contexts of the kubeconfig that begin with WORD
  local program=$1 word=$2 name i kubeconfig=()
  for ((i = 1; i < COMP_CWORD - 1; i++)); do
    [ "${COMP_WORDS[i]}" = --kubeconfig ] && kubeconfig=(--kubeconfig "${COMP_WORDS[i + 1]}")
  done
  while IFS= read -r name; do
    [[ $name == "$word"* ]] && COMPREPLY+=("$(printf %q "$name")")
  done < <("$program" completion contexts "${kubeconfig[@]}" 2>/dev/null)
}

_droveway_files() { # WORD
  mapfile -t COMPREPLY < <(compgen -f -- "$1")
  compopt -o filenames 2>/dev/null || true
}

_droveway() {
  local program=${DROVEWAY_COMPLETES:-${COMP_WORDS[0]}} word=${COMP_WORDS[COMP_CWORD]} command='' previous='' values
  [ "$COMP_CWORD" -gt 1 ] && command=${COMP_WORDS[1]} previous=${COMP_WORDS[COMP_CWORD - 1]}
  COMPREPLY=()
  if [ -z "$command" ]; then
    mapfile -t COMPREPLY < <(compgen -W "$(_droveway_words "$program")" -- "$word")
    return
  fi
  if [ "$previous" = --context ]; then
    _droveway_contexts "$program" "$word"
    return
  fi
  values=$(_droveway_values "$program" "$command" "$previous")
  if [ -n "$values" ]; then
    mapfile -t COMPREPLY < <(compgen -W "$values" -- "$word")
  elif [ "$command" = explain ] && [[ $word != -* ]]; then
    mapfile -t COMPREPLY < <(compgen -W "$("$program" rules 2>/dev/null | sed -n '2,$s/ .*//p')" -- "$word")
  elif [ "$command" = completion ] && [[ $word != -* ]]; then
    mapfile -t COMPREPLY < <(compgen -W "bash zsh fish" -- "$word")
  elif [ "$command" = preflight ] && [[ $word != -* && $previous != --* ]]; then
    mapfile -t COMPREPLY < <(compgen -W "install enforce verify uninstall" -- "$word")
  elif [[ $word == -* ]]; then
    mapfile -t COMPREPLY < <(compgen -W "$(_droveway_words "$program" "$command")" -- "$word")
  else
    _droveway_files "$word"
  fi
}
complete -F _droveway droveway kubectl-droveway
