#!/usr/bin/env python3
"""Prints the provenance of a release: an in-toto statement with the predicate SLSA provenance 1.0, unsigned.

provenance.py --version V --revision COMMIT --source URL --parts PARTS --tree FOLDER [PACKAGES...] <SHA256SUMS

The subjects are the files of SHA256SUMS. PACKAGES are lists of the Debian packages that a build used, one NAME_VERSION_ARCH per
line. The environment may name the builder: BUILDER_ID, INVOCATION_ID. SOURCE_DATE_EPOCH is one of the parameters of the build.
"""
import argparse
import hashlib
import json
import os
import pathlib
import sys
import urllib.parse

DOCUMENT = "https://github.com/droveway/droveway/blob/main/docs/release.md"


def subjects(lines):
    for line in lines:
        digest, name = line.rstrip("\n").split(None, 1)
        yield {"name": name.lstrip("*"), "digest": {"sha256": digest}}


def packages(path):
    for line in path.read_text().split():
        name, version, architecture = line.split("_")
        quoted = urllib.parse.quote(version, safe="")
        yield {"uri": f"pkg:deb/debian/{name}@{quoted}?arch={architecture}&distro=bookworm"}


def modules(tree):
    """The go.sum files of the programs that made parts of the release: each line has the hash of a module."""
    for path in sorted(tree.glob("release/tools/go.sum")) + sorted(tree.glob("tests/chart/go.sum")):
        yield {
            "name": str(path.relative_to(tree)),
            "mediaType": "text/plain",
            "digest": {"sha256": hashlib.sha256(path.read_bytes()).hexdigest()},
        }


def main():
    parser = argparse.ArgumentParser()
    for option in ("version", "revision", "source", "parts", "tree"):
        parser.add_argument(f"--{option}", required=True)
    parser.add_argument("packages", nargs="*", type=pathlib.Path)
    given = parser.parse_args()
    inputs = {json.dumps(entry, sort_keys=True): entry for path in given.packages for entry in packages(path)}
    source = {
        "uri": f"git+{given.source}@refs/tags/v{given.version}",
        "digest": {"gitCommit": given.revision},
    }
    metadata = {"invocationId": os.environ["INVOCATION_ID"]} if os.environ.get("INVOCATION_ID") else {}
    statement = {
        "_type": "https://in-toto.io/Statement/v1",
        "subject": list(subjects(sys.stdin)),
        "predicateType": "https://slsa.dev/provenance/v1",
        "predicate": {
            "buildDefinition": {
                "buildType": f"{DOCUMENT}#make-release",
                "externalParameters": {"source": source, "target": "release", "parts": given.parts.split()},
                "internalParameters": {"SOURCE_DATE_EPOCH": int(os.environ["SOURCE_DATE_EPOCH"])},
                "resolvedDependencies": [source, *modules(pathlib.Path(given.tree)), *(inputs[key] for key in sorted(inputs))],
            },
            "runDetails": {
                "builder": {"id": os.environ.get("BUILDER_ID") or f"{DOCUMENT}#by-hand"},
                "metadata": metadata,
            },
        },
    }
    json.dump(statement, sys.stdout, indent=2)
    print()


main()
