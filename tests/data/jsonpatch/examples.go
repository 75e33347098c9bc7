package main

import "strings"

// DROVEWAY: "none" (the field remains in force), "sets", "opaque" (the effect is unknown), "broken" (not a valid patch) or
// "outside" (HyperConverged applies no part of it).
type example struct{ what, patch, droveway string }

const (
	migrations = "/spec/configuration/migrations"
	network    = migrations + "/network"
)

func op(members string) string { return "[{" + members + "}]" }

func value(kind, path, text string) string {
	return op(`"op":"` + kind + `","path":"` + path + `","value":` + text)
}

func from(kind, from, path string) string {
	return op(`"op":"` + kind + `","from":"` + from + `","path":"` + path + `"`)
}

func join(patches ...string) string {
	var inner []string
	for _, patch := range patches {
		inner = append(inner, strings.TrimSuffix(strings.TrimPrefix(patch, "["), "]"))
	}
	return "[" + strings.Join(inner, ",") + "]"
}

func sources() []example {
	set := value("add", network, `"a"`)
	return []example{
		{"copy", from("copy", "/metadata/name", network), "opaque"},
		{"copy, text before the first slash", from("copy", "x/metadata/name", network), "opaque"},
		{"copy, a space before the first slash", from("copy", " /metadata/name", network), "opaque"},
		{"copy, a URI fragment", from("copy", "#/metadata/name", network), "opaque"},
		{"copy, from without a slash", from("copy", "metadata", network), "broken"},
		{"copy, from the whole document", from("copy", "", network), "opaque"},
		{"copy, from an empty token at the root", from("copy", "//metadata/name", network), "opaque"},
		{"copy, from an empty token below", from("copy", "/metadata//name", network), "opaque"},
		{"copy, from nothing", from("copy", "/metadata/none", network), "opaque"},
		{"copy, no from", op(`"op":"copy","path":"` + network + `"`), "broken"},
		{"copy, from null", op(`"op":"copy","from":null,"path":"` + network + `"`), "broken"},
		{"copy, from a number", op(`"op":"copy","from":1,"path":"` + network + `"`), "broken"},
		{"copy of the network elsewhere", from("copy", network, "/spec/x"), "none"},
		{"copy of the network elsewhere, text before the slash", from("copy", "x"+network, "/spec/x"), "none"},
		{"move", from("move", "/metadata/name", network), "opaque"},
		{"move, text before the first slash", from("move", "x/metadata/name", network), "opaque"},
		{"move away", from("move", network, "/spec/x"), "opaque"},
		{"move away, text before the first slash", from("move", "x"+network, "/spec/x"), "opaque"},
		{"move away what was set, text before the first slash", join(set, from("move", "x"+network, "/spec/x")), "opaque"},
		{"move of migrations away, text before the first slash", from("move", "x"+migrations, "/spec/x"), "opaque"},
		{"move, from the whole document", from("move", "", network), "broken"},
		{"move, from without a slash", from("move", "metadata", network), "broken"},
		{"move elsewhere", from("move", "/metadata/name", "/spec/x"), "none"},
		{"move from an empty token at the root", from("move", "/"+network, "/spec/x"), "none"},
		{"add with a from of no use", op(`"op":"add","from":7,"path":"` + network + `","value":"a"`), "sets"},
	}
}

func paths() []example {
	return []example{
		{"add", value("add", network, `"a"`), "sets"},
		{"replace", value("replace", network, `"a"`), "sets"},
		{"remove", value("remove", network, `1`), "none"},
		{"text before the first slash", value("add", "x"+network, `"a"`), "outside"},
		{"a path without a slash", value("add", "spec", `"a"`), "outside"},
		{"an empty path", value("add", "", `{}`), "outside"},
		{"the root's empty key", value("add", "/", `"a"`), "outside"},
		{"the whole spec", value("add", "/spec", `{"configuration":{"migrations":{"network":"a"}}}`), "outside"},
		{"an empty key in spec", value("add", "/spec/", `"a"`), "none"},
		{"metadata", value("add", "/metadata/labels", `{}`), "outside"},
		{"spec in capitals", value("add", "/Spec/configuration/migrations/network", `"a"`), "outside"},
		{"a test outside spec", join(value("add", network, `"a"`), value("test", "/kind", `"KubeVirt"`)), "outside"},
		{"an empty token at the root", value("add", "//spec/configuration/migrations/network", `"a"`), "outside"},
		{"an empty token", value("add", "/spec//configuration/migrations/network", `"a"`), "none"},
		{"an empty token at the end", value("add", network+"/", `"a"`), "opaque"},
		{"the whole configuration", value("add", "/spec/configuration", `{"migrations":{"network":"a"}}`), "sets"},
		{"the whole migrations", value("add", migrations, `{"network":"a"}`), "sets"},
		{"the whole migrations without it", value("add", migrations, `{"progressTimeout":1}`), "none"},
		{"key in capitals", value("add", migrations+"/Network", `"a"`), "sets"},
		{"an escape", value("add", "/spec/configuration/migrations~1network", `"a"`), "none"},
		{"escapes, one after the other", value("add", "/spec/~01", `"a"`), "none"},
		{"a dash", value("add", migrations+"/-", `"a"`), "none"},
		{"an index", value("add", migrations+"/0", `"a"`), "none"},
		{"a negative index", value("add", migrations+"/-1", `"a"`), "none"},
		{"below the network", value("add", network+"/x", `"a"`), "opaque"},
		{"a path that is null", op(`"op":"add","path":null,"value":1`), "broken"},
		{"no path", op(`"op":"add","value":1`), "broken"},
	}
}

func values() []example {
	return []example{
		{"null", value("add", network, "null"), "sets"},
		{"migrations null", value("add", migrations, "null"), "sets"},
		{"configuration null", value("add", "/spec/configuration", "null"), "none"},
		{"no value", op(`"op":"add","path":"` + network + `"`), "broken"},
		{"no value to replace", op(`"op":"replace","path":"` + network + `"`), "broken"},
		{"no value to test", op(`"op":"test","path":"/spec/none"`), "none"},
		{"no value to test, before another", join(op(`"op":"test","path":"/spec/none"`), value("add", network, `"a"`)), "sets"},
		{"a test that fails", join(value("test", network, `"x"`), value("add", network, `"a"`)), "sets"},
		{"a number", value("add", network, "1"), "sets"},
		{"keys in two letter cases", value("add", migrations, `{"network":"a","Network":"b"}`), "sets"},
		{"keys in two letter cases, the other order", value("add", migrations, `{"Network":"b","network":"a"}`), "sets"},
		{"a key twice", value("add", migrations, `{"network":"a","network":"b"}`), "sets"},
		{"a key twice, another case between", value("add", migrations, `{"network":"a","Network":"b","network":"c"}`), "opaque"},
		{"a parent twice, another case between", value("add", "/spec/configuration", `{"migrations":{"network":"a"},"Migrations":{"network":"b"},"migrations":{"network":"c"}}`), "opaque"},
		{"two parents", value("add", "/spec/configuration", `{"migrations":{"network":"a"},"Migrations":{"progressTimeout":1}}`), "opaque"},
		{"another key twice", value("add", migrations, `{"x":1,"network":"a","x":2}`), "sets"},
		{"half a surrogate pair", value("add", network, `"a\ud800"`), "sets"},
		{"an integer beyond 64 bits elsewhere", value("add", "/spec/x", "99999999999999999999"), "none"},
		{"a number beyond all", value("add", "/spec/x", "1e400"), "opaque"},
		{"a number beyond all in a test", join(value("add", network, `"a"`), op(`"op":"test","path":"/spec/none","x":1e400`)), "opaque"},
		{"a NUL elsewhere", join(value("add", network, `"a"`), value("add", "/spec/x", `"\u0000"`)), "opaque"},
		{"a NUL", value("add", network, `"a\u0000"`), "opaque"},
		{"nested deep elsewhere", join(value("add", network, `"a"`), value("add", "/spec/x", strings.Repeat("[", 200)+strings.Repeat("]", 200))), "opaque"},
	}
}

func spellings() []example {
	capital := migrations + "/Network"
	parent := "/spec/configuration/Migrations"
	return []example{
		{"a capital key, then the key", join(value("add", capital, `"a"`), value("add", network, `"b"`)), "opaque"},
		{"the key, then a capital one", join(value("add", network, `"b"`), value("add", capital, `"a"`)), "sets"},
		{"a capital key, then the key replaced", join(value("add", capital, `"a"`), value("replace", network, `"b"`)), "opaque"},
		{"two capital keys and the first again", join(value("add", capital, `"a"`), value("add", migrations+"/NETWORK", `"b"`), value("add", capital, `"c"`)), "opaque"},
		{"a capital parent", value("add", parent, `{"network":"a"}`), "sets"},
		{"a capital parent, then the key", join(value("add", parent, `{"network":"a"}`), value("add", network, `"b"`)), "opaque"},
		{"a capital parent, then all of it", join(value("add", parent, `{"network":"a"}`), value("add", migrations, `{"network":"b"}`)), "opaque"},
		{"a capital parent without it", value("add", parent, `{"progressTimeout":1}`), "none"},
		{"a capital parent that is null", value("add", parent, `null`), "sets"},
		{"the key, then a capital parent that is null", join(value("add", network, `"a"`), value("add", parent, `null`)), "opaque"},
		{"the key, then a capital parent without it", join(value("add", network, `"a"`), value("add", parent, `{"progressTimeout":1}`)), "opaque"},
		{"a capital parent that is null, then the key", join(value("add", parent, `null`), value("add", network, `"a"`)), "opaque"},
		{"a capital key removed", join(value("add", capital, `"a"`), value("remove", capital, `1`)), "opaque"},
	}
}

func shapes() []example {
	set := value("add", network, `"a"`)
	return []example{
		{"no operation", "[]", "none"},
		{"null for a list", "null", "none"},
		{"null with spaces", " null\n", "none"},
		{"empty", "", "broken"},
		{"an object", "{}", "broken"},
		{"a string", `"x"`, "broken"},
		{"a number as an operation", "[7]", "broken"},
		{"null as an operation", "[null]", "broken"},
		{"an empty operation", "[{}]", "broken"},
		{"an unknown operation", op(`"op":"set","path":"` + network + `","value":"a"`), "broken"},
		{"an operation in capitals", op(`"op":"ADD","path":"` + network + `","value":"a"`), "broken"},
		{"an operation that is null", op(`"op":null,"path":"` + network + `","value":"a"`), "broken"},
		{"OP for op", op(`"OP":"add","path":"` + network + `","value":"a"`), "broken"},
		{"Path for path", op(`"op":"add","Path":"` + network + `","value":"a"`), "broken"},
		{"Path beside path", op(`"op":"add","path":"/spec/x","Path":"` + network + `","value":"a"`), "none"},
		{"Value for value", op(`"op":"add","path":"` + network + `","Value":"a"`), "broken"},
		{"path twice", op(`"op":"add","path":"/spec/x","path":"` + network + `","value":"a"`), "sets"},
		{"op twice", op(`"op":"test","path":"` + network + `","value":"a","op":"add"`), "sets"},
		{"value twice", op(`"op":"add","path":"` + network + `","value":"b","value":"a"`), "sets"},
		{"members that nobody reads", op(`"op":"add","path":"` + network + `","value":"a","x":[{}]`), "sets"},
		{"more text", set + " x", "broken"},
		{"two lists", set + set, "broken"},
		{"a broken operation at the end", join(set, "[7]"), "broken"},
		{"a comma too many", "[" + set[1:len(set)-1] + ",]", "broken"},
	}
}

func examples() []example {
	var all []example
	for _, list := range [][]example{sources(), paths(), values(), spellings(), shapes()} {
		all = append(all, list...)
	}
	return all
}
