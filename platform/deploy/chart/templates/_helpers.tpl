{{- define "holotwin.fullname" -}}
{{- if .Values.fullnameOverride }}
{{- .Values.fullnameOverride | trunc 50 | trimSuffix "-" }}
{{- else }}
{{- $name := default .Chart.Name .Values.nameOverride }}
{{- if contains $name .Release.Name }}
{{- .Release.Name | trunc 50 | trimSuffix "-" }}
{{- else }}
{{- printf "%s-%s" .Release.Name $name | trunc 50 | trimSuffix "-" }}
{{- end }}
{{- end }}
{{- end }}

{{/* The names of the workloads, separated by spaces. Each has its values under its name. */}}
{{- define "holotwin.workloads" -}}
{{- eq .Values.mode "services" | ternary "auth energy advice" "monolith" }}
{{- end }}

{{/* The workload that answers for a module: dict root, module. */}}
{{- define "holotwin.workloadOf" -}}
{{- eq .root.Values.mode "services" | ternary .module "monolith" }}
{{- end }}

{{/* Whether a workload runs energy, and so what devices need: "true" or nothing. */}}
{{- define "holotwin.runsEnergy" -}}
{{- if has . (list "energy" "monolith") }}true{{ end }}
{{- end }}

{{/* Whether a workload reads a broker outside, and so is a StatefulSet: dict root, name. */}}
{{- define "holotwin.isStateful" -}}
{{- if and (include "holotwin.runsEnergy" .name) .root.Values.mqtt.broker.secret }}true{{ end }}
{{- end }}

{{- define "holotwin.kind" -}}
{{- if include "holotwin.isStateful" . }}StatefulSet{{ else }}Deployment{{ end }}
{{- end }}

{{/* dict root, name */}}
{{- define "holotwin.selector" -}}
app.kubernetes.io/name: {{ default .root.Chart.Name .root.Values.nameOverride }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .name }}
{{- end }}

{{/* dict root, name */}}
{{- define "holotwin.labels" -}}
{{ include "holotwin.selector" . }}
app.kubernetes.io/version: {{ default .root.Chart.AppVersion .root.Values.image.tag | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version }}
{{- end }}

{{/* A rule of the Ingress: dict root, module, path, type. */}}
{{- define "holotwin.path" -}}
- path: {{ .path | quote }}
  pathType: {{ .type }}
  backend:
    service:
      name: {{ include "holotwin.fullname" .root }}-{{ include "holotwin.workloadOf" . }}
      port: {name: http}
{{- end }}

{{/* Ports of a NetworkPolicy: a list of numbers. */}}
{{- define "holotwin.ports" -}}
ports:
  {{- range . }}
  - {protocol: TCP, port: {{ . }}}
  {{- end }}
{{- end }}
