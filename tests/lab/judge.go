package main

import (
	"fmt"
	"sort"
	"strings"
)

// counted maps addresses to how many pods have them.
func counted(pods []*pod) map[string]int {
	given := map[string]int{}
	for _, p := range pods {
		if p.address != "" {
			given[p.address]++
		}
	}
	return given
}

func plainAddress(a string) string { return strings.Split(a, "/")[0] }

// judge fills in the result of a case: works, partly or fails, and a description of each problem.
func judge(c *testCase, p *problems, one, two *attached, taken map[string]string, left []string, r *result) {
	r.nodes = map[string]any{}
	fitting, failed := 0, 0
	for _, pod := range one.pods {
		r.nodes[pod.node.name] = map[string]any{"addresses": pod.addresses, "mtu": pod.mtu}
		if pod.error != "" {
			failed++
			p.add("attach %s: %s", pod.node.name, pod.error)
		}
	}
	given := counted(one.pods)
	for _, pod := range one.pods {
		switch {
		case pod.error != "":
		case pod.missing:
			p.add("address %s: no %s in the pod", pod.node.name, migrationNIC)
		case pod.address == "":
			p.add("address %s: %s has no global unicast address: %v", pod.node.name, migrationNIC, pod.addresses)
		default:
			fitting++
		}
	}
	duplicates(p, "", given, nil)
	for who, address := range taken {
		if given[address] > 0 {
			p.add("duplicate: %s of %s is also %s's", address, migrationNIC, who)
		}
	}
	for _, a := range c.There {
		if given[plainAddress(a)] > 0 {
			p.add("duplicate: %s of %s is the address of a machine that was on that network before", plainAddress(a), migrationNIC)
		}
	}
	onNodes := map[string]int{}
	for who, addresses := range one.bridgeAddresses {
		for _, a := range addresses {
			onNodes[plainAddress(a)]++
			if given[plainAddress(a)] > 0 {
				p.add("duplicate: %s of %s is also the address that the plugin gave to %s", plainAddress(a), migrationNIC, who)
			}
		}
	}
	for a, n := range onNodes {
		if n > 1 {
			p.add("duplicate: %s on the bridges of %d nodes", a, n)
		}
	}
	p.addMap("reach", one.reach)
	p.addMap("cluster", one.cluster)
	if one.overManagement {
		p.add("management: the migration traffic goes over the management network")
	}
	for _, pod := range one.pods {
		if pod.defaultRoute {
			p.add("default-route %s: a default route over %s", pod.node.name, migrationNIC)
		}
		if pod.deleteError != "" {
			p.add("delete %s: %s", pod.node.name, pod.deleteError)
		}
	}
	if two != nil {
		for i, pod := range two.pods {
			if pod.error != "" && one.pods[i].error == "" {
				p.add("concurrent attach %s: %s", pod.node.name, pod.error)
			}
		}
		duplicates(p, "concurrent ", counted(two.pods), given)
		for pair, said := range two.reach {
			if one.reach[pair] == "" {
				p.add("concurrent reach %s: %s", pair, said)
			}
		}
		for _, pod := range two.pods {
			if pod.deleteError != "" {
				p.add("concurrent delete %s: %s", pod.node.name, pod.deleteError)
			}
		}
	}
	for _, x := range left {
		p.add("left: %s", x)
	}
	kinds := p.kinds()
	switch {
	case fitting == 0 || one.pairs > 0 && len(one.reach) == one.pairs || fitting == 1 && failed > 0:
		r.reality = "fails"
	case failed > 0 || len(one.reach) > 0 || fitting < len(one.pods) || kinds["duplicate"] || kinds["cluster"] || kinds["concurrent"] || kinds["others"]:
		r.reality = "partly"
	default:
		r.reality = "works"
	}
	for _, k := range []string{"management", "default-route", "left", "delete"} {
		if kinds[k] {
			r.danger = append(r.danger, k)
		}
	}
	r.problems = p.list
}

// duplicates returns the addresses that several pods have now and had not before.
func duplicates(p *problems, when string, given, before map[string]int) {
	var found []string
	for a, n := range given {
		if n > 1 && before[a] < 2 {
			found = append(found, fmt.Sprintf("%sduplicate: %s on %d nodes", when, a, n))
		}
	}
	sort.Strings(found)
	p.list = append(p.list, found...)
}
