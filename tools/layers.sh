#!/usr/bin/env bash
# Checks the layers: lower ones never include higher ones, the header of a library is included in one folder only, and all exported
# symbols have the prefix dw_, or droveway_ for the public API. Prints each violation as FILE:LINE: what; exits with 1 if there is
# one.
set -euo pipefail
archive=${1:-}

mapfile -t sources < <(git ls-files --cached --others --exclude-standard 'src/*/*.[ch]' | sort -u)
awk '
  BEGIN {
    may["base"] = "base"
    may["json"] = "base json"
    may["yaml"] = "base json yaml"
    may["net"] = "base net"
    may["cni"] = "base net json cni"
    may["cluster"] = "base net json yaml cni cluster"
    may["rules"] = "base net json yaml cni cluster rules"
    may["map"] = "base net json cni cluster rules map"
    may["plan"] = "base net json yaml cni cluster rules map plan"
    may["files"] = "base json yaml cluster files"
    may["lint"] = "base net json yaml cni cluster rules files lint"
    may["fix"] = "base json yaml cluster rules files lint fix"
    may["library"] = "base net json yaml cni cluster rules files lint library"
    may["kube"] = "base json yaml cluster files kube"
    may["http"] = "base http"
    may["certs"] = "base json files kube http certs"
    may["preflight"] = "base json kube certs preflight"
    may["events"] = "base json rules kube events"
    may["policyreport"] = "base json rules kube policyreport"
    may["serve"] = "base net json yaml cni cluster rules files kube http certs events policyreport serve"
    may["sandbox"] = "base sandbox"
    may["cli"] = "base net json yaml cni cluster rules map plan files lint fix kube http certs events policyreport preflight serve sandbox cli"
    home["yaml.h"] = "yaml"; home["curl/"] = "kube"; home["microhttpd.h"] = "http"; home["gnutls/"] = "http"
    home["openssl/"] = "certs"; home["seccomp.h"] = "sandbox"; home["droveway/"] = "library"
  }
  FNR == 1 {
    layer = FILENAME
    sub(/^src\//, "", layer); sub(/\/.*/, "", layer)
    if (!(layer in may)) { print FILENAME ":1: the folder " layer " is not a known layer"; bad = 1 }
  }
  /^[ \t]*#[ \t]*include[ \t]*"/ {
    target = $0; sub(/^[^"]*"/, "", target); sub(/".*/, "", target)
    from = target
    if (from !~ /\//) { print FILENAME ":" FNR ": include it with its layer: \"" layer "/" from "\""; bad = 1; next }
    sub(/\/.*/, "", from)
    if ((" " may[layer] " ") !~ (" " from " ")) { print FILENAME ":" FNR ": " layer " must not include " from " (" target ")"; bad = 1 }
    if (target ~ /_internal\.h$/ && from != layer) { print FILENAME ":" FNR ": " target " is private to " from; bad = 1 }
  }
  /^[ \t]*#[ \t]*include[ \t]*</ {
    target = $0; sub(/^[^<]*</, "", target); sub(/>.*/, "", target)
    for (lib in home) if (index(target, lib) == 1 && home[lib] != layer) {
      print FILENAME ":" FNR ": <" target "> may be included only in " home[lib]; bad = 1
    }
  }
  END { exit bad }
' "${sources[@]}"

if [ -n "$archive" ]; then
  nm --defined-only --extern-only "$archive" 2>/dev/null | awk '
    NF == 3 && $2 ~ /^[A-Z]$/ && $3 !~ /^(dw_|droveway_|__|_|\.)/ { print "libdroveway.a: exports " $3 " without the prefix dw_ or droveway_"; bad = 1 }
    END { exit bad }'
fi
