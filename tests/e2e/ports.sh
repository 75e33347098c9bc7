# shellcheck shell=bash
# Free ports of loopback, for the scripts that source this.

taken=' '
# free_port VARIABLE: below the ports that the kernel hands out to clients, so that a server that is started again finds its own free.
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
