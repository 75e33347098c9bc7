#!/usr/bin/env bash
# Packs a folder reproducibly: archive.sh FOLDER ARCHIVE.tar.gz [NAME]. NAME is its name in the archive (default: FOLDER's).
# The order, owners and modes of the files are fixed, and their time is SOURCE_DATE_EPOCH.
set -euo pipefail
[ $# -ge 2 ] || { echo 'usage: archive.sh FOLDER ARCHIVE.tar.gz [NAME]' >&2; exit 2; }
folder=${1%/} archive=$2
name=${3:-$(basename "$folder")}
LC_ALL=C tar --create --format=posix --pax-option=exthdr.name=%d/PaxHeaders/%f,delete=atime,delete=ctime --sort=name --owner=0 --group=0 \
  --numeric-owner --mode=u=rwX,go=rX --mtime="@${SOURCE_DATE_EPOCH:?}" --transform="flags=r;s,^\.,$name," --directory "$folder" . |
  gzip -9n >"$archive"
