#!/usr/bin/env bash
# The layers: lower never includes higher, only a library's own folder includes its header, and every symbol that the library
# exports carries the prefix dw_. Prints each breach as FILE:LINE: what; exits 1 where there is one.
set -euo pipefail
archive=${1:-}

mapfile -t sources < <(git ls-files --cached --others --exclude-standard 'src/*/*.[ch]' 'include/droveway/*/*.h' | sort -u)
awk '
  BEGIN {
    may["base"] = "base"
    may["net"] = "base net"
    may["formats"] = "base formats"
    may["model"] = "base net formats model"
    may["rules"] = "base net formats model rules"
    may["sources"] = "base net formats model sources"
    may["map"] = "base net formats model rules map"
    may["server"] = "base net formats model rules sources pki server"
    may["pki"] = "base pki"
    may["sandbox"] = "base sandbox"
    may["cli"] = "base net formats model rules sources server pki sandbox map cli"
    home["yaml.h"] = "formats"
    home["curl/"] = "sources"; home["microhttpd.h"] = "server"; home["gnutls/"] = "server"; home["openssl/"] = "pki"
    home["seccomp.h"] = "sandbox"
  }
  FNR == 1 {
    layer = FILENAME
    sub(/^(src|include\/droveway)\//, "", layer); sub(/\/.*/, "", layer)
    if (!(layer in may)) { print FILENAME ":1: the folder " layer " is no layer"; bad = 1 }
  }
  /^[ \t]*#[ \t]*include[ \t]*"/ {
    target = $0; sub(/^[^"]*"/, "", target); sub(/".*/, "", target)
    from = target; sub(/^droveway\//, "", from)
    if (from !~ /\//) { print FILENAME ":" FNR ": name the layer: \"" layer "/" from "\""; bad = 1; next }
    sub(/\/.*/, "", from)
    if ((" " may[layer] " ") !~ (" " from " ")) { print FILENAME ":" FNR ": " layer " must not include " from " (" target ")"; bad = 1 }
    if (target !~ /^droveway\// && from != layer) { print FILENAME ":" FNR ": " target " is private to " from; bad = 1 }
  }
  /^[ \t]*#[ \t]*include[ \t]*</ {
    target = $0; sub(/^[^<]*</, "", target); sub(/>.*/, "", target)
    for (lib in home) if (index(target, lib) == 1 && home[lib] != layer) {
      print FILENAME ":" FNR ": <" target "> belongs to " home[lib] " alone"; bad = 1
    }
  }
  END { exit bad }
' "${sources[@]}"

if [ -n "$archive" ]; then
  nm --defined-only --extern-only "$archive" 2>/dev/null | awk '
    NF == 3 && $2 ~ /^[A-Z]$/ && $3 !~ /^(dw_|__|_|\.)/ { print "libdroveway.a: exports " $3 " without the prefix dw_"; bad = 1 }
    END { exit bad }'
fi
