#!/usr/bin/env bash
# Writes the man page from the program's own help: man.sh DROVEWAY >droveway.1
set -euo pipefail
droveway=$1
version=$("$droveway" version | sed -n 's/^droveway \([0-9.]*\).*/\1/p')
literal() { # text as it stands
  echo '.Bd -literal'
  sed -e 's/\\/\\e/g' -e "s/^\([.']\)/\\\\\&\1/" -e 's/-/\\-/g' -e 's/`/\\(ga/g' -e "s/'/\\\\(aq/g"
  echo '.Ed'
}
cat <<END
.\" Written by \`make docs\` (tools/man.sh); a test fails when it is stale.
.Dd November 21, 2026
.Dt DROVEWAY 1
.Os Droveway $version
.Sh NAME
.Nm droveway
.Nd keeps the networks right that KubeVirt migrates virtual machines over
.Sh SYNOPSIS
.Nm
.Ar command
.Op Ar option ...
.Nm kubectl Cm droveway
.Ar command
.Op Ar option ...
.Sh DESCRIPTION
END
"$droveway" --help | sed -n '1,/^$/p' | sed '/^$/d'
echo '.Sh COMMANDS'
"$droveway" --help | sed -n 's/^  \([a-z][a-z]*\) .*/\1/p' | while read -r command; do
  printf '.Ss %s\n' "$command"
  "$droveway" "$command" --help | literal
done
cat <<'END'
.Sh ENVIRONMENT
.Bl -tag -width KUBECONFIG
.It Ev KUBECONFIG
the kubeconfig that
.Cm audit ,
.Cm snapshot
and
.Cm map
take where none is named
.It Ev NO_COLOR
no colour, whatever it is set to
.El
.Sh EXIT STATUS
.Bl -tag -width 2
.It 0
nothing is denied
.It 1
something is denied
.It 2
bad usage, or input that can't be read
.It 3
.Cm serve :
ended by
.Fl \-shutdown-timeout
.El
.Sh EXAMPLES
Lint what kustomize makes, against what is known of the cluster:
.Pp
.Dl kustomize build clusters/production | droveway check -f - --state cluster-state
.Pp
Why is a rule there, and what does it look like when it is kept?
.Pp
.Dl droveway explain overlap-cluster-network
.Pp
Which range is free for a migration network?
.Pp
.Dl kubectl droveway map --suggest /24
.Sh SEE ALSO
.Xr jq 1 ,
.Xr kubectl 1
END
