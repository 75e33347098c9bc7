package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// story is the state of a case with steps: its pods, and which datastore they use.
type story struct {
	lab      *lab
	c        *testCase
	problems problems
	pods     []*pod // attached, and not deleted
	remote   bool   // the next steps are about pods of the other cluster
	tried    int    // attachments
	good     int
}

// step describes a kind of step: the first word of a line in "steps", and its arguments.
type step struct {
	run      func(*story, []string) error
	workload bool     // the first argument is a workload
	words    []string // the first argument is one of these
	nodes    bool     // numbers of nodes may follow
}

var steps = map[string]step{
	"add":     {run: (*story).add, workload: true, nodes: true},
	"delete":  {run: (*story).remove, workload: true, nodes: true},
	"roll":    {run: (*story).roll, workload: true},
	"surge":   {run: (*story).surge, workload: true},
	"restart": {run: (*story).restart, nodes: true},
	"lose":    {run: (*story).lose, nodes: true},
	"change":  {run: (*story).change},
	"cluster": {run: (*story).cluster, words: []string{"own", "remote"}},
	"reach":   {run: (*story).reach},
}

// parseStep returns the step for the words of a line.
func parseStep(words []string) (step, error) {
	if len(words) == 0 {
		return step{}, errors.New("the step is empty")
	}
	s, known := steps[words[0]]
	rest := words[1:]
	switch {
	case !known:
		return s, fmt.Errorf("unknown step %q", words[0])
	case s.workload && len(rest) == 0:
		return s, fmt.Errorf("%s needs a workload", words[0])
	case s.words != nil && (len(rest) == 0 || !slices.Contains(s.words, rest[0])):
		return s, fmt.Errorf("%s needs %s", words[0], strings.Join(s.words, " or "))
	case s.workload || s.words != nil:
		rest = rest[1:]
	}
	for _, w := range rest {
		if !s.nodes {
			return s, fmt.Errorf("%s does not accept %q", words[0], w)
		}
		if i, err := strconv.Atoi(w); err != nil || i < 1 || i > nodeCount {
			return s, fmt.Errorf("%q is not a node from 1 to %d", w, nodeCount)
		}
	}
	return s, nil
}

// checkSteps validates the steps of a case before anything is attached.
func checkSteps(c *testCase) error {
	for i, line := range c.Steps {
		if _, err := parseStep(strings.Fields(line)); err != nil {
			return fmt.Errorf("%s: step %d (%q): %w", c.ID, i+1, line, err)
		}
	}
	return nil
}

// runSteps runs the steps of a case. If a step can't attach, that is a problem, but the next steps still run, as they would in a
// cluster.
func (l *lab) runSteps(c *testCase, r *result) error {
	s := &story{lab: l, c: c}
	defer func() {
		for _, p := range s.pods {
			p.forget()
		}
	}()
	for number, line := range c.Steps {
		words := strings.Fields(line)
		step, err := parseStep(words)
		if err != nil {
			return err
		}
		before := len(s.problems.list)
		if err := step.run(s, words[1:]); err != nil {
			return fmt.Errorf("step %d (%s): %w", number+1, line, err)
		}
		for i := before; i < len(s.problems.list); i++ {
			s.problems.list[i] = fmt.Sprintf("step %d (%s): %s", number+1, line, s.problems.list[i])
		}
	}
	r.nodes = map[string]any{}
	for _, p := range s.pods {
		r.nodes[p.name] = map[string]any{"addresses": p.addresses, "mtu": p.mtu}
	}
	for _, remote := range []bool{true, false} {
		if err := s.datastore(remote); err != nil {
			return err
		}
		var own []*pod
		for _, p := range s.pods {
			if p.remote == remote {
				own = append(own, p)
			}
		}
		deletePods(own)
		for _, p := range own {
			if p.deleteError != "" {
				s.problems.add("delete %s: %s", p.name, p.deleteError)
			}
		}
	}
	s.pods = nil
	r.problems, r.reality = s.problems.list, "works"
	switch {
	case s.tried > 0 && s.good == 0:
		r.reality = "fails"
	case len(s.problems.list) > 0:
		r.reality = "partly"
	}
	left, err := l.leftovers()
	for _, x := range left {
		r.problems = append(r.problems, "left: "+x)
	}
	return err
}

// on returns the nodes with these numbers, which parseStep has checked; all nodes if there are none.
func (s *story) on(words []string) ([]*node, error) {
	if len(words) == 0 {
		return s.lab.nodes, nil
	}
	var nodes []*node
	for _, w := range words {
		i, err := strconv.Atoi(w)
		if err != nil {
			return nil, err
		}
		nodes = append(nodes, s.lab.nodes[i-1])
	}
	return nodes, nil
}

func (s *story) spec(prefix string) podSpec {
	spec := podSpec{prefix: prefix, networks: s.c.Name + "@" + migrationNIC, nic: migrationNIC}
	for _, o := range s.c.Others { // "add NAD" adds a pod of that network, otherwise of the case's network
		if o.Name == prefix {
			spec = podSpec{prefix: "virt-launcher", namespace: o.Namespace, networks: o.Name + "@" + o.Ifname, nic: o.Ifname}
		}
	}
	return spec
}

// attach creates a pod on the node. It returns nil if the pod could not attach, which is a problem.
func (s *story) attach(n *node, prefix string) (*pod, error) {
	p, err := s.lab.newPod(n, s.spec(prefix))
	if err != nil {
		return nil, err
	}
	p.prefix, p.remote = prefix, s.remote
	return s.attached(p)
}

func (s *story) attached(p *pod) (*pod, error) {
	p.add()
	s.tried++
	if p.error == "" {
		if err := p.inspect(); err != nil {
			return nil, err
		}
		if p.address == "" && p.nic == migrationNIC {
			p.error = fmt.Sprintf("%s has no global unicast address: %v", p.nic, p.addresses)
		}
	}
	if p.error != "" {
		s.problems.add("%s on %s: %s", p.prefix, p.node.name, p.error)
		p.detach()
		p.forget()
		return nil, nil
	}
	s.good++
	for _, other := range s.pods {
		if p.address != "" && other.address == p.address && s.lab.sameWire(p, other) {
			s.problems.add("duplicate: %s of %s on %s is also that of %s on %s", p.address, p.prefix, p.node.name, other.prefix, other.node.name)
		}
	}
	var err error
	p.server, err = newServer(p)
	s.pods = append(s.pods, p)
	return p, err
}

// end removes a pod, with or without DEL.
func (s *story) end(p *pod, withDEL bool) {
	for i, other := range s.pods {
		if other == p {
			s.pods = append(s.pods[:i:i], s.pods[i+1:]...)
		}
	}
	if withDEL {
		p.detach()
		if p.deleteError != "" {
			s.problems.add("delete %s on %s: %s", p.prefix, p.node.name, p.deleteError)
		}
	}
	p.forget()
}

// named returns the pods of a workload in this cluster.
func (s *story) named(prefix string) (found []*pod) {
	for _, p := range s.pods {
		if p.prefix == prefix && p.remote == s.remote {
			found = append(found, p)
		}
	}
	return found
}

// add WORKLOAD [NODE...]: adds a pod on each node.
func (s *story) add(words []string) error {
	nodes, err := s.on(words[1:])
	for _, n := range nodes {
		if err == nil {
			_, err = s.attach(n, words[0])
		}
	}
	return err
}

// delete WORKLOAD [NODE...]
func (s *story) remove(words []string) error {
	nodes, err := s.on(words[1:])
	for _, p := range s.named(words[0]) {
		for _, n := range nodes {
			if p.node == n {
				s.end(p, true)
				break
			}
		}
	}
	return err
}

// roll WORKLOAD: replaces the pods as the rollout of a DaemonSet does, node by node, deleting the old pod first. A pod that can't
// attach stops it: virt-operator begins with maxUnavailable 1 (a canary), and 10 % of three nodes is also one.
func (s *story) roll(words []string) error {
	for _, old := range s.named(words[0]) {
		s.end(old, true)
		p, err := s.attach(old.node, words[0])
		if p == nil || err != nil {
			return err
		}
	}
	return nil
}

// surge WORKLOAD: replaces the pods as the rollout of a Deployment does (maxSurge 25 % of two is one, maxUnavailable is none),
// creating the new pod first, on another node if possible. A pod that can't attach stops it.
func (s *story) surge(words []string) error {
	for _, old := range s.named(words[0]) {
		p, err := s.attach(s.lab.nodes[old.node.i%len(s.lab.nodes)], words[0])
		if p == nil || err != nil {
			return err
		}
		s.end(old, true)
	}
	return nil
}

// restart NODE...: reboots the nodes. Their pods get new sandboxes, without DEL for the old ones.
func (s *story) restart(words []string) error {
	return s.replace(words, func(p *pod) error {
		again, err := s.lab.sandbox(p)
		if err == nil {
			_, err = s.attached(again)
		}
		return err
	})
}

// lose NODE...: replaces the nodes by other ones with new pods.
func (s *story) lose(words []string) error {
	return s.replace(words, func(p *pod) error {
		s.lab.api.remove(p.object())
		_, err := s.attach(p.node, p.prefix)
		return err
	})
}

// replace removes the sandboxes of the nodes, with their cables and files.
func (s *story) replace(words []string, f func(*pod) error) error {
	nodes, err := s.on(words)
	if err != nil {
		return err
	}
	for _, n := range nodes {
		var gone []*pod
		for _, p := range append([]*pod{}, s.pods...) {
			if p.node == n {
				gone = append(gone, p)
				p.server.stop()
				s.lab.drop(p.space)
				_ = os.Remove(fmt.Sprintf("%s/%s/lib/cni/multus/%s", s.lab.work, n.name, p.container))
				for i, other := range s.pods {
					if other == p {
						s.pods = append(s.pods[:i:i], s.pods[i+1:]...)
					}
				}
			}
		}
		if err := n.settle(); err != nil {
			return err
		}
		for _, p := range gone {
			if err := f(p); err != nil {
				return err
			}
		}
	}
	return nil
}

// change: gives the NAD the other configuration of the case.
func (s *story) change([]string) error {
	path := fmt.Sprintf(nadPath, s.c.Namespace) + "/" + s.c.Name
	return s.lab.api.call("PATCH", path, object{"spec": object{"config": s.c.Then}}, nil)
}

// cluster own|remote: selects the cluster of the next pods. The whereabouts of the other cluster has a separate datastore.
func (s *story) cluster(words []string) error {
	return s.datastore(words[0] == "remote")
}

func (s *story) datastore(remote bool) error {
	s.remote = remote
	namespace := "kube-system"
	if remote {
		namespace = "remote-cluster"
		if err := s.lab.api.create("/api/v1/namespaces", object{"metadata": object{"name": namespace}}); err != nil {
			return err
		}
	}
	for _, n := range s.lab.nodes {
		if err := n.kubeconfig(namespace); err != nil {
			return err
		}
	}
	return nil
}

// reach: lets every pod of a workload migrate to every other pod of it in its cluster. (virt-handler and the sync controller don't
// communicate over this network.)
func (s *story) reach([]string) error {
	groups := map[string][]*pod{}
	for _, p := range s.pods {
		if p.nic == migrationNIC && p.address != "" {
			group := fmt.Sprint(p.prefix, p.remote)
			groups[group] = append(groups[group], p)
		}
	}
	for _, name := range sortedKeys(groups) {
		_, problems := reach(groups[name], true)
		s.problems.addMap("reach", problems)
	}
	return nil
}

// sameWire reports whether two pods are on the same network, where the switch has seen their NICs. A NIC that it has not seen may be
// on any.
func (l *lab) sameWire(a, b *pod) bool {
	x, y := l.wire(a), l.wire(b)
	return x == y || x == 0 || y == 0
}

func (l *lab) wire(p *pod) int {
	link, err := p.space.handle.LinkByName(p.nic)
	if err != nil {
		return 0
	}
	known, _ := l.sw.handle.NeighList(0, unix.AF_BRIDGE)
	for _, k := range known {
		if bytes.Equal(k.HardwareAddr, link.Attrs().HardwareAddr) && k.MasterIndex != 0 {
			return k.MasterIndex
		}
	}
	return 0
}
