#!/usr/bin/env bash
# Writes C on standard output that holds the bytes of files. Bytes, because a compiler need not take a string literal over 4095 of
# them; a NUL ends each.
#   tools/embed.sh explanations FILE.yaml...   the table dw_explanation_files (src/rules/explain.h)
#   tools/embed.sh page FILE...                of each, style.css say, the array page_style and the macro PAGE_STYLE_SHA256: its
#                                              hash in base64, as a Content-Security-Policy names it
set -euo pipefail
export LC_ALL=C

array() { # NAME FILE
  printf 'static const char %s[] = {\n' "$1"
  od -An -v -tx1 -w16 "$2" | sed "s/ \(..\)/'\\\\x\1',/g"
  printf "'\\\\0'};\n"
}

explanations() {
  local names name i=0
  # By rule id, as a binary search wants them: with .yaml behind it, a-b.yaml would come before a.yaml.
  mapfile -t names < <(printf '%s\n' "${@%.yaml}" | sort)
  printf '#include "rules/explain.h"\n'
  for name in "${names[@]}"; do
    array "text_$((i++))" "$name.yaml"
  done
  printf 'const struct dw_explanation_file dw_explanation_files[] = {\n'
  for i in "${!names[@]}"; do
    printf '    {"%s", text_%d, sizeof text_%d - 1},\n' "${names[i]##*/}" "$i" "$i"
  done
  printf '};\nconst size_t dw_explanation_file_count = %d;\n' "${#names[@]}"
}

page() {
  local file name digits
  for file; do
    name=page_$(basename "${file%.*}")
    array "$name" "$file"
    digits=$(sha256sum <"$file" | head -c 64 | sed 's/../\\x&/g')
    # shellcheck disable=SC2059 # the format is \x..\x.., which printf itself turns into bytes
    printf '#define %s_SHA256 "%s"\n' "${name^^}" "$(printf "$digits" | base64 -w 0)"
  done
}

case ${1:-} in
explanations | page)
  printf '/* Made by tools/embed.sh. */\n'
  "$@"
  ;;
*)
  echo 'usage: tools/embed.sh explanations|page FILE...' >&2
  exit 2
  ;;
esac
