package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"sort"
	"strings"
	"sync"
	"time"
)

// nadCase is a NetworkAttachmentDefinition of a case.
type nadCase struct {
	Name, Namespace string
	Config          *string
	Annotations     map[string]string
	Attach          bool   // pods of virtual machines attach to it first
	Ifname          string // the name of their interface
}

// testCase is a line of a corpus.
type testCase struct {
	nadCase
	ID, Group  string
	NADOther   map[string]string `json:"nad_annotations"`
	Annotation string            // of the pods; default: the NAD's name
	Others     []nadCase
	There      []string // addresses of another machine on the network
	L2         string   // the network of these; default: eth1's
	Dhcp       string   // "daemon", or "server": the daemon and a server
	Concurrent *bool    // also attach on all nodes at once
	Steps      []string // events over time, instead of attaching once: see steps.go
	Then       string   // the configuration that a step changes to
	raw        map[string]any
}

// readCase reads a line and fills in defaults.
func readCase(line []byte) (*testCase, error) {
	c := &testCase{}
	if err := json.Unmarshal(line, c); err != nil {
		return nil, err
	}
	if err := json.Unmarshal(line, &c.raw); err != nil {
		return nil, err
	}
	c.fill()
	if c.NADOther != nil {
		c.Annotations = c.NADOther
	}
	if c.L2 == "" {
		c.L2 = "miga"
	}
	for i := range c.Others {
		c.Others[i].fill()
	}
	return c, checkSteps(c)
}

func (n *nadCase) fill() {
	if n.Name == "" {
		n.Name = "migration-network"
	}
	if n.Namespace == "" {
		n.Namespace = kubevirtNamespace
	}
	if n.Ifname == "" {
		n.Ifname = "net1"
	}
}

// allocates reports whether attaching on all nodes at once can differ, because they share a pool or seem to.
func (c *testCase) allocates() bool {
	if c.Concurrent != nil {
		return *c.Concurrent
	}
	for _, prefix := range []string{"pool-", "range-", "exclude-", "ipRanges", "gateway-"} {
		if strings.HasPrefix(c.ID, prefix) {
			return true
		}
	}
	return c.Group == "seed" || c.Group == "overlap" || c.Group == "whereabouts" || c.Group == "interface"
}

// attached is the result of one round: pods on all nodes were attached and tried.
type attached struct {
	pods            []*pod
	pairs           int
	reach, cluster  map[string]string
	overManagement  bool
	bridgeAddresses map[string][]string
}

// result is the result of a case.
type result struct {
	reality          string
	problems, danger []string
	seconds          float64
	nodes            map[string]any
}

// try attaches a case, tries the network and cleans up.
func (l *lab) try(c *testCase) (r *result, err error) {
	began := time.Now()
	r = &result{}
	var made []string
	defer func() {
		for _, path := range made {
			l.api.remove(path)
		}
		r.seconds = time.Since(began).Seconds()
	}()
	for _, o := range c.Others {
		path, err := l.api.putNAD(o.Namespace, o.Name, o.Config, o.Annotations)
		if err != nil {
			return r, err
		}
		made = append(made, path)
	}
	path, err := l.api.putNAD(c.Namespace, c.Name, c.Config, c.Annotations)
	if refused, ok := err.(*refusal); ok {
		r.reality, r.problems = "fails", []string{"apiserver: " + refused.Error()}
		return r, nil
	}
	if err != nil {
		return r, err
	}
	made = append(made, path)
	return r, l.arranged(c, func() error {
		if len(c.Steps) > 0 {
			return l.runSteps(c, r)
		}
		return l.rounds(c, r)
	})
}

// arranged runs f with the DHCP daemons and the machines that a case needs.
func (l *lab) arranged(c *testCase, f func() error) error {
	for _, n := range l.nodes {
		n.dhcpDaemon(c.Dhcp != "")
		if err := n.whereaboutsConfig(c.Config == nil || strings.Contains(*c.Config, "leader_")); err != nil {
			return err
		}
	}
	for _, a := range c.There {
		if err := l.sw.ip("addr add " + a + " dev " + c.L2); err != nil {
			return err
		}
		defer func() { _ = l.sw.ip("addr del " + a + " dev " + c.L2) }()
	}
	if c.Dhcp == "server" {
		d, err := newDHCPServer(l, c.L2)
		if err != nil {
			return err
		}
		defer d.stop()
	}
	return f()
}

func (l *lab) rounds(c *testCase, r *result) error {
	p := &problems{}
	var before []*pod
	taken := map[string]string{}
	for _, o := range c.Others {
		if !o.Attach {
			continue
		}
		pods, err := l.podsOn(l.nodes, podSpec{prefix: "virt-launcher", namespace: o.Namespace, networks: o.Name + "@" + o.Ifname, nic: o.Ifname})
		before = append(before, pods...)
		if err != nil {
			return err
		}
		for _, pod := range pods {
			pod.add()
			if err := pod.inspect(); err != nil {
				return err
			}
			who := fmt.Sprintf("%s on %s", o.Name, pod.node.name)
			taken[who] = pod.address
			if pod.error != "" {
				p.add("others: %s: %s", who, pod.error)
			}
		}
	}
	spec := podSpec{prefix: "virt-handler", networks: c.Name + "@" + migrationNIC, nic: migrationNIC}
	if c.Annotation != "" {
		spec.networks = c.Annotation + "@" + migrationNIC
	}
	one, err := l.round(spec, false, true)
	var two *attached
	if err == nil && c.allocates() && one.attachedPods() > 0 {
		two, err = l.round(spec, true, false)
	}
	deletePods(before)
	if err != nil {
		return err
	}
	left, err := l.leftovers()
	if err == nil || errors.Is(err, errBroken) {
		judge(c, p, one, two, taken, left, r)
	}
	return err
}

// podsOn creates a pod on each of the nodes.
func (l *lab) podsOn(nodes []*node, spec podSpec) ([]*pod, error) {
	pods := make([]*pod, len(nodes))
	failures := make([]error, len(nodes))
	eachAtOnce(len(nodes), func(i int) { pods[i], failures[i] = l.newPod(nodes[i], spec) })
	var made []*pod
	var err error
	for i := range nodes {
		if failures[i] != nil {
			err = failures[i]
		} else {
			made = append(made, pods[i])
		}
	}
	return made, err
}

func eachAtOnce(count int, f func(int)) {
	var wait sync.WaitGroup
	for i := range count {
		wait.Add(1)
		go func() { defer wait.Done(); f(i) }()
	}
	wait.Wait()
}

func (a *attached) attachedPods() (n int) {
	for _, p := range a.pods {
		if p.error == "" {
			n++
		}
	}
	return n
}

// round attaches virt-handler's pods, one after the other or at once, tries them and deletes them.
func (l *lab) round(spec podSpec, atTheSameTime, full bool) (*attached, error) {
	a := &attached{bridgeAddresses: map[string][]string{}}
	var err error
	if a.pods, err = l.podsOn(l.nodes, spec); err != nil {
		deletePods(a.pods)
		return nil, err
	}
	defer func() { deletePods(a.pods) }()
	if atTheSameTime {
		eachAtOnce(len(a.pods), func(i int) { a.pods[i].add() })
	} else {
		for _, p := range a.pods {
			p.add()
		}
	}
	return a, l.tryPods(a, full)
}

// tryPods inspects the pods and lets them migrate to each other.
func (l *lab) tryPods(a *attached, full bool) error {
	inspectErrors := make([]error, len(a.pods))
	eachAtOnce(len(a.pods), func(i int) { inspectErrors[i] = a.pods[i].inspect() })
	var good, all []*pod
	for i, p := range a.pods {
		if inspectErrors[i] != nil {
			return inspectErrors[i]
		}
		if p.error != "" {
			continue
		}
		var err error
		if p.server, err = newServer(p); err != nil {
			return err
		}
		all = append(all, p)
		if p.address != "" {
			good = append(good, p)
		}
	}
	if len(all) == 0 {
		return nil
	}
	if full {
		for _, n := range l.nodes {
			now, err := n.picture()
			if err != nil {
				return err
			}
			for name, link := range now.links {
				for _, address := range link.addresses {
					if !has(n.baseline.links[name].addresses, address) {
						who := n.name + " " + name
						a.bridgeAddresses[who] = append(a.bridgeAddresses[who], address)
					}
				}
			}
		}
	}
	before := l.managementBytes()
	a.pairs, a.reach = reach(good, full)
	a.overManagement = l.managementBytes()-before > bulk
	if full {
		a.cluster = l.clusterReach(all)
	}
	return nil
}

// managementBytes returns how many bytes the nodes have sent over the management network.
func (l *lab) managementBytes() (sum uint64) {
	links, _ := l.sw.handle.LinkList()
	for _, link := range links {
		if a := link.Attrs(); strings.HasPrefix(a.Name, "mgmt-") && a.Name != "mgmt-cp" && a.Statistics != nil {
			sum += a.Statistics.RxBytes
		}
	}
	return sum
}

// leftovers cleans the datastore of whereabouts and the nodes, and returns what was left there. If a node can't be restored, it
// builds the network of the laboratory again.
func (l *lab) leftovers() (left []string, err error) {
	pools, reservations, err := l.api.leases()
	if err != nil {
		return nil, err
	}
	if len(pools)+len(reservations) > 0 {
		left = append(left, fmt.Sprintf("whereabouts: %v %v", pools, reservations))
	}
	whole := true
	for _, n := range l.nodes {
		found, err := n.restore()
		if err != nil {
			return nil, err
		}
		for _, f := range found {
			left = append(left, n.name+": "+f)
		}
		whole = whole && (len(found) == 0 || n.whole())
	}
	l.api.clearLeases()
	if !whole {
		err = errBroken
	}
	return left, err
}

// problems is a list of descriptions.
type problems struct{ list []string }

func (p *problems) add(what string, args ...any) { p.list = append(p.list, fmt.Sprintf(what, args...)) }

func (p *problems) addMap(what string, m map[string]string) {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	for _, k := range keys {
		p.add("%s %s: %s", what, k, m[k])
	}
}

// kinds returns the first words of the problems.
func (p *problems) kinds() map[string]bool {
	kinds := map[string]bool{}
	for _, x := range p.list {
		kinds[strings.TrimRight(strings.Fields(x)[0], ":")] = true
	}
	return kinds
}
