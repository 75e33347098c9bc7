#!/usr/bin/env bash
# Compares who takes an address of the migration network, and where, with KubeVirt's own code: see compare.py, whose
# options it takes (--seed N, --count N, --keep DIR). The Go program is built once from the modules that go.mod pins, and
# kept outside the tree.
set -euo pipefail
cd "$(dirname "$0")"
droveway=$(cd ../../.. && realpath "${BUILD:-build}/droveway")
oracle=$(./build.sh)
exec python3 compare.py "$oracle" "$droveway" "$@"
