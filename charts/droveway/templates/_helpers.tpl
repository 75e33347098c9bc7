{{/* Helm's own labels, and those in the values. They are in addition to app.kubernetes.io/name, which selects the pods. */}}
{{- define "droveway.labels" -}}
app.kubernetes.io/name: droveway
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{- with .Values.labels }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{/* The metadata of an object that the templates write: (list . NAME). */}}
{{- define "droveway.metadata" -}}
{{- $root := index . 0 -}}
metadata:
  name: {{ index . 1 }}
  namespace: {{ $root.Release.Namespace }}
  labels:
    {{- include "droveway.labels" $root | nindent 4 }}
  {{- with $root.Values.annotations }}
  annotations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
{{- end }}

{{/* Prints an object, with the labels and annotations: (list . OBJECT). */}}
{{- define "droveway.object" -}}
{{- $root := index . 0 -}}
{{- $object := index . 1 -}}
{{- $metadata := $object.metadata -}}
{{- $labels := include "droveway.labels" $root | fromYaml -}}
{{- $_ := set $metadata "labels" (merge (dict) ($metadata.labels | default dict) $labels) -}}
{{- with merge (dict) ($metadata.annotations | default dict) $root.Values.annotations -}}
{{- $_ := set $metadata "annotations" . -}}
{{- end -}}
---
{{ toYaml $object }}
{{ end }}

{{/* Reads the objects of a copy in files/: (list . PATH). It prints {objects: [...]}. */}}
{{- define "droveway.read" -}}
{{- $text := (index . 0).Files.Get (printf "files/%s" (index . 1)) -}}
{{- if not $text }}{{ fail (printf "files/%s is missing in the chart" (index . 1)) }}{{ end -}}
{{- $objects := list -}}
{{- range splitList "\n---\n" $text -}}
{{- $object := fromYaml . -}}
{{- if $object.Error }}{{ fail $object.Error }}{{ end -}}
{{- $objects = eq $object.kind "List" | ternary (concat $objects ($object.items | default list)) (append $objects $object) -}}
{{- end -}}
{{- dict "objects" $objects | toYaml -}}
{{- end }}

{{/* Prints the objects of a copy in files/ as they are: (list . PATH). */}}
{{- define "droveway.copy" -}}
{{- $root := index . 0 -}}
{{- range (include "droveway.read" . | fromYaml).objects }}
{{ include "droveway.object" (list $root .) }}
{{- end }}
{{- end }}

{{- define "droveway.image" -}}
{{- with .Values.image -}}
{{- if .digest -}}
{{ .repository }}@{{ .digest }}
{{- else -}}
{{ .repository }}:{{ .tag | default $.Chart.AppVersion }}
{{- end -}}
{{- end -}}
{{- end }}

{{- define "droveway.kubevirtNamespace" -}}
{{- $default := eq .Values.certificates.source "openshift" | ternary "openshift-cnv" "kubevirt-hyperconverged" -}}
{{- .Values.kubevirt.namespace | default $default -}}
{{- end }}

{{/* The Secret that the pods mount, or whose ca.crt Prometheus reads. */}}
{{- define "droveway.certificateSecret" -}}
{{- eq .Values.certificates.source "given" | ternary .Values.certificates.given.secretName "droveway-tls" -}}
{{- end }}

{{/* "true" if the API server has 1.30's match conditions and ValidatingAdmissionPolicies. */}}
{{- define "droveway.since130" -}}
{{- semverCompare ">=1.30.0-0" .Capabilities.KubeVersion.Version -}}
{{- end }}

{{/* "true" if the webhooks have all match conditions. */}}
{{- define "droveway.fullConditions" -}}
{{- $wanted := .Values.matchConditions -}}
{{- eq $wanted "auto" | ternary (include "droveway.since130" .) (eq $wanted "full" | toString) -}}
{{- end }}
