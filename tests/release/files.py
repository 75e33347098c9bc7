#!/usr/bin/env python3
"""Checks the files of a release, as far as they are in a folder: files.py FOLDER VERSION

- SHA256SUMS names every file, with the right checksum.
- The provenance is an in-toto statement with SLSA's predicate, and its subjects are those files.
- Each SBOM lists exactly the packages and versions that are in the image, the portable archive or the Debian package.
"""
import hashlib
import json
import pathlib
import re
import subprocess
import sys
import tarfile
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
folder, version = pathlib.Path(sys.argv[1]), sys.argv[2]
checks = 0


def check(what, holds, detail=""):
    global checks
    checks += 1
    if not holds:
        sys.exit(f"files: {what}: {detail}")


def same(what, found, expected):
    check(what, found == expected, f"{found!r}, not {expected!r}")


def fields(text):
    """The package and version of a Debian control file."""
    values = dict(re.findall(r"^(Package|Version): (.*)$", text, re.M))
    return values["Package"], values["Version"]


def listed(path):
    """The Debian packages in an SBOM, and its own name and version."""
    document = json.loads(path.read_text())
    if "spdxVersion" in document:
        packages = {
            (package["name"], package["versionInfo"])
            for package in document["packages"]
            if any("pkg:deb/" in reference["referenceLocator"] for reference in package.get("externalRefs", []))
        }
        return packages, document["name"]
    found = {(c["name"], c["version"]) for c in document["components"] if c.get("purl", "").startswith("pkg:deb/")}
    return found, document["metadata"]["component"]["name"]


def check_sbom(base, packages, name):
    for form in ("spdx", "cdx"):
        path = folder / f"{base}.{form}.json"
        if path.exists():
            found, own = listed(path)
            same(f"{path.name}: packages", sorted(found), sorted(packages))
            same(f"{path.name}: name", own, name)


def check_sums():
    sums = {}
    for line in (folder / "SHA256SUMS").read_text().splitlines():
        digest, name = line.split("  ", 1)
        sums[name] = digest
    provenance = f"droveway-{version}.provenance.json"
    others = {"SHA256SUMS", provenance}
    files = {path.name for path in folder.iterdir() if not path.name.startswith(".") and not path.name.endswith(".sigstore.json")}
    same("SHA256SUMS names all files", sorted(sums), sorted(files - others))
    for name, digest in sums.items():
        with (folder / name).open("rb") as file:
            same(f"checksum of {name}", hashlib.file_digest(file, "sha256").hexdigest(), digest)
    statement = json.loads((folder / provenance).read_text())
    same("statement", statement["_type"], "https://in-toto.io/Statement/v1")
    same("predicate", statement["predicateType"], "https://slsa.dev/provenance/v1")
    same("subjects", {s["name"]: s["digest"]["sha256"] for s in statement["subject"]}, sums)
    definition = statement["predicate"]["buildDefinition"]
    check("build type", definition["buildType"].startswith("https://"), definition["buildType"])
    check("builder", statement["predicate"]["runDetails"]["builder"]["id"].startswith("https://"), "no URI")
    source = definition["resolvedDependencies"][0]
    check("source", re.fullmatch(r"[0-9a-f]{40}", source["digest"]["gitCommit"]), source)
    if any(name.endswith(".deb") for name in sums):
        uris = [d.get("uri", "") for d in definition["resolvedDependencies"]]
        check("the compiler is among the materials", any(uri.startswith("pkg:deb/debian/gcc-12@") for uri in uris), uris[:5])


def check_images(layout):
    listing = subprocess.run([ROOT / "release/oci.py", "list", layout], check=True, capture_output=True, text=True).stdout
    for line in listing.splitlines():
        architecture = line.split()[0]
        with tempfile.TemporaryDirectory() as image:
            subprocess.run([ROOT / "release/oci.py", "extract", layout, architecture, image], check=True)
            packages = {fields(path.read_text()) for path in pathlib.Path(image, "var/lib/dpkg/status.d").iterdir()}
        check(f"packages in the image of {architecture}", len(packages) >= 10, packages)
        check_sbom(f"droveway-{version}-image-{architecture}", packages, "droveway")
        portable = folder / f"droveway-{version}-linux-{architecture}.tar.gz"
        if portable.exists():
            with tarfile.open(portable) as tar:
                members = [m for m in tar.getmembers() if "/share/doc/droveway/packages/" in m.name and m.isfile()]
                same(f"packages in {portable.name}", {fields(tar.extractfile(m).read().decode()) for m in members}, packages)
            check_sbom(portable.name.removesuffix(".tar.gz"), packages, portable.name.removesuffix(".tar.gz"))


check_sums()
if (folder / f"droveway-{version}-oci.tar").exists():
    check_images(folder / f"droveway-{version}-oci.tar")
for package in folder.glob("*.deb"):
    control = subprocess.run(["dpkg-deb", "-f", package], check=True, capture_output=True, text=True).stdout
    check_sbom(package.name.removesuffix(".deb"), {fields(control)}, fields(control)[0])
print(f"files: {checks} checks passed")
