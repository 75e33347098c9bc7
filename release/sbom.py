#!/usr/bin/env python3
"""Makes a list of contents (SBOM) from syft reproducible: sbom.py FILE...

syft writes the current time, a random identifier and a hash of the folder's path into SPDX and CycloneDX documents. The time becomes
SOURCE_DATE_EPOCH, the identifier is derived from the rest of the document, and the hash is replaced by name and version.
"""
import datetime
import json
import os
import pathlib
import sys
import uuid

NAMESPACE = "https://github.com/droveway/droveway/sbom/"


def normalize(document, when):
    if "spdxVersion" in document:
        document["creationInfo"]["created"] = when
        document["documentNamespace"] = ""
        unique = uuid.uuid5(uuid.NAMESPACE_URL, json.dumps(document, sort_keys=True))
        document["documentNamespace"] = f"{NAMESPACE}{document['name']}-{unique}"
    elif document.get("bomFormat") == "CycloneDX":
        document["metadata"]["timestamp"] = when
        own = document["metadata"]["component"]
        old, own["bom-ref"] = own["bom-ref"], f"{own['name']}@{own['version']}"
        for entry in document.get("dependencies", []):
            entry["ref"] = own["bom-ref"] if entry["ref"] == old else entry["ref"]
        document.pop("serialNumber", None)
        document["serialNumber"] = f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, json.dumps(document, sort_keys=True))}"
    else:
        sys.exit("sbom: neither an SPDX nor a CycloneDX document")


def main():
    epoch = int(os.environ["SOURCE_DATE_EPOCH"])
    when = datetime.datetime.fromtimestamp(epoch, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    for name in sys.argv[1:]:
        path = pathlib.Path(name)
        document = json.loads(path.read_text())
        normalize(document, when)
        path.write_text(json.dumps(document, indent=1, sort_keys=True) + "\n")


main()
