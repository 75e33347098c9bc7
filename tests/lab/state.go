package main

import (
	"encoding/json"
	"net"
	"os"
	"sort"

	"github.com/vishvananda/netlink"
)

// state returns what nmstate and the API server would report about the running topology, read from its namespaces.
func (l *lab) state() (object, error) {
	items := []object{
		{"apiVersion": "config.openshift.io/v1", "kind": "Network", "metadata": object{"name": "cluster"},
			"status": object{"networkType": "Other", "clusterNetwork": []object{{"cidr": clusterNetwork, "hostPrefix": 24}},
				"serviceNetwork": []string{serviceNetwork}}},
		{"apiVersion": "networking.k8s.io/v1", "kind": "ServiceCIDR", "metadata": object{"name": "kubernetes"},
			"spec": object{"cidrs": []string{serviceNetwork}}},
		{"apiVersion": "v1", "kind": "ConfigMap", "metadata": object{"name": "cluster-config-v1", "namespace": "kube-system"},
			"data": object{"install-config": "networking:\n  clusterNetwork:\n  - cidr: " + clusterNetwork + "\n    hostPrefix: 24\n" +
				"  machineNetwork:\n  - cidr: 192.168.1.0/24\n  networkType: Other\n  serviceNetwork:\n  - " + serviceNetwork + "\n"}},
	}
	for _, n := range l.nodes {
		items = append(items, object{"apiVersion": "v1", "kind": "Node", "metadata": object{"name": n.name, "labels": object{
			"kubernetes.io/os": "linux", "kubernetes.io/hostname": n.name, "kubevirt.io/schedulable": "true"}},
			"spec":   object{"podCIDR": n.podNetwork(), "podCIDRs": []string{n.podNetwork()}},
			"status": object{"addresses": []object{{"type": "InternalIP", "address": n.address()}, {"type": "Hostname", "address": n.name}}}})
		state, err := n.networkState()
		if err != nil {
			return nil, err
		}
		items = append(items, state)
	}
	return object{"apiVersion": "v1", "kind": "List", "items": items}, nil
}

func (n *node) networkState() (object, error) {
	links, err := n.space.handle.LinkList()
	if err != nil {
		return nil, err
	}
	names := map[int]string{}
	for _, l := range links {
		names[l.Attrs().Index] = l.Attrs().Name
	}
	interfaces := []object{}
	for _, l := range links {
		if isPodCable(l.Attrs().Name) {
			continue // nmstate does not report the interfaces of pods
		}
		one, err := n.interfaceState(l, links, names)
		if err != nil {
			return nil, err
		}
		interfaces = append(interfaces, one)
	}
	routes, err := n.space.handle.RouteList(nil, netlink.FAMILY_V4)
	if err != nil {
		return nil, err
	}
	running := []object{}
	for _, r := range routes {
		if isPodCable(names[r.LinkIndex]) {
			continue
		}
		to, via := "0.0.0.0/0", "0.0.0.0"
		if r.Dst != nil {
			to = r.Dst.String()
		}
		if r.Gw != nil {
			via = r.Gw.String()
		}
		running = append(running, object{"destination": to, "next-hop-interface": names[r.LinkIndex], "next-hop-address": via, "table-id": 254})
	}
	return object{"apiVersion": "nmstate.io/v1beta1", "kind": "NodeNetworkState", "metadata": object{"name": n.name},
		"status": object{"currentState": object{"interfaces": interfaces, "routes": object{"config": []object{}, "running": running}}}}, nil
}

func (n *node) interfaceState(l netlink.Link, all []netlink.Link, names map[int]string) (object, error) {
	a := l.Attrs()
	// nmstate reports real NICs as ethernet; those of the laboratory are veths.
	kind, state := "ethernet", "down"
	switch {
	case l.Type() == "bridge":
		kind = "linux-bridge"
	case a.Flags&net.FlagLoopback != 0:
		kind = "loopback"
	}
	if a.Flags&net.FlagUp != 0 && (kind != "ethernet" || a.OperState == netlink.OperUp) {
		state = "up" // kubernetes-nmstate reports a NIC without carrier as down
	}
	one := object{"name": a.Name, "type": kind, "state": state, "mtu": a.MTU}
	if len(a.AltNames) > 0 {
		var list []object
		for _, x := range a.AltNames {
			list = append(list, object{"name": x})
		}
		one["alt-names"] = list
	}
	if a.MasterIndex != 0 {
		one["controller"] = names[a.MasterIndex]
	}
	if kind == "linux-bridge" {
		ports := []object{}
		for _, x := range all {
			if x.Attrs().MasterIndex == a.Index {
				ports = append(ports, object{"name": x.Attrs().Name})
			}
		}
		one["bridge"] = object{"options": object{"stp": object{"enabled": false}}, "port": ports}
	}
	for key, family := range map[string]int{"ipv4": netlink.FAMILY_V4, "ipv6": netlink.FAMILY_V6} {
		addresses, err := n.space.handle.AddrList(l, family)
		if err != nil {
			return nil, err
		}
		list := []object{}
		for _, x := range addresses {
			length, _ := x.Mask.Size()
			list = append(list, object{"ip": x.IP.String(), "prefix-length": length})
		}
		one[key] = object{"enabled": len(list) > 0, "address": list}
	}
	return one, nil
}

func (l *lab) writeState(path string) error {
	s, err := l.state()
	if err != nil {
		return err
	}
	text, err := json.MarshalIndent(s, "", " ")
	if err != nil {
		return err
	}
	return os.WriteFile(path, append(text, '\n'), 0o644)
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	return keys
}
