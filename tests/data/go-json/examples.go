package main

import "strings"

// DROVEWAY: the rules that deny it, separated by spaces; "" if it is read as Go reads it.
type example struct{ what, config, droveway string }

const (
	pool   = `"ipam":{"type":"whereabouts","range":"192.168.99.0/24"}`
	member = `"type":"macvlan","master":"eth1","mode":"bridge"`
	head   = `"cniVersion":"0.3.1","name":"net"`
	base   = head + `,` + member + `,` + pool
	vlan   = head + `,"type":"vlan","master":"eth1",` + pool
	bridge = head + `,"type":"bridge","bridge":"br1",` + pool
)

func object(members string) string { return "{" + members + "}" }

// A macvlan with additional members.
func with(members string) string { return object(base + "," + members) }

// Members of ipam, next to type and range.
func inIPAM(members string) string {
	return object(head + "," + member + `,"ipam":{"type":"whereabouts","range":"192.168.99.0/24",` + members + "}")
}

func list(members string) string {
	return object(head + `,"plugins":[{` + member + `,` + pool + members + `}]`)
}

func listWith(members string) string {
	return object(members + `,"plugins":[{` + member + `,` + pool + `}]`)
}

func nested(depth int) string {
	return with(`"x":` + strings.Repeat("[", depth) + strings.Repeat("]", depth))
}

func examples() []example {
	var all []example
	for _, group := range [][]example{sound(), keys(), topLevel(), syntax(), strangeText(), numbers(), wrongTypes()} {
		all = append(all, group...)
	}
	return all
}

func sound() []example {
	return []example{
		{"plain", object(base), ""},
		{"list", list(""), ""},
		{"unknown keys", with(`"x":{"master":"eth0","ipam":5},"masters":"eth0"`), ""},
		{"blanks that JSON knows", " \t\r\n{ \"type\"\t:\r\"macvlan\"\n," + head + `,"master":"eth1",` + pool + "\n} \r\n\t", ""},
		{"all escapes", with(`"x":"\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00"`), ""},
		{"escapes in values", object(head + `,"type":"mac\u0076lan","master":"\u0065th1","ipam":{"type":"whereab\u006futs","range":"192.168.99.0\/24"}`), ""},
		{"escapes in keys", object(head + `,"\u0074ype":"macvlan","m\u0061ster":"eth1","ip\u0061m":{"typ\u0065":"whereabouts","r\u0061nge":"192.168.99.0/24"}`), ""},
		{"the whole IPAM object", inIPAM(`"range_start":"192.168.99.10","range_end":"192.168.99.90","exclude":["192.168.99.16/28"],"network_name":"n","enable_overlapping_ranges":true,"gateway":"192.168.99.254"`), ""},
		{"ipRanges alone", object(head + "," + member + `,"ipam":{"type":"whereabouts","ipRanges":[{"range":"192.168.99.0/24"},{"range":"fd00:99::/64"}]}`), ""},
		{"null is as good as absent", with(`"mode":null,"mtu":null,"linkInContainer":null,"x":null`), "cni-ambiguous-key"},
		{"null for what may be absent", object(head + `,"type":"macvlan","master":"eth1","mode":null,"mtu":null,"linkInContainer":null,` + pool), ""},
		{"null inside ipam", inIPAM(`"range_start":null,"range_end":null,"exclude":null,"gateway":null,"ipRanges":null,"network_name":null,"enable_overlapping_ranges":null,"routes":null,"dns":null`), ""},
		{"null among the excludes", inIPAM(`"exclude":[null]`), "ipam-syntax"},
		{"empty key", with(`"":1`), ""},
		{"very long key", with(`"` + strings.Repeat("k", 5000) + `":1`), ""},
		{"very long value", with(`"x":"` + strings.Repeat("v", 5000) + `"`), ""},
		{"isGateway of a bridge", object(bridge + `,"isGateway":false,"macspoofchk":true`), ""},
		{"DEL and C1 control characters in a value", with("\"x\":\"\x7f\u0085\u2028\""), ""},
		{"a vlan", object(vlan + `,"vlanId":100`), ""},
		{"a bridge", object(bridge + `,"vlan":100,"vlanTrunk":[{"id":100},{"minID":200,"maxID":300}]`), ""},
	}
}

func keys() []example {
	return []example{
		{"the same key twice", with(`"master":"eth9"`), "cni-ambiguous-key"},
		{"the same key twice, the same value", with(`"master":"eth1"`), "cni-ambiguous-key"},
		{"the same key three times", with(`"master":"eth8","master":"eth9"`), "cni-ambiguous-key"},
		{"twice in another letter case", with(`"MASTER":"eth9"`), "cni-ambiguous-key"},
		{"three letter cases", with(`"MASTER":"eth8","Master":"eth9"`), "cni-ambiguous-key"},
		{"other letter case first", object(`"MASTER":"eth9",` + base), "cni-ambiguous-key"},
		{"twice, once escaped", with(`"m\u0061ster":"eth9"`), "cni-ambiguous-key"},
		{"twice, escaped capital", with(`"\u004daster":"eth9"`), "cni-ambiguous-key"},
		{"twice, with long s", with(`"ma` + "\u017f" + `ter":"eth9"`), "cni-ambiguous-key"},
		{"twice, with long s escaped", with(`"ma\u017fter":"eth9"`), "cni-ambiguous-key"},
		{"linkInContainer twice, with the Kelvin sign", with(`"linkInContainer":false,"lin` + "\u212a" + `InContainer":true`), "cni-ambiguous-key"},
		{"linkInContainer twice, with the Kelvin sign escaped", with(`"linkInContainer":false,"lin\u212aInContainer":true`), "cni-ambiguous-key"},
		{"twice, the second null", with(`"master":null`), "cni-ambiguous-key"},
		{"twice, the first null", object(`"master":null,` + base), "cni-ambiguous-key"},
		{"the type twice", with(`"type":"bridge"`), "cni-ambiguous-key"},
		{"the type in capitals beside it", with(`"TYPE":"bridge"`), "cni-ambiguous-key"},
		{"ipam twice", with(`"ipam":{"type":"host-local"}`), "cni-ambiguous-key"},
		{"ipam twice, the halves of one", object(head + "," + member + `,"ipam":{"type":"whereabouts"},"IPAM":{"range":"192.168.99.0/24"}`), "cni-ambiguous-key"},
		{"ipam twice, the second null", with(`"ipam":null`), "cni-ambiguous-key"},
		{"range twice", inIPAM(`"range":"10.0.0.0/8"`), "cni-ambiguous-key"},
		{"range in capitals beside it", inIPAM(`"RANGE":"10.0.0.0/8"`), "cni-ambiguous-key"},
		{"an unreadable range and a good one", object(head + "," + member + `,"ipam":{"type":"whereabouts","range":"192.168.99.0/24","Range":"x"}`), "cni-ambiguous-key"},
		{"range_start with long s beside it", inIPAM(`"range_start":"192.168.99.9","range_` + "\u017f" + `tart":"192.168.99.99"`), "cni-ambiguous-key"},
		{"exclude twice", inIPAM(`"exclude":["192.168.99.0/28"],"Exclude":[]`), "cni-ambiguous-key"},
		{"gateway and Gateway, two fields of one struct", inIPAM(`"gateway":"192.168.99.254","Gateway":"192.168.98.1"`), "cni-ambiguous-key"},
		{"twice inside an entry of ipRanges", object(head + "," + member + `,"ipam":{"type":"whereabouts","ipRanges":[{"range":"192.168.99.0/24","Range":"10.0.0.0/8"}]}`), "cni-ambiguous-key"},
		{"twice inside an entry of routes", inIPAM(`"routes":[{"dst":"10.9.0.0/16","DST":"0.0.0.0/0"}]`), "cni-ambiguous-key"},
		{"a lookalike twice", inIPAM(`"rangeStart":"192.168.99.9","rangestart":"192.168.99.8"`), "cni-ambiguous-key"},
		{"twice inside a plugin of a list", list(`,"Master":"eth9"`), "cni-ambiguous-key"},
		{"twice inside ipam of a plugin of a list", object(head + `,"plugins":[{` + member + `,"ipam":{"type":"whereabouts","range":"192.168.99.0/24","Range":"10.0.0.0/8"}}]`), "cni-ambiguous-key"},
		{"plugins twice", object(head + `,"plugins":[{` + member + "," + pool + `}],"plugins":[{"type":"loopback"}]`), "cni-ambiguous-key"},
		{"plugins in another letter case beside it", object(head + `,"plugins":[{` + member + "," + pool + `}],"Plugins":[{"type":"loopback"}]`), "cni-ambiguous-key"},
		{"a VLAN twice", object(vlan + `,"vlanId":100,"vlanID":200`), "cni-ambiguous-key"},
		{"a bad VLAN and a good one", object(vlan + `,"vlanId":100,"vlanID":9999`), "cni-ambiguous-key"},
		{"twice where nobody reads it", with(`"x":{"a":1,"A":2}`), ""},
		{"keys in other letter cases", object(head + `,"TYPE":"macvlan","Master":"eth1","MODE":"bridge","MTU":1400,"LINKINCONTAINER":false,"IPAM":{"Type":"whereabouts","RANGE":"192.168.99.0/24","Range_Start":"192.168.99.9","EXCLUDE":["192.168.99.128/25"]}`), ""},
		{"keys in other letter cases in a list", object(head + `,"plugins":[{"TYPE":"macvlan","MASTER":"eth1","IPAM":{"TYPE":"whereabouts","RANGE":"192.168.99.0/24"}}]`), ""},
		{"a key with long s alone", object(head + `,"type":"macvlan","ma` + "\u017f" + `ter":"eth1",` + pool), ""},
		{"a key with the Kelvin sign alone", with(`"lin` + "\u212a" + `InContainer":true`), "master-in-container"},
		{"long s and Kelvin sign in values stay", object(head + `,"type":"macvlan","master":"eth1","ipam":{"type":"whereabout` + "\u017f" + `"}`), "cni-type"},
		{"fullwidth letters are other keys", with("\"\uff2d\uff21\uff33\uff34\uff25\uff32\":\"eth9\""), ""},
		{"Cyrillic letters are other keys", with("\"m\u0430ster\":\"eth9\""), ""},
		{"dotless and dotted i are other keys", with("\"\u0131pam\":1,\"\u0130pam\":2"), ""},
		{"a combining accent makes another key", with("\"master\u0301\":\"eth9\""), ""},
		{"a blank makes another key", with(`"master ":"eth9"," master":"eth9"`), ""},
		{"two keys outside ASCII that differ in letter case", with("\"x\":{\"\u00e4\":1,\"\u00c4\":2}"), ""},
		{"the letters ss and a sharp s", with("\"x\":{\"\u00df\":1,\"ss\":2}"), ""},
		{"a dash is no key", with(`"-":"eth9"`), ""},
	}
}

// The attach client and libcni read the top level as a map, which is case-sensitive; Multus reads it as a struct.
func topLevel() []example {
	return []example{
		{"name in capitals", object(`"cniVersion":"0.3.1","NAME":"other",` + member + "," + pool), ""},
		{"name in capitals, the object's own", object(`"cniVersion":"0.3.1","Name":"net",` + member + "," + pool), ""},
		{"name in capitals, of a list", listWith(`"cniVersion":"0.3.1","Name":"other"`), ""},
		{"cniVersion in capitals", object(`"CNIVERSION":"0.3.1","name":"net",` + member + "," + pool), ""},
		{"cniVersion in capitals, of a list", listWith(`"CNIVERSION":"0.3.1","name":"net"`), ""},
		{"cniVersion with long s, of a list", listWith(`"cniVer` + "\u017f" + `ion":"0.3.1","name":"net"`), ""},
		{"Plugins", object(head + `,"Plugins":[{` + member + "," + pool + `}]`), "cni-ambiguous-key"},
		{"plugins with long s", object(head + `,"plugin` + "\u017f" + `":[{` + member + "," + pool + `}]`), "cni-ambiguous-key"},
		{"no name", object(`"cniVersion":"0.3.1",` + member + "," + pool), ""},
		{"empty name", object(`"cniVersion":"0.3.1","name":"",` + member + "," + pool), ""},
		{"null name", object(`"cniVersion":"0.3.1","name":null,` + member + "," + pool), "cni-name"},
		{"null name of a list", listWith(`"cniVersion":"0.3.1","name":null`), "cni-name"},
		{"no cniVersion", object(`"name":"net",` + member + "," + pool), ""},
		{"null cniVersion", object(`"cniVersion":null,"name":"net",` + member + "," + pool), ""},
		{"no cniVersion in a list", listWith(`"name":"net"`), ""},
		{"null cniVersion of a list", listWith(`"cniVersion":null,"name":"net"`), "cni-version"},
		{"null type beside plugins", listWith(head + `,"type":null`), ""},
		{"empty type beside plugins", listWith(head + `,"type":""`), ""},
		{"type and plugins", listWith(head + "," + member + "," + pool), ""},
		{"null plugins", object(head + `,"plugins":null`), "cni-type"},
		{"no plugins", object(head + `,"plugins":[]`), "cni-type"},
		{"plugins is an object", object(head + `,"plugins":{` + member + "," + pool + `}`), "cni-type"},
		{"null among the plugins", object(head + `,"plugins":[{` + member + "," + pool + `},null]`), "cni-type"},
		{"null first among the plugins", object(head + `,"plugins":[null,{` + member + "," + pool + `}]`), "cni-type"},
		{"a list among the plugins", object(head + `,"plugins":[[{` + member + "," + pool + `}]]`), "cni-type"},
		{"disableCheck as text", listWith(head + `,"disableCheck":"true"`), "cni-json"},
		{"disableCheck", listWith(head + `,"disableCheck":true`), ""},
		{"null disableCheck", listWith(head + `,"disableCheck":null`), "cni-json"},
		{"disableGC as a number", listWith(head + `,"disableGC":1`), "cni-json"},
		{"loadOnlyInlinedPlugins as text", listWith(head + `,"loadOnlyInlinedPlugins":"true"`), ""},
		{"loadOnlyInlinedPlugins as other text", listWith(head + `,"loadOnlyInlinedPlugins":"yes"`), "cni-json"},
		{"null loadOnlyInlinedPlugins", listWith(head + `,"loadOnlyInlinedPlugins":null`), "cni-json"},
		{"cniVersions", listWith(head + `,"cniVersions":["0.3.1","0.3.0"]`), ""},
		{"cniVersions as text", listWith(head + `,"cniVersions":"1.0.0"`), "cni-json"},
		{"cniVersions of numbers", listWith(head + `,"cniVersions":[1]`), "cni-json"},
		{"null cniVersions", listWith(head + `,"cniVersions":null`), "cni-json"},
		{"cniVersions that are none", listWith(head + `,"cniVersions":["new"]`), "cni-json"},
	}
}

func syntax() []example {
	deny := []example{
		{"nothing but blanks", "  \n", ""},
		{"a list at the top", "[" + object(base) + "]", ""},
		{"a string at the top", `"` + "macvlan" + `"`, ""},
		{"a string that holds the object", `"{\"type\":\"macvlan\"}"`, ""},
		{"null at the top", "null", ""},
		{"true at the top", "true", ""},
		{"a number at the top", "5", ""},
		{"a byte order mark", "\ufeff" + object(base), ""},
		{"UTF-16 begins", "\xff\xfe{\x00}\x00", ""},
		{"text after the object", object(base) + " x", ""},
		{"null after the object", object(base) + " null", ""},
		{"a brace after the object", object(base) + "}", ""},
		{"a second object", object(base) + object(base), ""},
		{"a comma after the object", object(base) + ",", ""},
		{"a NUL byte after the object", object(base) + "\x00", ""},
		{"a NUL byte in a value", with("\"x\":\"\x00\""), ""},
		{"a NUL byte between", with("\x00\"x\":1"), ""},
		{"the end is missing", "{" + base, ""},
		{"a comment", object(base + ` /* x */`), ""},
		{"a line comment", object(base + " // x\n"), ""},
		{"a hash comment", object(base + " # x\n"), ""},
		{"a comma at the end", object(base + ","), ""},
		{"a comma at the beginning", object("," + base), ""},
		{"two commas", object(base + `,,"x":1`), ""},
		{"a comma at the end of a list", with(`"x":[1,]`), ""},
		{"a missing comma", object(base + ` "x":1`), ""},
		{"a missing colon", with(`"x" 1`), ""},
		{"a missing value", with(`"x":`), ""},
		{"a missing key", with(`:1`), ""},
		{"single quotes", with(`'x':1`), ""},
		{"a bare key", with(`x:1`), ""},
		{"a number as key", with(`1:1`), ""},
		{"null as key", with(`null:1`), ""},
		{"NaN", with(`"x":NaN`), ""},
		{"Infinity", with(`"x":Infinity`), ""},
		{"minus Infinity", with(`"x":-Infinity`), ""},
		{"True", with(`"x":True`), ""},
		{"nulll", with(`"x":nulll`), ""},
		{"undefined", with(`"x":undefined`), ""},
		{"a form feed between", with("\f\"x\":1"), ""},
		{"a vertical tab between", with("\v\"x\":1"), ""},
		{"a no-break space between", with("\u00a0\"x\":1"), ""},
		{"a zero-width space between", with("\u200b\"x\":1"), ""},
		{"a line separator between", with("\u2028\"x\":1"), ""},
		{"NEL between", with("\u0085\"x\":1"), ""},
		{"a raw line break in a value", with("\"x\":\"a\nb\""), ""},
		{"a raw tab in a value", with("\"x\":\"a\tb\""), ""},
		{"a raw control character in a value", with("\"x\":\"a\x01b\""), ""},
		{"a raw line break in a key", with("\"x\n\":1"), ""},
		{"a raw line break in the master", object(head + `,"type":"macvlan","master":"eth1` + "\n" + `",` + pool), ""},
		{"an unknown escape", with(`"x":"\x41"`), ""},
		{"an escaped quote", with(`"x":"\'"`), ""},
		{"an escape with too few digits", with(`"x":"\u41"`), ""},
		{"an escape with a sign", with(`"x":"\u+041"`), ""},
		{"an escape with braces", with(`"x":"\u{41}"`), ""},
		{"an escape in capitals", with(`"x":"\U0041"`), ""},
		{"an escape at the end", with(`"x":"\`), ""},
		{"closed by the wrong bracket", with(`"x":[1}`), ""},
		{"deeper than Go goes", nested(10001), ""},
		{"10000 levels, the most that Go reads", nested(9999), ""},
		{"129 levels", nested(128), ""},
	}
	for i := range deny {
		deny[i].droveway = "cni-json"
	}
	return append(deny, example{"128 levels", nested(127), ""})
}

// Go replaces what is not valid Unicode by U+FFFD, and keeps NUL.
func strangeText() []example {
	all := []example{
		{"a byte that is no UTF-8 in a value", with("\"x\":\"\xff\""), ""},
		{"a byte that is no UTF-8 in the master", object(head + ",\"type\":\"macvlan\",\"master\":\"eth1\xff\"," + pool), ""},
		{"a byte that is no UTF-8 in a key", with("\"master\xff\":\"eth9\""), ""},
		{"two keys that become one", with("\"x\":{\"a\xfe\":1,\"a\xff\":2}"), ""},
		{"a truncated character", with("\"x\":\"\xc3\""), ""},
		{"an overlong slash", with("\"x\":\"\xc0\xaf\""), ""},
		{"an overlong NUL", with("\"x\":\"\xc0\x80\""), ""},
		{"a surrogate in UTF-8", with("\"x\":\"\xed\xa0\x80\""), ""},
		{"a surrogate pair in UTF-8", with("\"x\":\"\xed\xa0\xbd\xed\xb8\x80\""), ""},
		{"beyond Unicode", with("\"x\":\"\xf4\x90\x80\x80\""), ""},
		{"a byte that is no UTF-8 between", with("\xff\"x\":1"), ""},
		{"an escaped NUL in a value", with(`"x":"\u0000"`), ""},
		{"an escaped NUL in the master", object(head + `,"type":"macvlan","master":"eth1\u0000",` + pool), ""},
		{"an escaped NUL in a key", with(`"master\u0000":"eth9"`), ""},
		{"an escaped NUL in the range", object(head + "," + member + `,"ipam":{"type":"whereabouts","range":"192.168.99.0/24\u0000"}`), ""},
		{"an escaped NUL in the type", object(head + `,"type":"macvlan\u0000x","master":"eth1",` + pool), ""},
	}
	for i := range all {
		all[i].droveway = "cni-json"
	}
	return append(all,
		example{"an escaped line break in the master", object(head + `,"type":"macvlan","master":"eth1\n",` + pool), "interface-name"},
		example{"a high surrogate alone", with(`"x":"\ud800"`), ""},
		example{"a low surrogate alone", with(`"x":"\udc00"`), ""},
		example{"surrogates the wrong way round", with(`"x":"\udc00\ud800"`), ""},
		example{"a high surrogate and a letter", with(`"x":"\ud800\u0041"`), ""},
		example{"a high surrogate in a key", with(`"master\ud800":"eth9"`), ""},
		example{"a high surrogate before a pair", with(`"x":"\ud83d\ud83d\ude00"`), ""},
		example{"a high surrogate before an escaped letter", with(`"x":"\ud83d\n"`), ""},
		example{"a low surrogate in the master", object(head + `,"type":"macvlan","master":"eth1\udc00",` + pool), "master-missing"},
		example{"a high surrogate in the range", object(head + "," + member + `,"ipam":{"type":"whereabouts","range":"192.168.99.0/24\ud800"}`), "ipam-syntax"},
		example{"a high surrogate in the name", object(`"cniVersion":"0.3.1","name":"net\ud800",` + member + "," + pool), "cni-name"},
		example{"two keys that become one by their surrogates", with(`"x":{"a\ud800":1,"a\ud801":2}`), "cni-ambiguous-key"},
		example{"U+FFFD itself in a value", with("\"x\":\"\ufffd\\ufffd\""), ""},
		example{"U+FFFF and a private character", with(`"x":"\uffff\ue000"`), ""},
		example{"a byte order mark in a key", with(`"\ufeffmaster":"eth9"`), ""})
}

func numbers() []example {
	vlanOf := func(text string) string { return object(vlan + `,"vlanId":` + text) }
	mtuOf := func(text string) string { return with(`"mtu":` + text) }
	x := func(text string) string { return with(`"x":` + text) }
	return []example{
		{"vlanId 0", vlanOf("0"), ""},
		{"vlanId -0", vlanOf("-0"), ""},
		{"vlanId 1e2", vlanOf("1e2"), ""},
		{"vlanId 100.0", vlanOf("100.0"), ""},
		{"vlanId 1E+2", vlanOf("1E+2"), ""},
		{"vlanId 100.5", vlanOf("100.5"), "vlan-range"},
		{"vlanId 100.00000000000000001", vlanOf("100.00000000000000001"), ""},
		{"vlanId 0100", vlanOf("0100"), "cni-json"},
		{"vlanId +100", vlanOf("+100"), "cni-json"},
		{"vlanId 0x64", vlanOf("0x64"), "cni-json"},
		{"vlanId 100.", vlanOf("100."), "cni-json"},
		{"vlanId 1_00", vlanOf("1_00"), "cni-json"},
		{"vlanId in quotes", vlanOf(`"100"`), "vlan-range"},
		{"vlanId true", vlanOf(`true`), "vlan-range"},
		{"vlanId below", vlanOf("-1"), "vlan-range"},
		{"vlanId 2^64+100", vlanOf("18446744073709551716"), "vlan-range"},
		{"vlanId beyond all numbers", vlanOf("1e400"), "cni-json"},
		{"vlanId 2^32+100", vlanOf("4294967396"), "vlan-range"},
		{"mtu 1400", mtuOf("1400"), ""},
		{"mtu 1.4e3", mtuOf("1.4e3"), ""},
		{"mtu 1400.0", mtuOf("1400.0"), ""},
		{"mtu 1400.5", mtuOf("1400.5"), "plugin-option"},
		{"mtu -0", mtuOf("-0"), ""},
		{"mtu -0.0", mtuOf("-0.0"), ""},
		{"mtu in quotes", mtuOf(`"1400"`), "plugin-option"},
		{"mtu 2^53", mtuOf("9007199254740992"), "mtu-above-master"},
		{"mtu 2^53+1, which becomes 2^53", mtuOf("9007199254740993"), "mtu-above-master"},
		{"mtu 2^63", mtuOf("9223372036854775808"), "plugin-option"},
		{"mtu -2^63-1", mtuOf("-9223372036854775809"), "plugin-option"},
		{"mtu 2^63-1", mtuOf("9223372036854775807"), "plugin-option"},
		{"mtu 1E400", mtuOf("1E400"), "cni-json"},
		{"mtu 1E-400", mtuOf("1E-400"), ""},
		{"an unknown 2^53+1", x("9007199254740993"), ""},
		{"an unknown 2^63", x("9223372036854775808"), ""},
		{"an unknown -2^63-1", x("-9223372036854775809"), ""},
		{"an unknown number of 300 digits", x("1" + strings.Repeat("0", 299)), ""},
		{"an unknown number of 310 digits", x("1" + strings.Repeat("0", 309)), "cni-json"},
		{"an unknown -2^63", x("-9223372036854775808"), ""},
		{"an unknown 2^64", x("18446744073709551616"), ""},
		{"an unknown 1E308", x("1E308"), ""},
		{"an unknown 1E309", x("1E309"), "cni-json"},
		{"an unknown 1E400", x("1E400"), "cni-json"},
		{"an unknown 1E-400", x("1E-400"), ""},
		{"an unknown 400 digits", x(strings.Repeat("9", 400)), "cni-json"},
		{"an unknown 0.5 with 5000 digits", x("0.5" + strings.Repeat("0", 5000)), ""},
		{"an unknown 0e99999", x("0e99999"), ""},
		{"a lone minus", x("-"), "cni-json"},
		{".5", x(".5"), "cni-json"},
		{"1e", x("1e"), "cni-json"},
		{"-01", x("-01"), "cni-json"},
		{"trunk id 1e2", object(bridge + `,"vlanTrunk":[{"id":1e2}]`), ""},
		{"trunk id in quotes", object(bridge + `,"vlanTrunk":[{"id":"100"}]`), "vlan-range"},
		{"lease duration 1e3", inIPAM(`"leader_lease_duration":1e3`), "pool-key"},
		{"lease duration 1500.5", inIPAM(`"leader_lease_duration":1500.5`), "ipam-syntax"},
		{"lease duration in quotes", inIPAM(`"leader_lease_duration":"1500"`), "ipam-syntax"},
		{"route mtu 1.0", inIPAM(`"routes":[{"dst":"10.9.0.0/16","mtu":1.0}]`), ""},
	}
}

func wrongTypes() []example {
	return []example{
		{"type is a number", object(head + `,"type":5,"master":"eth1",` + pool), "cni-type"},
		{"type is a list", object(head + `,"type":["macvlan"],"master":"eth1",` + pool), "cni-type"},
		{"name of a listed plugin is a boolean", object(head + `,"plugins":[{"name":true,` + member + "," + pool + `}]`), "cni-type"},
		{"cniVersion of a listed plugin is a list", object(head + `,"plugins":[{"cniVersion":[],` + member + "," + pool + `}]`), "cni-type"},
		{"name of a listed plugin is another", object(head + `,"plugins":[{"name":"other","cniVersion":"9.9.9",` + member + "," + pool + `}]`), ""},
		{"name in capitals is a number", object(`"cniVersion":"0.3.1","Name":5,` + member + "," + pool), "cni-json"},
		{"cniVersion in capitals is a number, of a list", listWith(`"CNIVersion":5,"name":"net"`), "cni-json"},
		{"a comment twice", object(head + "," + member + "," + pool + `,"_comment":"a","_comment":"b"`), ""},
		{"a sysctl in two letter cases", object(head + `,"plugins":[{` + member + "," + pool + `},{"type":"tuning","sysctl":{"net.ipv4.conf.IFNAME.forwarding":"1","net.ipv4.conf.ifname.forwarding":"1"}}]`), "plugin-option"},
		{"a sysctl twice", object(head + `,"plugins":[{` + member + "," + pool + `},{"type":"tuning","sysctl":{"net.core.somaxconn":"1","net.core.somaxconn":"2"}}]`), "cni-ambiguous-key"},
		{"bcqueuelen is 1e3", object(head + "," + member + "," + pool + `,"bcqueuelen":1e3`), ""},
		{"bcqueuelen is -0", object(head + "," + member + "," + pool + `,"bcqueuelen":-0`), "plugin-option"},
		{"bcqueuelen is -0.0", object(head + "," + member + "," + pool + `,"bcqueuelen":-0.0`), "plugin-option"},
		{"a trunk end is 2e2", object(bridge + `,"vlanTrunk":[{"minID":1e2,"maxID":2e2}]`), ""},
		{"type is false beside plugins", listWith(head + `,"type":false`), "cni-type"},
		{"name is a number", object(`"cniVersion":"0.3.1","name":5,` + member + "," + pool), "cni-name"},
		{"cniVersion is a number", object(`"cniVersion":1.0,"name":"net",` + member + "," + pool), "cni-version"},
		{"master is a list", object(head + `,"type":"macvlan","master":["eth1"],` + pool), "interface-name"},
		{"master is false", object(head + `,"type":"macvlan","master":false,` + pool), "interface-name"},
		{"mode is a number", object(head + `,"type":"macvlan","master":"eth1","mode":1,` + pool), "plugin-option"},
		{"linkInContainer as text", with(`"linkInContainer":"true"`), "plugin-option"},
		{"linkInContainer as text, false", with(`"linkInContainer":"false"`), "plugin-option"},
		{"linkInContainer 0", with(`"linkInContainer":0`), "plugin-option"},
		{"ipam is a string", object(head + "," + member + `,"ipam":"whereabouts"`), "ipam-syntax"},
		{"ipam is a list", object(head + "," + member + `,"ipam":[{"type":"whereabouts","range":"192.168.99.0/24"}]`), "ipam-syntax"},
		{"ipam type is a number", object(head + "," + member + `,"ipam":{"type":5}`), "ipam-syntax"},
		{"range is a number", object(head + "," + member + `,"ipam":{"type":"whereabouts","range":10}`), "ipam-syntax"},
		{"range is a list", object(head + "," + member + `,"ipam":{"type":"whereabouts","range":["192.168.99.0/24"]}`), "ipam-syntax"},
		{"exclude is a string", inIPAM(`"exclude":"192.168.99.0/28"`), "ipam-syntax"},
		{"exclude holds a number", inIPAM(`"exclude":[5]`), "ipam-syntax"},
		{"enable_overlapping_ranges as text", inIPAM(`"enable_overlapping_ranges":"false"`), "ipam-syntax"},
		{"enable_overlapping_ranges 0", inIPAM(`"enable_overlapping_ranges":0`), "ipam-syntax"},
		{"ipRanges is an object", inIPAM(`"ipRanges":{"range":"192.168.98.0/24"}`), "ipam-syntax"},
		{"null among ipRanges", inIPAM(`"ipRanges":[null]`), "ipam-syntax"},
		{"gateway is a list", inIPAM(`"gateway":["192.168.99.254"]`), "ipam-syntax"},
		{"routes is an object", inIPAM(`"routes":{"dst":"10.9.0.0/16"}`), "ipam-syntax"},
		{"dns inside ipam is a list", inIPAM(`"dns":[]`), "ipam-syntax"},
		{"nameservers inside ipam is a string", inIPAM(`"dns":{"nameservers":"10.9.0.1"}`), "ipam-syntax"},
		{"network_name is a number", inIPAM(`"network_name":5`), "ipam-syntax"},
		{"dns is a list", with(`"dns":[]`), "cni-json"},
		{"dns is a string", with(`"dns":"10.9.0.1"`), "cni-json"},
		{"dns is sound", with(`"dns":{"nameservers":["10.9.0.1"],"domain":"a","search":["b",null],"options":null}`), ""},
		{"nameservers is a string", with(`"dns":{"nameservers":"10.9.0.1"}`), "cni-json"},
		{"a name server is a number", with(`"dns":{"nameservers":[5]}`), "cni-json"},
		{"the DNS domain is a number", with(`"DNS":{"DOMAIN":5}`), "cni-json"},
		{"capabilities is a list", with(`"capabilities":["ips"]`), "cni-json"},
		{"a capability is text", with(`"capabilities":{"ips":"true"}`), "cni-json"},
		{"capabilities are sound", with(`"capabilities":{"ips":true,"mac":null}`), ""},
		{"a capability is a number, in a list", list(`,"capabilities":{"ips":1}`), "cni-json"},
		{"capabilities of the list itself", listWith(head + `,"capabilities":5`), "cni-json"},
		{"dns of the list itself", listWith(head + `,"dns":5`), "cni-json"},
		{"ipam of the list itself is a string", listWith(head + `,"ipam":"x"`), "cni-json"},
		{"ipam type of the list itself is a number", listWith(head + `,"ipam":{"type":5}`), "cni-json"},
		{"prevResult is a string", with(`"prevResult":"x"`), "cni-json"},
		{"prevResult is null", with(`"prevResult":null`), ""},
		{"isDefaultGateway as text", object(bridge + `,"isDefaultGateway":"false"`), "plugin-option"},
		{"macspoofchk 1", object(bridge + `,"macspoofchk":1`), "plugin-option"},
		{"mac is a number", with(`"mac":5`), "plugin-option"},
		{"bcqueuelen is negative", with(`"bcqueuelen":-1`), "plugin-option"},
		{"bcqueuelen is too large", with(`"bcqueuelen":4294967296`), "plugin-option"},
		{"runtimeConfig is a string", with(`"runtimeConfig":"x"`), "plugin-option"},
		{"args is a list, which bridge refuses", object(bridge + `,"args":[]`), "plugin-option"},
		{"args is a list, which macvlan does not know", with(`"args":[]`), ""},
		{"bridge is a number", object(head + `,"type":"bridge","bridge":5,` + pool), "interface-name"},
		{"vlanTrunk is an object", object(bridge + `,"vlanTrunk":{"id":100}`), "vlan-range"},
		{"null in vlanTrunk", object(bridge + `,"vlanTrunk":[null]`), "vlan-range"},
		{"a trunk id twice", object(bridge + `,"vlanTrunk":[{"id":100,"ID":200}]`), "cni-ambiguous-key"},
	}
}
