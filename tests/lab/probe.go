package main

import (
	"context"
	"crypto/tls"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/rand"
	"net"
	"strings"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

const (
	migrationPort = 49152
	bulk          = 300_000
)

// server is the target side of a migration: it receives many bytes, then answers with its name.
type server struct{ listener net.Listener }

func newServer(p *pod) (*server, error) {
	s := &server{}
	err := p.space.inside(func() (err error) {
		s.listener, err = net.Listen("tcp", fmt.Sprintf("[::]:%d", migrationPort))
		return err
	})
	if err != nil {
		return nil, err
	}
	go func() {
		for {
			c, err := s.listener.Accept()
			if err != nil {
				return
			}
			go answer(c, p.name)
		}
	}()
	return s, nil
}

func answer(c net.Conn, name string) {
	defer c.Close()
	_ = c.SetDeadline(time.Now().Add(3 * time.Second))
	var want uint32
	if binary.Read(c, binary.BigEndian, &want) != nil {
		return
	}
	got, _ := io.CopyN(io.Discard, c, int64(want))
	_, _ = fmt.Fprintf(c, "%s %d", name, got)
}

func (s *server) stop() { _ = s.listener.Close() }

func dial(from *space, address string, limit time.Duration) (c net.Conn, err error) {
	err = from.inside(func() (err error) {
		c, err = (&net.Dialer{Timeout: limit}).DialContext(context.Background(), "tcp", address)
		return err
	})
	return c, err
}

// send opens a connection, sends size bytes, and returns the answer and its own address.
func send(from *space, address string, size int, limit time.Duration) (said, source string, err error) {
	c, err := dial(from, address, limit)
	if err != nil {
		return "", "", err
	}
	defer c.Close()
	_ = c.SetDeadline(time.Now().Add(limit))
	payload := make([]byte, 4+size)
	binary.BigEndian.PutUint32(payload, uint32(size))
	if _, err := c.Write(payload); err != nil {
		return "", "", err
	}
	text, err := io.ReadAll(io.LimitReader(c, 200))
	return string(text), c.LocalAddr().(*net.TCPAddr).IP.String(), err
}

// migrate lets pod a migrate to pod b, and returns "" or the problem. A full migration also sends many bytes and the largest
// packets.
func migrate(a, b *pod, full bool) string {
	if a.address == b.address {
		return "both have " + a.address
	}
	size := 1000
	if full {
		size = bulk
	}
	six := strings.Contains(b.address, ":")
	said, source, err := send(a.space, net.JoinHostPort(b.address, fmt.Sprint(migrationPort)), size, 1500*time.Millisecond)
	switch {
	case err != nil && !full:
		return fmt.Sprintf("TCP: %v", err)
	case err != nil:
		small := ping(a.space, b.address, 56)
		if small == "" {
			small = "small ones pass, so it is the size"
		}
		return fmt.Sprintf("TCP: %v; ping: %s", err, small)
	case !strings.HasPrefix(said, b.name+" "):
		return fmt.Sprintf("another pod answered (%s)", said)
	case said != fmt.Sprintf("%s %d", b.name, size):
		return "only " + said
	}
	over := false
	for _, x := range a.addresses {
		over = over || strings.Split(x, "/")[0] == source
	}
	if !over {
		return fmt.Sprintf("went from %s, not over %s", source, a.nic)
	}
	if full {
		bytes := a.mtu - 28
		if six {
			bytes = a.mtu - 48
		}
		if said := ping(a.space, b.address, bytes); said != "" {
			return fmt.Sprintf("ping of %d bytes, no fragments: %s", bytes, said)
		}
	}
	return ""
}

// ping sends an echo request that must not be fragmented, and returns "" after a reply.
func ping(from *space, address string, size int) string {
	ip := net.ParseIP(address)
	six := ip.To4() == nil
	family, protocol, request, reply := unix.AF_INET, unix.IPPROTO_ICMP, byte(8), byte(0)
	var to unix.Sockaddr = &unix.SockaddrInet4{Addr: [4]byte(pad(ip.To4()))}
	if six {
		family, protocol, request, reply = unix.AF_INET6, unix.IPPROTO_ICMPV6, 128, 129
		to = &unix.SockaddrInet6{Addr: [16]byte(ip.To16())}
	}
	fd := -1
	err := from.inside(func() (err error) {
		fd, err = unix.Socket(family, unix.SOCK_RAW|unix.SOCK_CLOEXEC, protocol)
		return err
	})
	if err != nil {
		return err.Error()
	}
	defer unix.Close(fd)
	if six {
		err = unix.SetsockoptInt(fd, unix.IPPROTO_IPV6, unix.IPV6_MTU_DISCOVER, unix.IPV6_PMTUDISC_DO)
	} else {
		err = unix.SetsockoptInt(fd, unix.IPPROTO_IP, unix.IP_MTU_DISCOVER, unix.IP_PMTUDISC_DO)
	}
	if err == nil {
		err = unix.SetsockoptTimeval(fd, unix.SOL_SOCKET, unix.SO_RCVTIMEO, &unix.Timeval{Usec: 250_000})
	}
	packet := make([]byte, 8+max(size, 0))
	packet[0] = request
	identity := uint16(rand.Intn(1 << 16))
	binary.BigEndian.PutUint16(packet[4:], identity)
	if !six {
		binary.BigEndian.PutUint16(packet[2:], checksum(packet))
	}
	if err == nil {
		err = unix.Sendto(fd, packet, 0, to)
	}
	if err != nil {
		return err.Error()
	}
	buffer := make([]byte, 65536)
	for end := time.Now().Add(time.Second); time.Now().Before(end); {
		n, who, err := unix.Recvfrom(fd, buffer, 0)
		if errors.Is(err, unix.EAGAIN) || errors.Is(err, unix.EINTR) {
			continue
		}
		if err != nil {
			return err.Error()
		}
		data := buffer[:n]
		if !six {
			data = data[min(len(data), int(data[0]&15)*4):]
		}
		if len(data) >= 8 && data[0] == reply && binary.BigEndian.Uint16(data[4:]) == identity && sockaddrIs(who, ip) {
			return ""
		}
	}
	return "no reply"
}

func pad(ip net.IP) net.IP {
	if ip == nil {
		return make(net.IP, 4)
	}
	return ip
}

func sockaddrIs(a unix.Sockaddr, ip net.IP) bool {
	switch a := a.(type) {
	case *unix.SockaddrInet4:
		return ip.Equal(net.IP(a.Addr[:]))
	case *unix.SockaddrInet6:
		return ip.Equal(net.IP(a.Addr[:]))
	}
	return false
}

func checksum(packet []byte) uint16 {
	var sum uint32
	for i := 0; i < len(packet); i += 2 {
		sum += uint32(packet[i]) << 8
		if i+1 < len(packet) {
			sum += uint32(packet[i+1])
		}
	}
	for sum > 0xffff {
		sum = sum>>16 + sum&0xffff
	}
	return ^uint16(sum)
}

// reach lets every pod migrate to every other.
func reach(pods []*pod, full bool) (pairs int, problems map[string]string) {
	jobs := map[string]func() string{}
	for _, a := range pods {
		for _, b := range pods {
			if a != b {
				jobs[fmt.Sprintf("%s->%s", a.who(pods), b.who(pods))] = func() string { return migrate(a, b, full) }
			}
		}
	}
	return len(jobs), atOnce(jobs)
}

// who returns the node of a pod, or the pod's name if its node has several of the pods.
func (p *pod) who(pods []*pod) string {
	for _, other := range pods {
		if other != p && other.node == p.node {
			return p.name
		}
	}
	return fmt.Sprint(p.node.i)
}

// clusterReach checks that the pods and nodes still reach what they reached before.
func (l *lab) clusterReach(pods []*pod) map[string]string {
	handshake := &tls.Config{RootCAs: l.access.roots, ServerName: apiAddress}
	api := func(from *space, address string, port int) func() string {
		return func() string {
			c, err := dial(from, net.JoinHostPort(address, fmt.Sprint(port)), 2*time.Second)
			if err == nil {
				defer c.Close()
				_ = c.SetDeadline(time.Now().Add(2 * time.Second))
				err = tls.Client(c, handshake).Handshake()
			}
			if err != nil {
				return err.Error()
			}
			return ""
		}
	}
	peer := func(from *space, to *pod) func() string {
		return func() string {
			said, _, err := send(from, net.JoinHostPort(to.podAddress, fmt.Sprint(migrationPort)), 10, 2*time.Second)
			switch {
			case err != nil:
				return err.Error()
			case !strings.HasPrefix(said, to.name+" "):
				return fmt.Sprintf("%s answered for %s", said, to.name)
			}
			return ""
		}
	}
	jobs := map[string]func() string{}
	for _, n := range l.nodes {
		jobs[n.name+" -> API server"] = api(n.space, apiAddress, 6443)
	}
	for _, p := range pods {
		me := "pod " + p.who(pods)
		jobs[me+" -> API server"] = api(p.space, apiAddress, 6443)
		jobs[me+" -> API service"] = api(p.space, apiService, 443)
		jobs[me+" -> another service"] = api(p.space, otherService, 443)
		jobs[me+" -> API server's virtual address"] = api(p.space, apiVirtual, 6443)
		for _, n := range l.nodes {
			jobs[me+" -> ordinary pod on "+n.name] = peer(p.space, n.ordinary)
			jobs["ordinary pod on "+n.name+" -> "+me] = peer(n.ordinary.space, p)
			jobs[n.name+" -> "+me] = peer(n.space, p)
		}
	}
	return atOnce(jobs)
}

// atOnce runs all jobs in parallel and returns the problems of those that failed.
func atOnce(jobs map[string]func() string) map[string]string {
	problems := map[string]string{}
	var lock sync.Mutex
	var wait sync.WaitGroup
	for what, job := range jobs {
		wait.Add(1)
		go func() {
			defer wait.Done()
			if said := job(); said != "" {
				lock.Lock()
				problems[what] = said
				lock.Unlock()
			}
		}()
	}
	wait.Wait()
	return problems
}
