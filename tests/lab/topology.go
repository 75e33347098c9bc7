package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"

	"golang.org/x/sys/unix"
)

const (
	kubevirtNamespace = "openshift-cnv"
	migrationNIC      = "migration0"
	apiAddress        = "192.168.1.2"
	apiVirtual        = "192.168.1.200"
	apiService        = "172.30.0.1"
	otherService      = "172.30.5.10"
	serviceNetwork    = "172.30.0.0/16"
	clusterNetwork    = "10.128.0.0/14"
	nodeCount         = 3
)

// switches are the physical networks: a bridge of the switch, its MTU, and the nodes' NIC on it.
var switches = []struct {
	bridge string
	mtu    int
	nic    string
	nodes  []int
}{
	{"mgmt", 1500, "eth0", []int{1, 2, 3}},
	{"miga", 9000, "eth1", []int{1, 2, 3}},
	{"migb", 1500, "eth2", []int{1, 2, 3}},
	{"migc", 1500, "eth3", []int{1, 2}},
	{"migd", 1500, "eth4", []int{1, 2, 3}},
	{"mige", 1500, "eth5", []int{1, 2, 3}},
	{"migf", 9000, "eth6", []int{1, 2, 3}},
	{"migg", 9000, "eth7", []int{1, 2, 3}},
	{"migh", 1500, "eth8", []int{1, 2}},
}

type options struct{ bin, assets string }

// lab is three nodes, a switch between them and a control plane, each a network namespace.
type lab struct {
	ctx     context.Context
	options options
	prefix  string // of the namespaces' names
	work    string
	spaces  []*space
	daemons []*daemon
	sw      *space
	api     *api
	access  *credentials
	nodes   []*node
	serial  int
	lock    sync.Mutex
}

func (l *lab) space(what string) (*space, error) {
	s, err := newSpace(l.prefix + what)
	if err == nil {
		l.lock.Lock()
		l.spaces = append(l.spaces, s)
		l.lock.Unlock()
	}
	return s, err
}

func (l *lab) drop(s *space) {
	l.lock.Lock()
	for i, other := range l.spaces {
		if other == s {
			l.spaces = append(l.spaces[:i], l.spaces[i+1:]...)
			break
		}
	}
	l.lock.Unlock()
	s.remove()
}

func (l *lab) number() int {
	l.lock.Lock()
	defer l.lock.Unlock()
	l.serial++
	return l.serial
}

// command runs a program with text as its standard input.
func command(input string, words ...string) (string, error) {
	c := exec.Command(words[0], words[1:]...)
	c.Stdin = strings.NewReader(input)
	out, err := c.CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("%s: %w: %s", strings.Join(words, " "), err, strings.TrimSpace(string(out)))
	}
	return string(out), nil
}

// ip runs lines of `ip -batch` in the namespace.
func (s *space) ip(lines ...string) error {
	_, err := command(strings.Join(lines, "\n")+"\n", "ip", "-n", s.name, "-batch", "-")
	return err
}

// sysctl writes a setting of the namespace.
func (s *space) sysctl(key, value string) error {
	return s.inside(func() error { return os.WriteFile("/proc/sys/"+key, []byte(value), 0) })
}

// up builds everything, including the ordinary pods that virt-handler must reach.
func (l *lab) up() error {
	if err := os.MkdirAll(l.work, 0o700); err != nil {
		return err
	}
	cp, err := l.network()
	if err != nil {
		return err
	}
	if l.api, l.access, err = l.controlPlane(cp, l.work+"/control-plane"); err != nil {
		return err
	}
	for _, n := range l.nodes {
		if err := l.api.create("/api/v1/nodes", object{"metadata": object{"name": n.name}, "spec": object{}}); err != nil {
			return err
		}
		if err := n.files(); err != nil {
			return err
		}
		if n.ordinary, err = l.newPod(n, podSpec{prefix: "ordinary"}); err != nil {
			return err
		}
		n.ordinary.add()
		if n.ordinary.error != "" {
			return fmt.Errorf("no pod network: %s", n.ordinary.error)
		}
		if n.ordinary.server, err = newServer(n.ordinary); err != nil {
			return err
		}
		if n.baseline, err = n.picture(); err != nil {
			return err
		}
		if n.keptFiles, err = n.cniFiles(); err != nil {
			return err
		}
	}
	return nil
}

// network creates the namespaces and cables. It returns the namespace of the control plane.
func (l *lab) network() (*space, error) {
	var err error
	if l.sw, err = l.space("sw"); err != nil {
		return nil, err
	}
	cp, err := l.space("cp")
	if err != nil {
		return nil, err
	}
	for i := 1; i <= nodeCount; i++ {
		s, err := l.space(fmt.Sprintf("n%d", i))
		if err != nil {
			return nil, err
		}
		l.nodes = append(l.nodes, &node{lab: l, i: i, name: fmt.Sprintf("node-%d", i), space: s, mounts: -1})
	}
	var lines []string
	for _, s := range switches {
		lines = append(lines, fmt.Sprintf("link add %s mtu %d type bridge", s.bridge, s.mtu), "link set "+s.bridge+" up")
		for _, i := range s.nodes {
			lines = append(lines, fmt.Sprintf("link add %s-%d mtu %d type veth peer name %s mtu %d netns %s",
				s.bridge, i, s.mtu, s.nic, s.mtu, l.nodes[i-1].space.name),
				fmt.Sprintf("link set %s-%d master %s up", s.bridge, i, s.bridge))
		}
	}
	lines = append(lines, "link add mgmt-cp type veth peer name eth0 netns "+cp.name, "link set mgmt-cp master mgmt up",
		"addr add 192.168.1.1/24 dev mgmt", "link set mige-3 down")
	// The switch answers for its address only on the network of that address, as a router's port would.
	for _, step := range []func() error{
		func() error { return l.sw.ip(lines...) },
		func() error { return l.sw.sysctl("net/ipv4/conf/all/arp_ignore", "1") },
		func() error { return l.sw.sysctl("net/ipv4/conf/all/arp_filter", "1") },
		func() error {
			return cp.ip("addr add "+apiAddress+"/24 dev eth0", "addr add "+apiVirtual+"/24 dev eth0", "link set eth0 up",
				"route add default via 192.168.1.1")
		},
	} {
		if err := step(); err != nil {
			return nil, err
		}
	}
	for _, n := range l.nodes {
		if err := n.network(); err != nil {
			return nil, err
		}
	}
	return cp, nil
}

// down stops all processes and removes all namespaces and files.
func (l *lab) down() {
	for _, n := range l.nodes {
		n.dhcpDaemon(false)
		if n.ordinary != nil && n.ordinary.server != nil {
			n.ordinary.server.stop()
		}
	}
	for i := len(l.daemons) - 1; i >= 0; i-- {
		l.daemons[i].stop()
	}
	for _, n := range l.nodes {
		n.close()
	}
	for len(l.spaces) > 0 {
		l.drop(l.spaces[len(l.spaces)-1])
	}
	if err := os.RemoveAll(l.work); err != nil {
		fmt.Fprintln(os.Stderr, "lab:", err)
	}
}

// ensureNetnsFolder makes /run/netns a shared mount, as `ip netns` does, so that nodes see its changes.
func ensureNetnsFolder() error {
	if err := os.MkdirAll(netnsFolder, 0o755); err != nil {
		return err
	}
	if err := unix.Mount("", netnsFolder, "", unix.MS_SHARED|unix.MS_REC, ""); err == nil {
		return nil
	}
	if err := unix.Mount(netnsFolder, netnsFolder, "", unix.MS_BIND|unix.MS_REC, ""); err != nil {
		return err
	}
	return unix.Mount("", netnsFolder, "", unix.MS_SHARED|unix.MS_REC, "")
}
