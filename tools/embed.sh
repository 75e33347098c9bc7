#!/usr/bin/env bash
# Writes the given files as a C source on standard output: a table dw_explanation_files (src/rules/explanations.h) of their names,
# without folder and .yaml, and their bytes. Bytes, because a compiler need not take a string literal over 4095 of them.
set -euo pipefail
export LC_ALL=C
# By rule id, as a binary search wants them: with .yaml behind it, a-b.yaml would come before a.yaml.
mapfile -t files < <(printf '%s\n' "${@%.yaml}" | sort)

printf '/* Made by tools/embed.sh. */\n#include "rules/explanations.h"\n'
for i in "${!files[@]}"; do
  printf '\nstatic const char text_%d[] = {\n' "$i"
  od -An -v -tx1 "${files[i]}.yaml" | awk '{ for (i = 1; i <= NF; i++) printf "\047\\x%s\047,", $i; print "" }'
  printf '%s};\n' "'\\0'"
done
printf '\nconst struct dw_explanation_file dw_explanation_files[] = {\n'
for i in "${!files[@]}"; do
  printf '    {"%s", text_%d, sizeof text_%d - 1},\n' "$(basename "${files[i]}")" "$i" "$i"
done
printf '};\nconst size_t dw_explanation_file_count = %d;\n' "${#files[@]}"
