#!/usr/bin/env bash
# Makes the folder of the portable command out of the image of an architecture: tree.sh LAYOUT.tar ARCH FOLDER
# ARCH is amd64, arm64 or s390x. The command is the image's, byte for byte, with its loader and its libraries; a launcher starts it.
set -euo pipefail
cd "$(dirname "$0")/../.."
. release/lib.sh
[ $# -eq 3 ] || die 'usage: tree.sh LAYOUT.tar ARCH FOLDER'
layout=$1 arch=$2 folder=$3
umask 022
image=$(mktemp -d "${TMPDIR:-/tmp}/droveway-image.XXXXXX")
trap 'rm -rf --one-file-system "$image"' EXIT
release/oci.py extract "$layout" "$arch" "$image"

library=$folder/lib/droveway doc=$folder/share/doc/droveway
install -d "$folder/bin" "$library" "$doc/licenses" "$doc/packages"
release/portable/launcher.sh "$arch" "$folder/bin/droveway"
ln -s droveway "$folder/bin/kubectl-droveway"
install -m 755 integrations/completions/kubectl_complete-droveway "$folder/bin/"
install -m 755 "$image/usr/bin/droveway" "$library/droveway"
# The image contains nothing else that ends in .so.NUMBER.
find "$image" -type f -name '*.so.*' ! -name 'ld*.so.*' -exec install -m 644 -t "$library" {} +
loader=$(find "$image" -type f -name 'ld*.so.*')
[ -f "$loader" ] || die "$layout: not one loader in the image of $arch, but \"$loader\""
install -m 755 "$loader" "$library/ld.so"

install -D -m 644 integrations/completions/droveway.bash "$folder/share/bash-completion/completions/droveway"
install -D -m 644 integrations/completions/_droveway "$folder/share/zsh/site-functions/_droveway"
install -D -m 644 integrations/completions/droveway.fish "$folder/share/fish/vendor_completions.d/droveway.fish"
install -D -m 644 docs/droveway.1 "$folder/share/man/man1/droveway.1"
install -m 644 LICENSE README.md CHANGELOG.md "$doc/"
install -m 644 release/portable/README "$folder/README"
for package in "$image"/usr/share/doc/*; do
  [ "${package##*/}" = droveway ] || install -D -m 644 -t "$doc/licenses/${package##*/}" "$package"/*
done
install -m 644 -t "$doc/packages" "$image"/var/lib/dpkg/status.d/*
