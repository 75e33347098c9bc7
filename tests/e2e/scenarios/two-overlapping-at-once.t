Two overlapping migration networks are applied at the same moment: exactly one passes, ten times out of ten.

  $ . "$E2E/scenario.sh"
  $ for i in $(seq 10); do
  >   nad migration-a$i 10.202.$i.0/24 > a.yaml
  >   nad migration-b$i 10.202.$i.128/25 > b.yaml
  >   kubectl apply -f a.yaml > a.out 2>&1 & a=$!
  >   kubectl apply -f b.yaml > b.out 2>&1 & b=$!
  >   passed=0
  >   wait $a && passed=$((passed + 1))
  >   wait $b && passed=$((passed + 1))
  >   echo "$passed passed, $(cat a.out b.out | grep -c overlap-network) denied"
  > done
  1 passed, 1 denied
  1 passed, 1 denied
  1 passed, 1 denied
  1 passed, 1 denied
  1 passed, 1 denied
  1 passed, 1 denied
  1 passed, 1 denied
  1 passed, 1 denied
  1 passed, 1 denied
  1 passed, 1 denied
