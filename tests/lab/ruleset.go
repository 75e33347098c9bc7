package main

import (
	"encoding/binary"
	"strings"

	"github.com/vishvananda/netlink/nl"
	"github.com/vishvananda/netns"
	"golang.org/x/sys/unix"
)

// ruleset is the nftables rules of a node, including those of iptables. The kernel counts their changes, so detecting one needs no
// process.
type ruleset struct {
	space      *space
	socket     *nl.NetlinkSocket
	generation uint32
	text       string
	lines      []string
}

func newRuleset(s *space, text string) (*ruleset, error) {
	r := &ruleset{space: s, text: text}
	home, err := netns.Get()
	if err != nil {
		return nil, err
	}
	defer home.Close()
	if r.socket, err = nl.GetNetlinkSocketAt(s.fd, home, unix.NETLINK_NETFILTER); err != nil {
		return nil, err
	}
	if err := r.load(); err != nil {
		return nil, err
	}
	r.lines, err = r.list()
	return r, err
}

func (r *ruleset) close() { r.socket.Close() }

func (r *ruleset) load() error {
	if _, err := command("flush ruleset\n"+r.text, "ip", "netns", "exec", r.space.name, "nft", "-f", "-"); err != nil {
		return err
	}
	var err error
	r.generation, err = r.count()
	return err
}

func (r *ruleset) list() ([]string, error) {
	said, err := command("", "ip", "netns", "exec", r.space.name, "nft", "list", "ruleset")
	var lines []string
	for _, line := range strings.Split(said, "\n") {
		if line = strings.TrimSpace(line); line != "" && line != "}" && !strings.HasPrefix(line, "#") {
			lines = append(lines, line)
		}
	}
	return lines, err
}

// count returns the generation of the rules (NFT_MSG_GETGEN).
func (r *ruleset) count() (uint32, error) {
	request := nl.NewNetlinkRequest(unix.NFNL_SUBSYS_NFTABLES<<8|unix.NFT_MSG_GETGEN, 0)
	request.AddData(&nl.Nfgenmsg{NfgenFamily: unix.AF_UNSPEC, Version: 0})
	request.Sockets = map[int]*nl.SocketHandle{unix.NETLINK_NETFILTER: {Socket: r.socket}}
	answers, err := request.Execute(unix.NETLINK_NETFILTER, 0)
	if err != nil || len(answers) == 0 {
		return 0, err
	}
	attributes, err := nl.ParseRouteAttr(answers[0][nl.SizeofNfgenmsg:])
	for _, a := range attributes {
		if a.Attr.Type&^unix.NLA_F_NET_BYTEORDER == unix.NFTA_GEN_ID {
			return binary.BigEndian.Uint32(a.Value), nil
		}
	}
	return 0, err
}

// restore loads the initial rules if there was a change, and returns the lines that had been added.
func (r *ruleset) restore() (added []string, err error) {
	generation, err := r.count()
	if err != nil || generation == r.generation {
		return nil, err
	}
	now, err := r.list()
	if err != nil {
		return nil, err
	}
	for _, line := range now {
		if !has(r.lines, line) && !isEmptyTable(line) {
			added = append(added, line)
		}
	}
	return added, r.load()
}

// isEmptyTable recognizes the tables and chains that iptables creates even if it only lists rules.
func isEmptyTable(line string) bool {
	return strings.HasPrefix(line, "table ") || strings.HasPrefix(line, "type ") || line == "chain INPUT {" || line == "chain OUTPUT {" ||
		line == "chain FORWARD {" || line == "chain PREROUTING {" || line == "chain POSTROUTING {"
}
