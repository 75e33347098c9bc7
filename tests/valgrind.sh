#!/usr/bin/env bash
# Finds leaks and memory errors of `review` with every recorded review, `check` with the demo's manifests, and `serve` after 10,000
# requests over TLS. Gives up after ten minutes.
set -euo pipefail
droveway=${BUILD:-build}/droveway
requests=${REQUESTS:-10000}
work=$(mktemp -d)
server=
trap '[ -z "$server" ] || kill "$server" 2>/dev/null || true; rm -rf "$work"' EXIT

leaks='definite,indirect,possible'
memcheck=(valgrind --quiet --leak-check=full "--show-leak-kinds=$leaks" "--errors-for-leak-kinds=$leaks" --error-exitcode=99)

for review in tests/payloads/recorded/*.json; do
  status=0
  "${memcheck[@]}" "$droveway" review --state demo/state "$review" >"$work/out" 2>"$work/err" || status=$?
  [ "$status" -le 1 ] || { cat "$work/err"; echo "valgrind: review $review: exit $status"; exit 1; }
done
status=0
"${memcheck[@]}" "$droveway" check --state demo/state -f demo/manifests >"$work/out" 2>"$work/err" || status=$?
[ "$status" -le 1 ] || { cat "$work/err"; echo "valgrind: check: exit $status"; exit 1; }
status=0
"${memcheck[@]}" "$droveway" check --diff --state demo/state -f demo/manifests >"$work/out" 2>"$work/err" || status=$?
[ "$status" -le 1 ] || { cat "$work/err"; echo "valgrind: check --diff: exit $status"; exit 1; }
echo "review and check: no leak, no error"

"$droveway" certs --dir "$work" --dns localhost >/dev/null
: >"$work/log" # exists before the loop below, even if the program opens it later
"${memcheck[@]}" "$droveway" serve --no-seccomp --no-landlock --listen 127.0.0.1:0 --tls-cert "$work/tls.crt" --tls-key "$work/tls.key" \
  --state demo/state --threads 2 --shutdown-delay 0 2>"$work/log" &
server=$!
for _ in $(seq 100); do
  port=$(sed -n 's/.*"port":\([0-9]*\).*/\1/p; s/.*127\.0\.0\.1:\([0-9][0-9]*\).*/\1/p' "$work/log" | head -n 1)
  [ -z "$port" ] || break
  sleep 0.2
done
[ -n "$port" ] || { cat "$work/log"; echo "valgrind: serve did not start"; exit 1; }

cat >"$work/post.lua" <<'LUA'
local names = {"validate-nad-create", "validate-hco-v1-create", "validate-kubevirt-update", "validate-nad-update-range", "mutate-kubevirt-create"}
local bodies, turn = {}, 0
for i, name in ipairs(names) do
  local file = io.open("tests/payloads/recorded/" .. name .. ".json", "rb")
  bodies[i] = {file:read("*a"), name:match("^mutate") and "/mutate" or "/validate"}
  file:close()
end
function request()
  turn = turn % #bodies + 1
  return wrk.format("POST", bodies[turn][2], {["Content-Type"] = "application/json"}, bodies[turn][1])
end
LUA
answered=0
for _ in $(seq 40); do
  wrk -t1 -c8 -d10s -s "$work/post.lua" "https://localhost:$port/validate" >"$work/wrk" 2>&1 || true
  answered=$(grep -c '"uid"' "$work/log" || true)
  [ "$answered" -lt "$requests" ] || break
done
kill -TERM "$server"
status=0
wait "$server" || status=$?
server=
if [ "$status" -ne 0 ] || [ "$answered" -lt "$requests" ] || grep -q 'Non-2xx' "$work/wrk"; then
  grep -v '"uid"' "$work/log" | tail -n 40
  cat "$work/wrk"
  echo "valgrind: serve: exit $status after $answered requests"
  exit 1
fi
echo "serve: no leak, no error after $answered requests"
