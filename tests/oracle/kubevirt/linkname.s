// go:linkname needs a package with an assembly file.
