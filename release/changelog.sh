#!/usr/bin/env bash
# Prints what CHANGELOG.md says about a version, which is the text of its release on the web, or a debian/changelog:
# changelog.sh VERSION; changelog.sh --debian REVISION
set -euo pipefail
cd "$(dirname "$0")/.."
. release/lib.sh
case ${1:-} in
  --debian)
    # Debian's changelog has one entry, which refers to the other one. The time is that of the commit.
    cat <<END
droveway ($(version)-${2:?a revision is missing}) bookworm; urgency=medium

  * Release $(version). /usr/share/doc/droveway/changelog.gz says what changed.

 -- Droveway maintainers <droveway@users.noreply.github.com>  $(LC_ALL=C date -u -d "@${SOURCE_DATE_EPOCH:?}" '+%a, %d %b %Y %H:%M:%S +0000')
END
    ;;
  [0-9]*)
    text=$(awk -v heading="## $1 (" 'index($0, "## ") == 1 {inside = index($0, heading) == 1; next} inside' CHANGELOG.md)
    [ -n "$text" ] || die "CHANGELOG.md has no section \"## $1 (...)\""
    # Links to files of the repository lead to the tag.
    sed -E "s#\]\(([A-Za-z][A-Za-z0-9/_.-]*\.md)#](https://github.com/droveway/droveway/blob/v$1/\1#g" <<<"$text" | sed '1{/^$/d}'
    ;;
  *) die "usage: changelog.sh VERSION, or changelog.sh --debian REVISION" ;;
esac
