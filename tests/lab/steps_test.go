package main

import (
	"strings"
	"testing"
)

func TestSteps(t *testing.T) {
	for line, want := range map[string]string{
		"add virt-handler":     "",
		"add virt-handler 1 3": "",
		"delete vm 2":          "",
		"roll virt-handler":    "",
		"surge sync":           "",
		"restart":              "",
		"lose 3":               "",
		"change":               "",
		"cluster own":          "",
		"cluster remote":       "",
		"reach":                "",

		"":                     "the step is empty",
		" \t":                  "the step is empty",
		"jump":                 `unknown step "jump"`,
		"add":                  "add needs a workload",
		"delete":               "delete needs a workload",
		"roll":                 "roll needs a workload",
		"surge":                "surge needs a workload",
		"add virt-handler 4":   `"4" is not a node from 1 to 3`,
		"delete vm 1 0":        `"0" is not a node from 1 to 3`,
		"lose -1":              `"-1" is not a node from 1 to 3`,
		"restart one":          `"one" is not a node from 1 to 3`,
		"roll virt-handler 1":  `roll does not accept "1"`,
		"change 1":             `change does not accept "1"`,
		"cluster":              "cluster needs own or remote",
		"cluster other":        "cluster needs own or remote",
		"cluster remote again": `cluster does not accept "again"`,
		"reach 1":              `reach does not accept "1"`,
	} {
		_, err := parseStep(strings.Fields(line))
		if got := errorText(err); got != want {
			t.Errorf("%q: %q, not %q", line, got, want)
		}
	}
}

func TestCaseNamesItsBrokenStep(t *testing.T) {
	_, err := readCase([]byte(`{"id": "story", "config": "{}", "steps": ["add virt-handler", ""]}`))
	if want := `story: step 2 (""): the step is empty`; errorText(err) != want {
		t.Errorf("%v, not %s", err, want)
	}
}

func errorText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}
