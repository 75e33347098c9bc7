// Records how HyperConverged applies jsonpatch annotations: ../jsonpatch.json, described in ../jsonpatch.md.
//
//	cd tests/data/jsonpatch && go run . > ../jsonpatch.json
package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"

	jsonpatch "github.com/evanphx/json-patch/v5"
)

// The parts of kubevirt.io/api core/v1 that are needed here.
type kubevirt struct {
	APIVersion string `json:"apiVersion"`
	Kind       string `json:"kind"`
	Metadata   struct {
		Name string `json:"name"`
	} `json:"metadata"`
	Spec struct {
		Configuration struct {
			Migrations *struct {
				Network         *string `json:"network,omitempty"`
				ProgressTimeout *int64  `json:"progressTimeout,omitempty"`
			} `json:"migrations,omitempty"`
		} `json:"configuration"`
	} `json:"spec"`
}

const made = `{"apiVersion":"kubevirt.io/v1","kind":"KubeVirt","metadata":{"name":"other"},` +
	`"spec":{"configuration":{"migrations":{"network":"field","progressTimeout":150}}}}`

// applyAnnotationPatch of HyperConverged's controllers/operands/operand.go (main, August 2026).
func applyAnnotationPatch(obj *kubevirt, annotation string) error {
	patches, err := jsonpatch.DecodePatch([]byte(annotation))
	if err != nil {
		return err
	}
	for _, patch := range patches {
		path, err := patch.Path()
		if err != nil {
			return err
		}
		if !strings.HasPrefix(path, "/spec/") {
			return errors.New("can only modify spec fields")
		}
	}
	specBytes, err := json.Marshal(obj)
	if err != nil {
		return err
	}
	patchedBytes, err := patches.Apply(specBytes)
	if err != nil {
		return err
	}
	return json.Unmarshal(patchedBytes, obj)
}

type reading struct {
	Error   string `json:"error,omitempty"`
	Network string `json:"network,omitempty"`
}

func read(annotation string) (out reading) {
	var object kubevirt
	if err := json.Unmarshal([]byte(made), &object); err != nil {
		panic(err)
	}
	defer func() {
		if panicked := recover(); panicked != nil {
			out = reading{Error: fmt.Sprint("panic: ", panicked)}
		}
	}()
	if err := applyAnnotationPatch(&object, annotation); err != nil {
		text := err.Error()
		if len(text) > 200 {
			text = text[:200]
		}
		return reading{Error: text}
	}
	if m := object.Spec.Configuration.Migrations; m != nil && m.Network != nil {
		out.Network = *m.Network
	}
	return out
}

type row struct {
	What     string  `json:"what"`
	Patch    string  `json:"patch"`
	Go       reading `json:"go"`
	Droveway string  `json:"droveway"`
}

func main() {
	all := examples()
	fmt.Println("[")
	for i, one := range all {
		var out bytes.Buffer
		encoder := json.NewEncoder(&out)
		encoder.SetEscapeHTML(false)
		if err := encoder.Encode(row{one.what, one.patch, read(one.patch), one.droveway}); err != nil {
			fmt.Fprintln(os.Stderr, one.what, err)
			os.Exit(1)
		}
		comma := ","
		if i == len(all)-1 {
			comma = ""
		}
		fmt.Printf("  %s%s\n", bytes.TrimRight(out.Bytes(), "\n"), comma)
	}
	fmt.Println("]")
}
