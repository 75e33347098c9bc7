module droveway.io/tests/jsonpatch

go 1.26

require github.com/evanphx/json-patch/v5 v5.9.11
