// The results of the real readers for the spec.config of a NetworkAttachmentDefinition: the attach client of Multus, Multus, libcni,
// each plugin of the configuration, and its IPAM plugin. Reads one JSON object per line, and prints one per line in the same order.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"sync"
)

type input struct {
	ID           int    `json:"id"`
	Name         string `json:"name"`
	Namespace    string `json:"namespace"`
	ResourceName string `json:"resourceName,omitempty"`
	Config       string `json:"config"`
}

// Verdicts of a reader.
const (
	accepted = "accepted" // it read everything; what is missing on this machine does not count
	refused  = "refused"
	unknown  = "unknown" // there is no reader for this plugin
)

type reading struct {
	ID      int      `json:"id"`
	Verdict string   `json:"verdict"`
	By      string   `json:"by,omitempty"` // the reader that refused it
	Error   string   `json:"error,omitempty"`
	Plugins []plugin `json:"plugins"`
}

// How one plugin of the configuration read its part.
type plugin struct {
	Type    string `json:"type"`
	Outcome string `json:"outcome,omitempty"` // the plugin's own words if it accepted
	Master  string `json:"master,omitempty"`
	Mode    string `json:"mode,omitempty"`
	MTU     int64  `json:"mtu,omitempty"`
	IPAM    *ipam  `json:"ipam,omitempty"`
}

type ipam struct {
	Type        string `json:"type"`
	Outcome     string `json:"outcome,omitempty"`
	Gateway     string `json:"gateway,omitempty"`
	NetworkName string `json:"networkName,omitempty"`
	Pools       []pool `json:"pools"`
}

type pool struct {
	Subnet  string `json:"subnet"`
	First   string `json:"first,omitempty"` // before excludes
	Last    string `json:"last,omitempty"`
	Next    string `json:"next,omitempty"`    // the first address to be handed out
	Count   int    `json:"count"`             // -1: not counted
	Gateway string `json:"gateway,omitempty"` // host-local
}

// refusal is the error of a reader that rejects the configuration.
type refusal struct {
	by  string
	err error
}

func (r *refusal) Error() string { return r.by + ": " + r.err.Error() }

func refuse(by string, format string, args ...any) error {
	return &refusal{by, fmt.Errorf(format, args...)}
}

func work(lines <-chan job, group *sync.WaitGroup) {
	defer group.Done()
	for line := range lines {
		var in input
		if err := json.Unmarshal(line.text, &in); err != nil {
			fmt.Fprintf(os.Stderr, "readers: %v\n", err)
			os.Exit(2)
		}
		out := read(&in)
		text, err := json.Marshal(out)
		if err != nil {
			fmt.Fprintf(os.Stderr, "readers: %v\n", err)
			os.Exit(2)
		}
		line.answer <- text
	}
}

type job struct {
	text   []byte
	answer chan []byte
}

func main() {
	if err := prepare(); err != nil {
		fmt.Fprintf(os.Stderr, "readers: %v\n", err)
		os.Exit(2)
	}
	jobs := make(chan job)
	answers := make(chan chan []byte, 64)
	var group sync.WaitGroup
	group.Add(1)
	go work(jobs, &group)
	go func() {
		in := bufio.NewScanner(os.Stdin)
		in.Buffer(nil, 64<<20)
		for in.Scan() {
			answer := make(chan []byte, 1)
			answers <- answer
			jobs <- job{append([]byte(nil), in.Bytes()...), answer}
		}
		if in.Err() != nil {
			fmt.Fprintf(os.Stderr, "readers: %v\n", in.Err())
			os.Exit(2)
		}
		close(answers)
		close(jobs)
	}()
	out := bufio.NewWriter(os.Stdout)
	for answer := range answers {
		out.Write(<-answer)
		out.WriteByte('\n')
	}
	group.Wait()
	if out.Flush() != nil {
		os.Exit(2)
	}
}
