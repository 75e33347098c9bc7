# shellcheck shell=bash
# Finds free ports of the loopback interface. Scripts source this file.

taken=' '
# free_port VARIABLE: stores a free port below those that the kernel assigns to clients, so that the port is still free when a server
# is restarted.
free_port() {
  local port
  while :; do
    port=$((RANDOM % 10000 + 20000))
    case "$taken" in *" $port "*) continue ;; esac
    (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || break
  done
  taken+="$port "
  printf -v "$1" %s "$port"
}
