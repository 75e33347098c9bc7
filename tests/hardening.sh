#!/usr/bin/env bash
# Checks that a binary has the protections against exploits that compiler and linker offer: tests/hardening.sh BINARY.
# Prints one line per check; exits with 0 if all pass, 1 if one fails, 2 if nothing could be checked. Not for builds with
# sanitizers, which do not use FORTIFY.
set -euo pipefail
export LC_ALL=C

die() {
  printf 'hardening: %s\n' "$1" >&2
  exit 2
}
if [ $# -ne 1 ] || [[ $1 == -* ]]; then
  echo 'usage: tests/hardening.sh BINARY' >&2
  exit 2
fi
binary=$1
for tool in readelf nm objdump; do
  command -v "$tool" >/dev/null || die "$tool is missing: install binutils"
done
if [ ! -f "$binary" ] || [ ! -r "$binary" ]; then die "$binary is not a readable file"; fi
header=$(readelf -hW "$binary" 2>/dev/null) || die "$binary is not an ELF file"
segments=$(readelf -lW "$binary")
dynamic=$(readelf -dW "$binary")
notes=$(readelf -nW "$binary")
imports=$(nm -D --undefined-only "$binary" 2>/dev/null | sed 's/.* //; s/@.*//') || imports=''

failures=0
# verdict WHAT WRONG: WRONG is the problem, or empty if there is none.
verdict() {
  if [ -z "$2" ]; then
    printf 'ok   %s\n' "$1"
  else
    printf 'FAIL %s: %s\n' "$1" "$2"
    failures=$((failures + 1))
  fi
}
has() { # TEXT REGEX
  grep -Eq -- "$2" <<<"$1"
}
joined() { # LINES
  paste -sd ' ' <<<"$1"
}
segment_flags() { # TYPE: the flags of each segment of this type, one per line, without the space in "R E"
  awk -v type="$1" '$1 == type {flags = ""; for (i = 7; i < NF; i++) flags = flags $i; print flags}' <<<"$segments"
}

wrong=''
if ! has "$header" '^ *Type: +DYN '; then
  wrong='it is linked to a fixed address (compile with -fPIE, link with -pie)'
elif ! has "$segments" '^ *INTERP '; then
  wrong='it is a shared library, not a program'
fi
verdict 'position-independent executable' "$wrong"

wrong=''
if ! has "$segments" '^ *GNU_RELRO '; then
  wrong='there is no GNU_RELRO segment (link with -z relro)'
elif ! has "$dynamic" '\(BIND_NOW\)|\(FLAGS\) .*BIND_NOW|\(FLAGS_1\) .*NOW'; then
  wrong='it is partial: symbols are bound late, so that the GOT stays writable (link with -z now)'
fi
verdict 'full RELRO' "$wrong"

wrong=''
has "$imports" '^__stack_chk_fail(_local)?$' || wrong='nothing calls __stack_chk_fail (-fstack-protector-strong)'
verdict 'stack protector' "$wrong"

# With FORTIFY, only the checked versions of these are called, so a plain one comes from a file compiled without it. This is not true
# for snprintf(): gcc calls the plain version if it knows that it is safe.
plain=$(grep -Ex 'v?(f|d|as)?printf' <<<"$imports" || true)
wrong=''
if ! has "$imports" '^__(mem|str|stp|v?s?n?f?printf)[a-z]*_chk$'; then
  wrong='no checked function is called (-O2 -D_FORTIFY_SOURCE=2)'
elif [ -n "$plain" ]; then
  wrong="some files were compiled without it: they call $(joined "$plain") unchecked"
fi
verdict 'FORTIFY' "$wrong"

stack=$(segment_flags GNU_STACK)
wrong=''
if [ -z "$stack" ]; then
  wrong='there is no GNU_STACK segment, so the kernel makes the stack executable (link with -z noexecstack)'
elif [ "$stack" != RW ]; then
  wrong="its flags are $stack (link with -z noexecstack)"
fi
verdict 'no executable stack' "$wrong"

wrong=''
if grep -q 'W.*E' <<<"$(segment_flags LOAD)"; then wrong='a segment is both'; fi
verdict 'no segment is writable and executable' "$wrong"

paths=$(grep -E '\((RPATH|RUNPATH)\)' <<<"$dynamic" | sed 's/^[^(]*//; s/  */ /g' || true)
verdict 'no RPATH, no RUNPATH' "$(joined "$paths")"

wrong=''
if has "$dynamic" '\(TEXTREL\)|\(FLAGS\) .*TEXTREL'; then wrong='code is changed when it is loaded (compile with -fPIE)'; fi
verdict 'no text relocations' "$wrong"

# The linker exports a symbol of the program if a shared library defines or needs one of that name. It then replaces that of the
# library for the whole process. Symbols with a version (stdout@GLIBC_2.2.5) are variables of the library.
own=$(nm -D --defined-only "$binary" | awk '$3 !~ /@/ {print $3}')
wrong=''
if [ -n "$own" ]; then wrong="the program's $(joined "$own") replaces a library's"; fi
verdict 'no symbol of a library replaced' "$wrong"

# Only reported, because the linker drops the note if one file lacks it, as Debian's start files do.
if has "$header" 'Machine: +(Advanced Micro Devices X86-64|Intel 80386)'; then
  if has "$notes" 'x86 feature:.*IBT' && has "$notes" 'x86 feature:.*SHSTK'; then
    echo 'ok   IBT and SHSTK'
  else
    marks=$(objdump -d --no-show-raw-insn "$binary" | grep -c 'endbr' || true)
    printf 'note no IBT and SHSTK: not in the property note; the code has %s landing marks (endbr)\n' "$marks"
  fi
fi

[ "$failures" -eq 0 ]
