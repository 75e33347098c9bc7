// Records how Go's decoders read hostile and unusual CNI configurations: ../go-json.json, described in ../go-json.md.
//
//	cd tests/data/go-json && go run . > ../go-json.json
package main

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"unicode/utf8"
)

type row struct {
	What     string  `json:"what"`
	Config   string  `json:"config,omitempty"`
	Hex      string  `json:"hex,omitempty"`
	Go       reading `json:"go"`
	Droveway string  `json:"droveway"`
}

func record(one example) row {
	out := row{What: one.what, Droveway: one.droveway}
	if utf8.ValidString(one.config) && !bytes.ContainsRune([]byte(one.config), 0) {
		out.Config = one.config
	} else {
		out.Hex = hex.EncodeToString([]byte(one.config))
	}
	got, err := read([]byte(one.config))
	if err != nil {
		got = reading{Error: err.Error()}
	}
	out.Go = got
	return out
}

func line(one example) []byte {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(record(one)); err != nil {
		fmt.Fprintln(os.Stderr, one.what, err)
		os.Exit(1)
	}
	return bytes.TrimRight(out.Bytes(), "\n")
}

func main() {
	fmt.Println("[")
	all := examples()
	for i, one := range all {
		comma := ","
		if i == len(all)-1 {
			comma = ""
		}
		fmt.Printf("  %s%s\n", line(one), comma)
	}
	fmt.Println("]")
}
