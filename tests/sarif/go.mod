module droveway.io/sarif

go 1.24

// Holds OASIS's schema of SARIF 2.1.0 (pkg/report/v210/sarif/schema.go); no code of it is built or run.
require github.com/owenrumney/go-sarif/v3 v3.3.1
