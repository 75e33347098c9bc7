#!/usr/bin/env bash
# Compares with KubeVirt's own code which pods need an address of the migration network, and on which nodes. The options
# (--seed N, --count N, --keep DIR) are those of compare.py. The Go program is built once from the modules that go.mod
# pins, and kept outside the tree.
set -euo pipefail
cd "$(dirname "$0")"
droveway=$(cd ../../.. && realpath "${BUILD:-build}/droveway")
oracle=$(./build.sh)
exec python3 compare.py "$oracle" "$droveway" "$@"
