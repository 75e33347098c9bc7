#!/usr/bin/env bash
# For arm64 and s390x: builds the program and the tests of the layers that decide, and runs them under qemu-user, with all payloads over
# TLS. About three minutes; tests/cross/run.sh without arguments runs all tests.
set -euo pipefail
cd "$(dirname "$0")/../.."
selected=(base json yaml net cni cluster rules)

for arch in arm64 s390x; do
  targets=()
  for selection in "${selected[@]}"; do
    for source in tests/"$selection"/test_*.c; do targets+=("build/$arch/${source%.c}"); done
  done
  tools/cross.sh "$arch" -s -j"$(nproc)" LTO= NO_LTO=-fno-lto all "${targets[@]}"
  tests/cross/run.sh "$arch" "${selected[@]}"
done
