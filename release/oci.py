#!/usr/bin/env python3
"""Reads an archive of container images (an OCI image layout, as a tar file).

oci.py list LAYOUT                prints, for each image: architecture, digest of its manifest, digest of its index (- if none)
oci.py extract LAYOUT ARCH FOLDER unpacks the file system of one image, and checks the digest of everything it reads
"""
import hashlib
import io
import json
import sys
import tarfile

INDEXES = {"application/vnd.oci.image.index.v1+json", "application/vnd.docker.distribution.manifest.list.v2+json"}


def die(why):
    sys.exit(f"oci: {why}")


class Layout:
    def __init__(self, path):
        self.path = path
        self.tar = tarfile.open(path)
        self.names = {name.removeprefix("./"): name for name in self.tar.getnames()}

    def read(self, name):
        if name not in self.names:
            die(f"{self.path}: {name} is missing; is this an OCI image layout?")
        return self.tar.extractfile(self.names[name]).read()

    def blob(self, digest):
        algorithm, _, value = digest.partition(":")
        data = self.read(f"blobs/{algorithm}/{value}")
        if hashlib.new(algorithm, data).hexdigest() != value:
            die(f"{self.path}: the blob {digest} has other contents")
        return data

    def images(self):
        """Yields (architecture, digest of the manifest, digest of the index or "-", manifest) for each image."""
        todo = [(entry, "-") for entry in json.loads(self.read("index.json"))["manifests"]]
        while todo:
            entry, index = todo.pop(0)
            document = json.loads(self.blob(entry["digest"]))
            if entry.get("mediaType") in INDEXES:
                todo += [(inner, entry["digest"]) for inner in document["manifests"]]
            else:
                yield json.loads(self.blob(document["config"]["digest"]))["architecture"], entry["digest"], index, document


def extract(layout, architecture, folder):
    found = {arch: manifest for arch, _, _, manifest in layout.images()}
    if architecture not in found:
        die(f"{layout.path} has no image for {architecture}; it has {', '.join(sorted(found))}")
    for layer in found[architecture]["layers"]:
        with tarfile.open(fileobj=io.BytesIO(layout.blob(layer["digest"]))) as tar:
            for member in tar.getmembers():
                if member.name.rpartition("/")[2].startswith(".wh."):
                    die(f"{layout.path}: a layer removes {member.name}, which is not supported")
                member.uid, member.gid, member.uname, member.gname = 0, 0, "", ""
                tar.extract(member, folder, filter="tar")


def main():
    arguments = sys.argv[1:]
    if len(arguments) == 2 and arguments[0] == "list":
        for arch, digest, index, _ in Layout(arguments[1]).images():
            print(arch, digest, index)
    elif len(arguments) == 4 and arguments[0] == "extract":
        extract(Layout(arguments[1]), arguments[2], arguments[3])
    else:
        die(__doc__.split("\n\n", 1)[1].rstrip().replace("\n", "\n     "))


main()
