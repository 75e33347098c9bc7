#!/usr/bin/env python3
"""Measures the sources: files, functions and their length, circles between files.

structure.py BUILD [--circles]   --circles: prints each circle, and exits with 1 if there is one
A circle is a set of files that use each other's functions, so that none of them can be understood first. Circles are found in
the object files below BUILD/obj/src, which must be built without link-time optimization or as fat objects.
"""
import collections, glob, os, re, statistics, subprocess, sys


def functions(path):
    """(name, lines) of each function, from its declarator to a brace in the first column."""
    with open(path, encoding="utf-8") as file:
        lines = file.read().split("\n")
    start = None
    for number, line in enumerate(lines):
        if start is None:
            if re.match(r"[A-Za-z_]", line) and "(" in line and not line.startswith(("#", "enum", "typedef")):
                start = number
        if start is not None:
            if line.endswith(";") and not any(part.endswith("{") for part in lines[start:number + 1]):
                start = None
            elif line == "}":
                name = re.search(r"(\w+)\(", " ".join(lines[start:number]))
                if "=" not in lines[start].split("(")[0]:
                    yield (name.group(1) if name else "?", number - start + 1)
                start = None
            elif line.startswith("};"):
                start = None


def symbols(path):
    defined, used = set(), set()
    for line in subprocess.run(["nm", "--format=posix", path], capture_output=True, text=True, check=True).stdout.splitlines():
        name, kind = line.split()[:2]
        if kind == "U":
            used.add(name)
        elif kind.isupper():
            defined.add(name)
    return defined, used


def circles(objects):
    """The strongly connected components of more than one file (Tarjan's algorithm), sorted."""
    of, tables = {}, {}
    for path in objects:
        tables[path] = symbols(path)
        of.update({name: path for name in tables[path][0]})
    edges = {path: {of[name] for name in used if name in of} - {path} for path, (_, used) in tables.items()}
    index, low, stack, found = {}, {}, [], []

    def visit(node):
        index[node] = low[node] = len(index)
        stack.append(node)
        for other in sorted(edges[node]):
            if other not in index:
                visit(other)
                low[node] = min(low[node], low[other])
            elif other in stack:
                low[node] = min(low[node], index[other])
        if low[node] == index[node]:
            part = []
            while not part or part[-1] != node:
                part.append(stack.pop())
            if len(part) > 1:
                found.append(sorted(part))

    sys.setrecursionlimit(10000)
    for node in sorted(edges):
        if node not in index:
            visit(node)
    return sorted(found), edges


def main():
    build = sys.argv[1]
    sources = sorted(glob.glob("src/*/*.c"))
    headers = sorted(glob.glob("src/*/*.h") + glob.glob("include/droveway/*.h") + glob.glob("include/droveway/*/*.h"))
    lengths = [length for path in sources for _, length in functions(path)]
    lines = sum(sum(1 for _ in open(path, encoding="utf-8")) for path in sources + headers)
    small = [path for path in sources if sum(1 for _ in open(path, encoding="utf-8")) < 100]
    found, edges = circles(sorted(glob.glob(f"{build}/obj/src/*/*.o")))
    plain = lambda path: path.split("/src/")[1][:-2] + ".c"
    if "--circles" in sys.argv:
        for part in found:
            print(f"a circle of {len(part)} files:", " ".join(map(plain, part)))
            for path in part:
                print("  ", plain(path), "->", " ".join(plain(other) for other in sorted(edges[path]) if other in part))
        return 1 if found else 0
    print(f"{len(sources)} .c files and {len(headers)} headers, {lines} lines; {len(small)} .c files under 100 lines")
    print(f"{len(lengths)} functions; lines with braces: median {statistics.median(lengths):.0f}, "
          f"90th percentile {sorted(lengths)[len(lengths) * 9 // 10]}, longest {max(lengths)}; {sum(n <= 3 for n in lengths)} of three lines")
    print(f"{len(found)} circles between files, of {sum(map(len, found))} files")
    for layer, count in sorted(collections.Counter(path.split("/")[1] for path in sources).items()):
        print(f"  {layer}: {count} files")
    return 0


if __name__ == "__main__":
    sys.exit(main())
