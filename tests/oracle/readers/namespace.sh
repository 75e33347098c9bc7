#!/usr/bin/env bash
# Runs the readers in the ASSETS folder inside new network and mount namespaces with two NICs. The namespace of a pod is created again
# whenever a plugin has removed a NIC with it. Only /run can be written.
set -euo pipefail
assets=$1
mkdir -p /run
mount -t tmpfs tmpfs /run
mkdir /run/netns
mount -o remount,bind,ro /
cd /run
ip link set lo up
# shellcheck disable=SC2016 # another shell expands it
READERS_RESET='ip netns del pod 2>/dev/null
for nic in eth1 eth2; do ip link del $nic 2>/dev/null; done
ip netns add pod
for nic in eth1 eth2; do
  ip link add $nic mtu 9000 type veth peer name p$nic && ip link set $nic up && ip link set p$nic up
done'
sh -c "$READERS_RESET"
export READERS_RESET READERS_NETNS=/run/netns/pod CNI_PATH=$assets/plugins TMPDIR=/run
exec "$assets/readers"
