#!/usr/bin/env bash
# Compiles the launcher for an architecture: launcher.sh ARCH FILE; ARCH is amd64, arm64 or s390x.
set -euo pipefail
cd "$(dirname "$0")"
declare -A machines=([amd64]=x86_64 [arm64]=aarch64 [s390x]=s390x)
machine=${machines[${1:-none}]:-}
if [ -z "$machine" ] || [ $# -ne 2 ]; then
  echo 'usage: launcher.sh amd64|arm64|s390x FILE' >&2
  exit 2
fi
compiler=$machine-linux-gnu-gcc
command -v "$compiler" >/dev/null || { echo "launcher: $compiler is missing; tools/deps.sh release installs it" >&2; exit 1; }
exec "$compiler" -std=c11 -Wall -Wextra -Wpedantic -Wconversion -Werror -Os -ffreestanding -fno-stack-protector -fno-asynchronous-unwind-tables \
  -static -nostdlib -nostartfiles -Wl,--build-id=none -Wl,-z,noexecstack -Wl,-z,noseparate-code -s -o "$2" launcher.c
