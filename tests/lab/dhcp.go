package main

import (
	"fmt"
	"net"
	"syscall"

	"golang.org/x/sys/unix"
)

// dhcpServer hands out 10.77.0.100 and up on one network. It implements only what the plugin's client needs.
type dhcpServer struct {
	lab        *lab
	bridge     string
	connection net.PacketConn
	given      map[string]byte
}

func newDHCPServer(l *lab, bridge string) (*dhcpServer, error) {
	if err := l.sw.ip("addr add 10.77.0.1/24 dev " + bridge); err != nil {
		return nil, err
	}
	d := &dhcpServer{lab: l, bridge: bridge, given: map[string]byte{}}
	listen := net.ListenConfig{Control: func(_, _ string, c syscall.RawConn) (err error) {
		_ = c.Control(func(fd uintptr) {
			if err = unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_BROADCAST, 1); err == nil {
				err = unix.SetsockoptString(int(fd), unix.SOL_SOCKET, unix.SO_BINDTODEVICE, bridge)
			}
		})
		return err
	}}
	err := l.sw.inside(func() (err error) {
		d.connection, err = listen.ListenPacket(l.ctx, "udp4", ":67")
		return err
	})
	if err == nil {
		go d.serve()
	}
	return d, err
}

func (d *dhcpServer) serve() {
	buffer := make([]byte, 2000)
	for {
		n, _, err := d.connection.ReadFrom(buffer)
		if err != nil {
			return
		}
		if reply := d.answer(buffer[:n]); reply != nil {
			_, _ = d.connection.WriteTo(reply, &net.UDPAddr{IP: net.IPv4bcast, Port: 68})
		}
	}
}

// answer offers to a discovery and acknowledges a request.
func (d *dhcpServer) answer(asked []byte) []byte {
	if len(asked) < 240 {
		return nil
	}
	options := map[byte][]byte{}
	for at := 240; at+1 < len(asked) && asked[at] != 255; {
		if asked[at] == 0 {
			at++
			continue
		}
		end := at + 2 + int(asked[at+1])
		if end > len(asked) {
			return nil
		}
		options[asked[at]] = asked[at+2 : end]
		at = end
	}
	kind := append(options[53], 0)[0]
	if kind != 1 && kind != 3 {
		return nil
	}
	client := fmt.Sprint(asked[28:34], options[61])
	if _, known := d.given[client]; !known {
		d.given[client] = byte(100 + len(d.given))
	}
	me := []byte{10, 77, 0, 1}
	reply := make([]byte, 236)
	copy(reply, []byte{2, asked[1], asked[2], 0})
	copy(reply[4:12], asked[4:12])
	copy(reply[16:], []byte{10, 77, 0, d.given[client]})
	copy(reply[20:], me)
	copy(reply[28:44], asked[28:44])
	reply = append(reply, 0x63, 0x82, 0x53, 0x63, 53, 1, map[byte]byte{1: 2, 3: 5}[kind], 54, 4, 10, 77, 0, 1, 51, 4, 0, 0, 14, 16, 1, 4, 255, 255, 255, 0, 255)
	return reply
}

func (d *dhcpServer) stop() {
	_ = d.connection.Close()
	_ = d.lab.sw.ip("addr del 10.77.0.1/24 dev " + d.bridge)
}
