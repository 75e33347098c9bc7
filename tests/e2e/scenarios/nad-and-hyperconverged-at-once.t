A NAD and the HyperConverged that refers to it in one command pass 100 times out of 100.

  $ . "$E2E/scenario.sh"
  $ passed=0
  $ for i in $(seq 100); do
  >   { nad migration-$i 10.201.$i.0/24; echo ---; hco migration-$i; } > both.yaml
  >   kubectl apply -f both.yaml > out.txt 2>&1 && passed=$((passed + 1)) || cat out.txt
  > done
  $ echo "$passed passed"
  100 passed
