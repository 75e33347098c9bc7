package main

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"net"
	"runtime/debug"
	"sort"
	"strings"
	"time"

	"github.com/containernetworking/cni/pkg/skel"
	netclient "github.com/k8snetworkplumbingwg/network-attachment-definition-client/pkg/client/clientset/versioned"
	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"
	"gopkg.in/k8snetworkplumbingwg/multus-cni.v4/pkg/k8sclient"
	"gopkg.in/k8snetworkplumbingwg/multus-cni.v4/pkg/multus"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
)

const podNetworkType = "lab-pods"

// podSpec describes a pod to create.
type podSpec struct {
	prefix, namespace string
	networks          string // the annotation; "" for none
	nic               string
}

// pod is the sandbox of a pod, and its object in the API server.
type pod struct {
	podSpec
	lab       *lab
	node      *node
	name, uid string
	space     *space
	container string

	error, deleteError string // the answers of Multus; "" for success
	podAddress         string
	addresses          []string // of nic, with prefix lengths
	address            string   // the one that virt-handler uses
	mtu                int
	missing            bool // nic does not exist
	defaultRoute       bool // over nic
	conflict           []string
	server             *server
	remote             bool // it belongs to another cluster on the same wire
}

func (l *lab) newPod(n *node, s podSpec) (*pod, error) {
	if s.namespace == "" {
		s.namespace = kubevirtNamespace
	}
	p := &pod{podSpec: s, lab: l, node: n, name: fmt.Sprintf("%s-%d", s.prefix, l.number()), container: newContainer()}
	var err error
	if p.uid, err = l.api.putPod(p.namespace, p.name, n.name, s.networks, map[string]string{"kubevirt.io": s.prefix}); err != nil {
		return nil, err
	}
	p.space, err = l.space(fmt.Sprintf("p%d-%s", n.i, p.name))
	return p, err
}

// sandbox creates a new sandbox for a pod whose old one is gone.
func (l *lab) sandbox(old *pod) (*pod, error) {
	p := &pod{podSpec: old.podSpec, lab: l, node: old.node, name: old.name, uid: old.uid, remote: old.remote, container: newContainer()}
	var err error
	p.space, err = l.space(fmt.Sprintf("p%d-%s", p.node.i, p.name))
	return p, err
}

func newContainer() string {
	id := make([]byte, 32)
	_, _ = rand.Read(id)
	return hex.EncodeToString(id)
}

func (p *pod) object() string {
	return fmt.Sprintf("/api/v1/namespaces/%s/pods/%s", p.namespace, p.name)
}

// cable returns the name of the node's end of the pod's cable to the pod network.
func (p *pod) cable() string { return "veth" + p.container[:8] }

// client returns the client for one call of Multus. It has separate connections, as each run of the program has.
func (n *node) client() (*k8sclient.ClientInfo, error) {
	config := &rest.Config{Host: "https://" + apiAddress + ":6443", Transport: n.api, BearerToken: n.lab.access.token, QPS: -1, Timeout: 10 * time.Second}
	nads, err := netclient.NewForConfig(config)
	if err != nil {
		return nil, err
	}
	core := *config
	core.AcceptContentTypes = "application/vnd.kubernetes.protobuf,application/json"
	core.ContentType = "application/vnd.kubernetes.protobuf"
	client, err := kubernetes.NewForConfig(&core)
	return &k8sclient.ClientInfo{Client: client, NetClient: nads}, err
}

// cni calls Multus as the container runtime does: it calls the code of the program `multus` without starting a process.
func (p *pod) cni(command string) (err error) {
	args := &skel.CmdArgs{
		ContainerID: p.container, Netns: p.space.path(), IfName: "eth0", Path: p.lab.options.bin,
		Args: fmt.Sprintf("IgnoreUnknown=1;K8S_POD_NAMESPACE=%s;K8S_POD_NAME=%s;K8S_POD_INFRA_CONTAINER_ID=%s;K8S_POD_UID=%s",
			p.namespace, p.name, p.container, p.uid),
		StdinData: []byte(`{"cniVersion": "0.3.1", "name": "multus-cni-network", "type": "multus", "binDir": "` + p.lab.options.bin + `",
			"kubeconfig": "/etc/cni/net.d/multus.d/multus.kubeconfig", "cniDir": "/var/lib/cni/multus",
			"confDir": "/etc/cni/multus/net.d", "clusterNetwork": "/etc/cni/multus/net.d/10-pods.conf",
			"namespaceIsolation": true, "globalNamespaces": "default,openshift-multus", "logToStderr": false, "logLevel": "panic"}`),
	}
	return p.node.do(func() (err error) {
		defer func() {
			if r := recover(); r != nil {
				err = fmt.Errorf("Multus panics: %v %s", r, debug.Stack())
			}
		}()
		client, err := p.node.client()
		if err != nil {
			return err
		}
		defer p.node.api.CloseIdleConnections()
		if command == "DEL" {
			return multus.CmdDel(args, &runner{pod: p}, client)
		}
		_, err = multus.CmdAdd(args, &runner{pod: p}, client)
		return err
	})
}

func (p *pod) add() {
	if err := p.cni("ADD"); err != nil {
		p.error = strings.TrimSpace(err.Error())
		if p.error == "" {
			p.error = "failed without words"
		}
	}
}

// delete calls DEL for one pod after the other, and removes the sandboxes and the objects.
func deletePods(pods []*pod) {
	for _, p := range pods {
		p.detach()
	}
	eachAtOnce(len(pods), func(i int) { pods[i].forget() })
}

// detach calls DEL.
func (p *pod) detach() {
	if p.server != nil {
		p.server.stop()
		p.server = nil
	}
	if err := p.cni("DEL"); err != nil {
		p.deleteError = strings.TrimSpace(err.Error())
	}
}

// forget removes the sandbox without DEL, as when a node loses power.
func (p *pod) forget() {
	if p.server != nil {
		p.server.stop()
	}
	p.lab.drop(p.space)
	p.lab.api.remove(p.object())
}

// inspect reads the interfaces and addresses of the sandbox.
func (p *pod) inspect() error {
	if p.error != "" {
		return nil
	}
	link, err := p.space.handle.LinkByName(p.nic)
	if err != nil {
		p.missing = true
		return nil
	}
	p.mtu = link.Attrs().MTU
	// macvlan does not wait for IPv6's duplicate address detection; virt-handler starts later than that.
	var all []netlink.Addr
	for end := time.Now().Add(5 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		if all, err = p.space.handle.AddrList(link, netlink.FAMILY_ALL); err != nil {
			return err
		}
		if !tentative(all) || time.Now().After(end) {
			break
		}
	}
	sort.SliceStable(all, func(i, j int) bool { return all[i].IP.To4() != nil && all[j].IP.To4() == nil })
	for _, a := range all {
		p.addresses = append(p.addresses, a.IPNet.String())
		if p.address == "" && a.IP.IsGlobalUnicast() {
			p.address = a.IP.String()
		}
		if a.Flags&(unix.IFA_F_DADFAILED|unix.IFA_F_TENTATIVE) != 0 && a.IP.IsGlobalUnicast() {
			p.conflict = append(p.conflict, a.IP.String())
		}
	}
	for _, family := range []int{netlink.FAMILY_V4, netlink.FAMILY_V6} {
		routes, err := p.space.handle.RouteListFiltered(family, &netlink.Route{}, netlink.RT_FILTER_TABLE)
		if err != nil {
			return err
		}
		for _, r := range routes {
			isDefault := r.Dst == nil || r.Dst.IP.IsUnspecified() && isZero(r.Dst.Mask)
			over := r.LinkIndex == link.Attrs().Index
			for _, hop := range r.MultiPath {
				over = over || hop.LinkIndex == link.Attrs().Index
			}
			p.defaultRoute = p.defaultRoute || isDefault && over && r.Type == unix.RTN_UNICAST
		}
	}
	return nil
}

func isZero(mask net.IPMask) bool { ones, _ := mask.Size(); return ones == 0 }

func tentative(all []netlink.Addr) bool {
	for _, a := range all {
		if a.IP.IsGlobalUnicast() && a.Flags&unix.IFA_F_TENTATIVE != 0 && a.Flags&unix.IFA_F_DADFAILED == 0 {
			return true
		}
	}
	return false
}

// joinPodNetwork does what the plugins ptp and host-local would do, without starting them, because the pod network is not what is
// tested here.
func (p *pod) joinPodNetwork() (string, error) {
	n := p.node
	base := fmt.Sprintf("10.128.%d.", 2*n.i)
	p.podAddress = fmt.Sprint(base, 10+p.lab.number()%240) // reused only long after the earlier pod is gone
	if p.networks == "" {
		p.podAddress = base + "2" // the ordinary pod, which is never deleted
	}
	peer := &netlink.Veth{LinkAttrs: netlink.NewLinkAttrs(), PeerName: "eth0", PeerNamespace: netlink.NsFd(p.space.fd)}
	peer.Name = p.cable()
	if err := n.space.handle.LinkAdd(peer); err != nil {
		return "", err
	}
	host, err := n.space.handle.LinkByName(p.cable())
	if err != nil {
		return "", err
	}
	eth0, err := p.space.handle.LinkByName("eth0")
	if err != nil {
		return "", err
	}
	gateway, ip := net.ParseIP(base+"1"), net.ParseIP(p.podAddress)
	single := func(a net.IP) *net.IPNet { return &net.IPNet{IP: a, Mask: net.CIDRMask(32, 32)} }
	_, subnet, _ := net.ParseCIDR(n.podNetwork())
	h, s := n.space.handle, p.space.handle
	for _, step := range []func() error{
		func() error { return h.AddrAdd(host, &netlink.Addr{IPNet: single(gateway)}) },
		func() error { return h.LinkSetUp(host) },
		func() error {
			return h.RouteAdd(&netlink.Route{LinkIndex: host.Attrs().Index, Scope: netlink.SCOPE_LINK, Dst: single(ip)})
		},
		func() error {
			return s.AddrAdd(eth0, &netlink.Addr{IPNet: &net.IPNet{IP: ip, Mask: subnet.Mask}, Flags: unix.IFA_F_NOPREFIXROUTE})
		},
		func() error { return s.LinkSetUp(eth0) },
		func() error {
			return s.RouteAdd(&netlink.Route{LinkIndex: eth0.Attrs().Index, Scope: netlink.SCOPE_LINK, Dst: single(gateway)})
		},
		func() error {
			return s.RouteAdd(&netlink.Route{LinkIndex: eth0.Attrs().Index, Dst: subnet, Gw: gateway, Src: ip})
		},
		func() error { return s.RouteAdd(&netlink.Route{LinkIndex: eth0.Attrs().Index, Gw: gateway}) },
	} {
		if err := step(); err != nil {
			return "", err
		}
	}
	return fmt.Sprintf(`{"cniVersion": "0.4.0", "interfaces": [{"name": %q}, {"name": "eth0", "mac": %q, "sandbox": %q}],
		"ips": [{"version": "4", "interface": 1, "address": "%s/24", "gateway": %q}], "routes": [{"dst": "0.0.0.0/0"}], "dns": {}}`,
		p.cable(), eth0.Attrs().HardwareAddr, p.space.path(), p.podAddress, gateway), nil
}

func (p *pod) leavePodNetwork() {
	if host, err := p.node.space.handle.LinkByName(p.cable()); err == nil {
		_ = p.node.space.handle.LinkDel(host)
	}
}
