// The laboratory attaches CNI configurations to virt-handler pods on three nodes, which are network namespaces, and reports what
// happens. README.md describes how to use it.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"math"
	"os"
	"os/signal"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

var errBroken = errors.New("a node can't be restored")

func main() {
	o := options{}
	labs := flag.Int("labs", 2, "how many laboratories side by side")
	cases := flag.String("cases", "", "JSON Lines: the cases")
	out := flag.String("out", "", "where the results go, as JSON Lines")
	only := flag.String("only", "", "regular expression over GROUP/ID")
	state := flag.String("state", "", "where Droveway's state of the cluster goes, as JSON")
	flag.StringVar(&o.bin, "bin", "", "folder with the programs")
	flag.StringVar(&o.assets, "assets", "", "folder with kube-apiserver")
	flag.Parse()
	if err := start(o, *labs, *cases, *out, *only, *state); err != nil {
		fmt.Fprintln(os.Stderr, "lab:", err)
		os.Exit(1)
	}
}

func readCases(path, only string) ([]*testCase, error) {
	choice, err := regexp.Compile(only)
	if err != nil {
		return nil, err
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 16<<20)
	var all []*testCase
	for lines.Scan() {
		c, err := readCase(lines.Bytes())
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		if choice.MatchString(c.Group + "/" + c.ID) {
			all = append(all, c)
		}
	}
	return all, lines.Err()
}

// done is a case with its result, in the order of the corpus.
type done struct {
	index int
	line  map[string]any
}

func start(o options, labs int, path, out, only, state string) error {
	all, err := readCases(path, only)
	if err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	if err := ensureNetnsFolder(); err != nil {
		return err
	}
	removeStale()
	began := time.Now()
	work := fmt.Sprintf("%s/droveway-lab-%d", os.TempDir(), os.Getpid())
	defer os.RemoveAll(work)
	queue := make(chan int, len(all))
	for i := range all {
		queue <- i
	}
	close(queue)
	results := make(chan done, len(all))
	atEnd := make(chan string, labs)
	failures := make(chan error, labs)
	var wait sync.WaitGroup
	for number := range min(labs, max(1, len(all))) {
		wait.Add(1)
		go func() {
			defer wait.Done()
			w := &worker{atEnd: atEnd, ctx: ctx, options: o, number: number, work: fmt.Sprintf("%s/%d", work, number)}
			if number == 0 {
				w.state = state
			}
			if err := w.run(all, queue, results); err != nil {
				failures <- err
				stop()
			}
		}()
	}
	go func() { wait.Wait(); close(results) }()
	got := make([]map[string]any, len(all))
	count, seconds := 0, 0.0
	for d := range results {
		got[d.index] = d.line
		count++
		seconds += d.line["seconds"].(float64)
		first := ""
		if list := d.line["problems"].([]string); len(list) > 0 {
			first = list[0]
		}
		if count == 20 {
			fmt.Println("lab: after 20 cases:", wear())
		}
		fmt.Printf("%d/%d %v: %v (%v s) %.150s\n", count, len(all), d.line["id"], d.line["reality"], d.line["seconds"], strings.ReplaceAll(first, "\n", " "))
	}
	select { // empty if all were stopped
	case last := <-atEnd:
		fmt.Println("lab: at the end:", last)
	default:
	}
	if err := write(out, got); err != nil {
		return err
	}
	took := time.Since(began).Seconds()
	if count > 0 {
		fmt.Printf("%d cases in %.0f s, %.2f s each, %.2f s of wall time a case\n", count, took, seconds/float64(count), took/float64(count))
	}
	select {
	case err := <-failures:
		return err
	default:
	}
	if count < len(all) {
		return errors.New("stopped")
	}
	return nil
}

func write(out string, lines []map[string]any) error {
	if out == "" {
		return nil
	}
	file, err := os.Create(out)
	if err != nil {
		return err
	}
	defer file.Close()
	encoder := json.NewEncoder(file)
	encoder.SetEscapeHTML(false)
	for _, line := range lines {
		if line != nil {
			if err := encoder.Encode(line); err != nil {
				return err
			}
		}
	}
	return file.Close()
}

// worker runs cases, in one laboratory after another.
type worker struct {
	atEnd   chan string
	ctx     context.Context
	options options
	number  int
	work    string
	state   string
	labs    int
	lab     *lab
}

func (w *worker) fresh() error {
	if w.lab != nil {
		w.lab.down()
	}
	w.labs++
	w.lab = &lab{ctx: w.ctx, options: w.options, prefix: fmt.Sprintf("droveway-lab-%d-%d-", os.Getpid(), w.number), work: w.work}
	return w.lab.up()
}

func (w *worker) run(all []*testCase, queue chan int, results chan done) error {
	defer func() {
		if w.lab != nil {
			w.lab.down()
		}
	}()
	if err := w.fresh(); err != nil {
		return err
	}
	if w.state != "" {
		if err := w.lab.writeState(w.state); err != nil {
			return err
		}
	}
	for i := range queue {
		r, err := w.lab.try(all[i])
		if w.ctx.Err() != nil {
			return nil
		}
		if err != nil {
			if !errors.Is(err, errBroken) {
				r.reality, r.problems = "lab", []string{"lab: " + err.Error()}
			}
			if err := w.fresh(); err != nil {
				return err
			}
		}
		line := map[string]any{}
		for k, v := range all[i].raw {
			if k != "reality" && k != "why" {
				line[k] = v
			}
		}
		if r.problems == nil {
			r.problems = []string{}
		}
		line["reality"], line["problems"], line["danger"], line["nodes"] = r.reality, r.problems, r.danger, r.nodes
		line["seconds"] = math.Round(r.seconds*100) / 100
		results <- done{i, line}
	}
	w.atEnd <- wear()
	return nil
}

// removeStale removes what a killed laboratory left behind.
func removeStale() {
	for _, pattern := range []string{netnsFolder + "/droveway-lab-*", os.TempDir() + "/droveway-lab-*"} {
		found, _ := filepath.Glob(pattern)
		for _, path := range found {
			number, _, _ := strings.Cut(strings.TrimPrefix(filepath.Base(path), "droveway-lab-"), "-")
			pid, err := strconv.Atoi(number)
			if err != nil || syscall.Kill(pid, 0) == nil {
				continue
			}
			if strings.HasPrefix(path, netnsFolder) {
				removeNetns(path)
			} else {
				_ = os.RemoveAll(path)
			}
		}
	}
}

// wear counts the resources that would increase if the laboratory leaked.
func wear() string {
	count := func(pattern string) int { found, _ := filepath.Glob(pattern); return len(found) }
	children := 0
	tasks, _ := filepath.Glob("/proc/self/task/*/children")
	for _, path := range tasks {
		text, _ := os.ReadFile(path)
		children += len(strings.Fields(string(text)))
	}
	return fmt.Sprintf("%d threads, %d descriptors, %d processes, %d network namespaces", count("/proc/self/task/*"), count("/proc/self/fd/*"), children,
		count(fmt.Sprintf("%s/droveway-lab-%d-*", netnsFolder, os.Getpid())))
}
