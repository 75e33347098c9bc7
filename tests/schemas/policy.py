#!/usr/bin/env python3
"""policy.py DROVEWAY: compares the JSON Schema of the policy with DROVEWAY itself.

Each policy must be valid under the schema if, and only if, `droveway rules --policy` accepts it: the examples of the
repository, and every variant of them in which one value is replaced, one member is removed or one is added."""
import copy, glob, json, os, re, subprocess, sys, tempfile

import jsonschema
import yaml

DROVEWAY = sys.argv[1]
# Kubernetes reads an unquoted date as a string.
yaml.SafeLoader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
HEAD = {"apiVersion": "droveway.io/v1alpha1", "kind": "Policy"}
VALUES = [None, True, False, 0, 1, -1, 1.5, 4294967295, 4294967296, 9223372036854775807, 9223372036854775808, "", "x", "a.b",
          "A", "-a", "a" * 63, "a" * 64, "10.0.0.0/8", [], [""], ["x"], [None], {}, {"x": "y"}, [{}], "deny", "off", "Deny"]
CIDRS = ["10.0.0.0/8", "10.0.0.1/8", "0.0.0.0/0", "255.255.255.255/32", "fd00::/8", "FD00::1/128", "::/0", "::ffff:10.0.0.0/104",
         "10.0.0.0", "10.0.0.0/33", "10.0.0.0/08", "010.0.0.0/8", "256.0.0.0/8", "10.0.0/8", "10.0.0.0/8 ", " 10.0.0.0/8", "10.0.0.0/",
         "fd00::/129", "fd00::%eth0/64", "x/8", "10.0.0.0/-1", "10.0.0.0/+8", "10.0.0.0/8/8"]
RANGES = CIDRS + ["10.0.0.1-10.0.0.9/24", "fd00::1-fd00::9/64", "10.0.0.9-10.0.0.9/24", "-10.0.0.9/24", "10.0.0.1-/24", "10.0.0.1-10.0.0.9",
                  "x-10.0.0.9/24", "10.0.0.1 - 10.0.0.9/24", "10.0.0.01-10.0.0.9/24", "10.0.0.1-10.0.0.2-10.0.0.3/24"]
SELECTORS = ["", " \t", "a", "!a", "! a", "a=b", "a==b", "a!=b", " a = b ", "a=", "a in (b,c)", "a in(b, c)", "a notin (b)", "a in ()", "a in (,b)",
             "in in (in)", "a,!b,c=d", "example.com/a", "example.com/a=b,c", "a,", ",a", "a,,b", "=b", "!", "!!a", "!a=b", "a b", "a In (b)", "a>1",
             "a in", "a in b", "a in (b", "a in (b c)", "a in (b))", "a=b c", "a===b", "a=(b)", "-a", "a/b/c", "/a", "a/", "Upper.io/a", "ä",
             "a=b/c", "a=-b", "a" * 63, "a" * 64, "a in (b)c", "a  in  (b)", "a.b/c.d_e-f"]
DATES = ["2027-03-31", "2027-04-30", "2027-04-31", "2027-02-28", "2027-02-29", "2027-02-30", "2028-02-29", "2027-00-01", "2027-13-01", "2027-12-31",
         "2027-12-32", "2027-01-00", "0000-01-01", "9999-12-31", "10000-01-01", "27-03-31", "2027-3-31", "2027-03-31T00:00:00Z", " 2027-03-31",
         "2027-03-31 ", "20270331", "2027/03/31", "31-03-2027", "tomorrow", ""]
REASONS = ["ticket 17", "x", " x ", "", " ", "\t\n", "\r"]
EXCEPTION = {"rule": "overlap-network", "namespace": "lab", "reason": "ticket 17"}
# What a schema can't express: how the two ends of a range are related, leap days, duplicates.
ONLY_DROVEWAY = re.compile("the first address is not in the subnet|ends before it starts|-02-29\" is not a date|has the same rule, namespace and name")

count = 0
with tempfile.TemporaryDirectory() as folder:

    def refusal(document):
        """What droveway says about DOCUMENT, or None if it accepts it."""
        path = os.path.join(folder, "policy.json")
        with open(path, "w") as file:
            json.dump(document, file)
        run = subprocess.run([DROVEWAY, "rules", "--policy", path], capture_output=True, text=True)
        if run.returncode not in (0, 2):
            sys.exit(f"schemas: exit status {run.returncode} for {json.dumps(document)}")
        return run.stderr.strip() if run.returncode else None

    schema = json.loads(subprocess.run([DROVEWAY, "schema"], capture_output=True, text=True, check=True).stdout)
    jsonschema.Draft7Validator.check_schema(schema)
    validator = jsonschema.Draft7Validator(schema)

    def compare(document):
        global count
        count += 1
        said = refusal(document)
        error = next(validator.iter_errors(document), None)
        if (said is None) == (error is None) or (error is None and ONLY_DROVEWAY.search(said)):
            return
        sys.exit(f"schemas: the schema and droveway disagree about {json.dumps(document)}\n  droveway: {said or 'accepts it'}\n"
                 f"  schema: {error.message if error else 'valid'}")

    def places(value, path=()):
        """The paths of all values in VALUE."""
        yield path
        items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
        for key, child in items:
            yield from places(child, path + (key,))

    def changed(document, path, change):
        """A copy of DOCUMENT in which CHANGE(container, key) was applied at PATH."""
        result = {"": copy.deepcopy(document)}
        at, key = result, ""
        for step in path:
            at, key = at[key], step
        change(at, key)
        return result[""]

    def set_to(value):
        return lambda at, key: at.__setitem__(key, value)

    def variants(document):
        for path in places(document):
            for value in VALUES:
                yield changed(document, path, set_to(value))
            if path:
                yield changed(document, path, lambda at, key: at.pop(key))

    def with_unknown_member(document):
        for path in places(document):
            result = {"": copy.deepcopy(document)}
            at = result[""]
            for step in path:
                at = at[step]
            if isinstance(at, dict):
                at["unknown"] = "x"
                yield result[""]

    good = {"docs/policy.md": yaml.safe_load(re.search(r"```yaml\n(apiVersion.*?)```", open("docs/policy.md").read(), re.S)[1])}
    for path in ["manifests/base/policy.yaml", "fuzz/corpus/policy/all.yaml", "fuzz/corpus/policy/minimal.json"]:
        good[path] = yaml.safe_load(open(path))
    for path in glob.glob("src/rules/explanations/*.yaml"):
        policy = yaml.safe_load(open(path)).get("policy")
        if policy:
            good[path] = yaml.safe_load(policy)
    for path, document in good.items():
        said = refusal(document)
        if said:
            sys.exit(f"schemas: {path}: {said}")
        compare(document)
        for variant in [*variants(document), *with_unknown_member(document)] if path == "docs/policy.md" else []:
            compare(variant)
    for text in CIDRS:
        compare({**HEAD, "clusterNetworks": [{"name": "a", "cidr": text}]})
    for text in RANGES:
        compare({**HEAD, "remoteClusters": [{"name": "a", "ranges": [text]}]})
    for text in SELECTORS:
        compare({**HEAD, "nodes": {"selector": text}})
    for text in DATES:
        compare({**HEAD, "exceptions": [{**EXCEPTION, "until": text}]})
    for text in REASONS:
        compare({**HEAD, "exceptions": [{**EXCEPTION, "reason": text}]})
    for rule in ["cni-json", "unreadable", "overlap-netwrk", "*", "droveway"]:
        compare({**HEAD, "exceptions": [{**EXCEPTION, "rule": rule}]})
    for name in ["other", "lab"]:
        compare({**HEAD, "exceptions": [EXCEPTION, {**EXCEPTION, "namespace": name}]})
    for document in [yaml.safe_load(open("fuzz/corpus/policy/typo.yaml")), {}, {"kind": "Policy"}, [], "x", {**HEAD, "kind": "ConfigMap"}]:
        compare(document)

    # The line that makes an editor use the schema is a comment to Droveway.
    path = os.path.join(folder, "policy.yaml")
    with open(path, "w") as file:
        file.write("# yaml-language-server: $schema=droveway-policy.schema.json\n" + yaml.safe_dump(HEAD))
    subprocess.run([DROVEWAY, "rules", "--policy", path], check=True, stdout=subprocess.DEVNULL)

print(f"schemas: droveway and its JSON Schema agree about {count} policies ({len(good)} of them examples)")
