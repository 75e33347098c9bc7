package main

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"
)

// node is a Kubernetes node: a network namespace, and a mount namespace with separate /etc, /var/lib and /run.
type node struct {
	lab       *lab
	i         int
	name      string
	space     *space
	mounts    int // descriptor of the mount namespace
	dhcp      *daemon
	api       *http.Transport // as Multus on this node uses it
	ordinary  *pod
	baseline  *picture
	keptFiles map[string]bool
	rules     *ruleset
}

func (n *node) address() string    { return fmt.Sprintf("192.168.1.%d", 10+n.i) }
func (n *node) podNetwork() string { return fmt.Sprintf("10.128.%d.0/24", 2*n.i) }

func (n *node) network() error {
	lines := []string{fmt.Sprintf("addr add %s/24 dev eth0", n.address())}
	for _, s := range switches {
		for _, i := range s.nodes {
			if i == n.i {
				lines = append(lines, "link set "+s.nic+" up")
			}
		}
	}
	lines = append(lines, "route add default via 192.168.1.1")
	for _, other := range n.lab.nodes {
		if other != n {
			lines = append(lines, fmt.Sprintf("route add %s via %s", other.podNetwork(), other.address()))
		}
	}
	lines = append(lines, "link add br-mig type bridge", "link set br-mig up", "link set eth4 master br-mig",
		"link add br-jumbo mtu 9000 type bridge", "link set br-jumbo up", "link set eth7 master br-jumbo",
		"link add br-lonely type bridge", "link set br-lonely up",
		"link property add dev eth1 altname enp129s0f0np0migration", "link property add dev eth1 altname enp129s0f0np0")
	if n.i == 3 {
		lines = append(lines, "link set eth6 mtu 1500")
	} else {
		lines = append(lines, "link add br-part type bridge", "link set br-part up", "link set eth8 master br-part")
	}
	for _, step := range []func() error{
		func() error { return n.space.ip(lines...) },
		func() error { return n.space.sysctl("net/ipv4/ip_forward", "1") },
		func() error { return n.space.sysctl("net/ipv4/conf/all/rp_filter", "0") },
	} {
		if err := step(); err != nil {
			return err
		}
	}
	var err error
	n.rules, err = newRuleset(n.space, fmt.Sprintf(`table ip services {
	chain prerouting {
		type nat hook prerouting priority dstnat
		ip daddr { %[1]s, %[2]s } tcp dport 443 dnat to %[3]s:6443
	}
	chain output {
		type nat hook output priority -100
		ip daddr %[1]s tcp dport 443 dnat to %[3]s:6443
	}
	chain postrouting {
		type nat hook postrouting priority srcnat
		ip saddr %[4]s ip daddr != %[5]s oifname "eth0" masquerade
	}
}
`, apiService, otherService, apiAddress, n.podNetwork(), clusterNetwork))
	return err
}

// files creates the node's folders, and the mount namespace in which plugins see them.
func (n *node) files() error {
	root := fmt.Sprintf("%s/%s", n.lab.work, n.name)
	cni := root + "/etc/cni"
	for path, text := range map[string]string{
		cni + "/multus/net.d/10-pods.conf": `{"cniVersion": "0.4.0", "name": "pods", "type": "` + podNetworkType + `"}`,
		// A kubelet that has not allocated any device.
		root + "/lib/kubelet/device-plugins/kubelet_internal_checkpoint": `{"Data": {"PodDeviceEntries": [], "RegisteredDevices": {}}, "Checksum": 0}`,
		root + "/lib/cni/.keep":            "",
		cni + "/net.d/whereabouts.d/.keep": "",
		root + "/run/cni/.keep":            "",
		root + "/run/netns/.keep":          "",
	} {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		if filepath.Base(path) == ".keep" {
			continue
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			return err
		}
	}
	for _, name := range []string{"protocols", "services", "hosts", "resolv.conf"} {
		if text, err := os.ReadFile("/etc/" + name); err == nil {
			if err := os.WriteFile(root+"/etc/"+name, text, 0o644); err != nil {
				return err
			}
		}
	}
	if err := copyLinks("/etc/alternatives", root+"/etc/alternatives"); err != nil { // for example, iptables
		return err
	}
	if err := n.kubeconfig("kube-system"); err != nil {
		return err
	}
	n.api = transport(n.space, n.lab.access.roots)
	return apart(func() error {
		if err := unix.Unshare(unix.CLONE_NEWNS); err != nil {
			return err
		}
		if err := unix.Setns(int(n.space.fd), unix.CLONE_NEWNET); err != nil {
			return err
		}
		_ = unix.Unmount("/sys", unix.MNT_DETACH)
		for _, m := range []struct {
			from, to, kind string
			flags          uintptr
		}{
			{"", "/", "", unix.MS_SLAVE | unix.MS_REC},
			{"sysfs", "/sys", "sysfs", 0},
			{root + "/etc", "/etc", "", unix.MS_BIND},
			{root + "/lib", "/var/lib", "", unix.MS_BIND},
			{netnsFolder, root + "/run/netns", "", unix.MS_BIND | unix.MS_REC},
			{root + "/run", "/run", "", unix.MS_BIND | unix.MS_REC},
		} {
			if m.to == "/sys" {
				_ = unix.Unmount("/sys", unix.MNT_DETACH)
			}
			if err := unix.Mount(m.from, m.to, m.kind, m.flags, ""); err != nil {
				return fmt.Errorf("mount %s: %w", m.to, err)
			}
		}
		var err error
		n.mounts, err = unix.Open("/proc/thread-self/ns/mnt", unix.O_RDONLY|unix.O_CLOEXEC, 0)
		return err
	})
}

func copyLinks(from, to string) error {
	found, err := filepath.Glob(from + "/*")
	if err == nil {
		err = os.MkdirAll(to, 0o755)
	}
	for _, path := range found {
		if target, bad := os.Readlink(path); err == nil && bad == nil {
			err = os.Symlink(target, to+"/"+filepath.Base(path))
		}
	}
	return err
}

// kubeconfig writes the credentials of whereabouts. It keeps its pools in the namespace.
func (n *node) kubeconfig(namespace string) error {
	kubeconfig, err := json.Marshal(object{
		"apiVersion": "v1", "kind": "Config", "current-context": "c",
		"clusters": []object{{"name": "c", "cluster": object{"server": "https://" + apiAddress + ":6443",
			"certificate-authority-data": base64.StdEncoding.EncodeToString([]byte(n.lab.access.certificate))}}},
		"users":    []object{{"name": "u", "user": object{"token": n.lab.access.token}}},
		"contexts": []object{{"name": "c", "context": object{"cluster": "c", "user": "u", "namespace": namespace}}},
	})
	if err != nil {
		return err
	}
	return os.WriteFile(fmt.Sprintf("%s/%s/etc/cni/net.d/whereabouts.d/whereabouts.kubeconfig", n.lab.work, n.name), kubeconfig, 0o600)
}

// whereaboutsConfig writes the file of whereabouts on the node. By default, a pod that is not the leader retries after 500 ms, which
// is most of the time when pods attach at once. With 60 ms, the allocations are the same. A case that sets such times itself gets
// the file as it is installed.
func (n *node) whereaboutsConfig(asInstalled bool) error {
	retry := `"leader_retry_period": 60, `
	if asInstalled {
		retry = ""
	}
	return os.WriteFile(fmt.Sprintf("%s/%s/etc/cni/net.d/whereabouts.d/whereabouts.conf", n.lab.work, n.name), []byte(`{`+retry+`"datastore": "kubernetes",
		"reconciler_cron_expression": "30 4 * * *", "kubernetes": {"kubeconfig": "/etc/cni/net.d/whereabouts.d/whereabouts.kubeconfig"}}`), 0o644)
}

// do runs f on a thread inside the node. Programs that f starts are inside, too.
func (n *node) do(f func() error) error {
	return apart(func() error {
		if err := unix.Unshare(unix.CLONE_FS); err != nil {
			return err
		}
		if err := unix.Setns(n.mounts, unix.CLONE_NEWNS); err != nil {
			return err
		}
		if err := unix.Setns(int(n.space.fd), unix.CLONE_NEWNET); err != nil {
			return err
		}
		return f()
	})
}

func (n *node) close() {
	if n.api != nil {
		n.api.CloseIdleConnections()
	}
	if n.mounts >= 0 {
		_ = unix.Close(n.mounts)
		n.mounts = -1
	}
	if n.rules != nil {
		n.rules.close()
	}
}

func (n *node) dhcpDaemon(on bool) {
	if on && n.dhcp == nil {
		n.dhcp, _ = startDaemon(n.do, n.lab.work+"/dhcp.log", n.lab.options.bin+"/dhcp", "daemon", "-timeout", "3s")
		socket := fmt.Sprintf("%s/%s/run/cni/dhcp.sock", n.lab.work, n.name)
		_ = n.lab.until(3*time.Second, func() error { _, err := os.Stat(socket); return err })
	}
	if !on && n.dhcp != nil {
		n.dhcp.stop()
		n.dhcp = nil
		_ = os.Remove(fmt.Sprintf("%s/%s/run/cni/dhcp.sock", n.lab.work, n.name))
	}
}

// cniFiles returns the files that plugins keep on the node.
func (n *node) cniFiles() (map[string]bool, error) {
	found := map[string]bool{}
	root := fmt.Sprintf("%s/%s/lib/cni", n.lab.work, n.name)
	err := filepath.WalkDir(root, func(path string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			found[strings.TrimPrefix(path, root)] = true
		}
		return err
	})
	return found, err
}

// picture is the state of a node's network.
type picture struct {
	links  map[string]linkPicture
	routes []string
}

type linkPicture struct {
	mtu, promisc, allmulti int
	master                 string
	up, vlanFiltering      bool
	addresses              []string
}

// isPodCable reports whether the interface is the node's end of a pod's cable.
func isPodCable(name string) bool { return strings.HasPrefix(name, "veth") }

func (n *node) picture() (*picture, error) {
	links, err := n.space.handle.LinkList()
	if err != nil {
		return nil, err
	}
	addresses, err := n.space.handle.AddrList(nil, netlink.FAMILY_ALL)
	if err != nil {
		return nil, err
	}
	p := &picture{links: map[string]linkPicture{}}
	names := map[int]string{}
	for _, l := range links {
		names[l.Attrs().Index] = l.Attrs().Name
	}
	for _, l := range links {
		a := l.Attrs()
		if isPodCable(a.Name) || a.Name == "lo" {
			continue
		}
		one := linkPicture{mtu: a.MTU, promisc: a.Promisc, allmulti: a.Allmulti, up: a.Flags&net.FlagUp != 0, master: names[a.MasterIndex]}
		if b, ok := l.(*netlink.Bridge); ok && b.VlanFiltering != nil {
			one.vlanFiltering = *b.VlanFiltering
		}
		for _, address := range addresses {
			if address.LinkIndex == a.Index && address.Scope == unix.RT_SCOPE_UNIVERSE {
				one.addresses = append(one.addresses, address.IPNet.String())
			}
		}
		p.links[a.Name] = one
	}
	routes, err := n.space.handle.RouteList(nil, netlink.FAMILY_V4)
	for _, r := range routes {
		if name := names[r.LinkIndex]; !isPodCable(name) {
			p.routes = append(p.routes, fmt.Sprintf("%v via %v dev %s", r.Dst, r.Gw, name))
		}
	}
	return p, err
}

func has(list []string, one string) bool {
	for _, x := range list {
		if x == one {
			return true
		}
	}
	return false
}

// restore restores the node's baseline and returns what had been left on it.
func (n *node) restore() (left []string, err error) {
	now, err := n.picture()
	if err != nil {
		return nil, err
	}
	was := n.baseline
	var commands []string
	add := func(what string, args ...any) { commands = append(commands, fmt.Sprintf(what, args...)) }
	leave := func(what string, args ...any) { left = append(left, fmt.Sprintf(what, args...)) }
	for name, p := range now.links {
		before, known := was.links[name]
		if !known {
			leave("interface %s stays", name)
			add("link del %s", name)
			continue
		}
		if p.mtu != before.mtu {
			leave("%s: mtu %d -> %d", name, before.mtu, p.mtu)
			add("link set %s mtu %d", name, before.mtu)
		}
		if p.master != before.master {
			leave("%s: master %s -> %s", name, before.master, p.master)
			if before.master == "" {
				add("link set %s nomaster", name)
			} else {
				add("link set %s master %s", name, before.master)
			}
		}
		if p.up != before.up {
			leave("%s: up %v -> %v", name, before.up, p.up)
			add("link set %s %s", name, map[bool]string{true: "up", false: "down"}[before.up])
		}
		if p.vlanFiltering != before.vlanFiltering {
			leave("%s: vlan_filtering %v -> %v", name, before.vlanFiltering, p.vlanFiltering)
			add("link set %s type bridge vlan_filtering 0", name)
		}
		if p.promisc != before.promisc {
			leave("%s: promisc %d -> %d", name, before.promisc, p.promisc)
			if before.promisc == 0 {
				add("link set %s promisc off", name)
			}
		}
		if p.allmulti != before.allmulti {
			leave("%s: allmulti %d -> %d", name, before.allmulti, p.allmulti)
			if before.allmulti == 0 {
				add("link set %s allmulticast off", name)
			}
		}
		for _, a := range p.addresses {
			if !has(before.addresses, a) {
				leave("%s: address %s stays", name, a)
				add("addr del %s dev %s", a, name)
			}
		}
		for _, a := range before.addresses {
			if !has(p.addresses, a) {
				leave("%s: address %s is GONE", name, a)
			}
		}
	}
	for name := range was.links {
		if _, there := now.links[name]; !there {
			leave("interface %s is GONE from the node", name)
		}
	}
	for _, r := range was.routes {
		if !has(now.routes, r) {
			leave("route %s is GONE", r)
		}
	}
	if len(commands) > 0 {
		_ = n.space.ip(append([]string{}, commands...)...)
	}
	added, err := n.rules.restore()
	if err != nil {
		return left, err
	}
	if len(added) > 0 {
		leave("nftables: %d lines more: %.160s", len(added), strings.Join(added, "; "))
	}
	n.dropCables()
	files, err := n.cniFiles()
	for f := range files {
		if n.keptFiles[f] {
			continue
		}
		base := filepath.Base(f)
		if !strings.HasPrefix(base, "last_reserved") && base != "lock" && base != "whereabouts.log" && !strings.Contains(f, "/results/") {
			leave("file %s", f)
		}
		_ = os.Remove(fmt.Sprintf("%s/%s/lib/cni%s", n.lab.work, n.name, f))
	}
	return left, err
}

// settle waits until the interfaces of removed sandboxes are gone from the node, because the kernel removes them later.
func (n *node) settle() error {
	return n.lab.until(5*time.Second, func() error {
		links, err := n.space.handle.LinkList()
		if err != nil {
			return err
		}
		for _, l := range links {
			if name := l.Attrs().Name; isPodCable(name) && name != n.ordinary.cable() {
				return fmt.Errorf("%s stays", name)
			}
		}
		return nil
	})
}

// dropCables removes the cables of pods that no longer exist.
func (n *node) dropCables() {
	links, _ := n.space.handle.LinkList()
	for _, l := range links {
		if name := l.Attrs().Name; isPodCable(name) && name != n.ordinary.cable() {
			_ = n.space.handle.LinkDel(l)
		}
	}
}

// whole reports whether the node is in its initial state.
func (n *node) whole() bool {
	now, err := n.picture()
	return err == nil && fmt.Sprint(now.links) == fmt.Sprint(n.baseline.links) && len(now.routes) >= len(n.baseline.routes)
}
