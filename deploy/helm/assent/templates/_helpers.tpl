{{/* The name of every object. One release of the chart is one installation. */}}
{{- define "assent.name" -}}
{{- contains "assent" .Release.Name | ternary .Release.Name (printf "%s-assent" .Release.Name) | trunc 52 | trimSuffix "-" -}}
{{- end -}}

{{- define "assent.selector" -}}
app.kubernetes.io/name: assent
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "assent.labels" -}}
{{ include "assent.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end -}}

{{- define "assent.metadata" -}}
name: {{ include "assent.name" . }}
namespace: {{ .Release.Namespace }}
labels:
  {{- include "assent.labels" . | nindent 2 }}
{{- end -}}

{{- define "assent.image" -}}
{{- with .Values.image -}}
{{- if .digest }}{{ .repository }}@{{ .digest }}{{ else }}{{ .repository }}:{{ default $.Chart.AppVersion .tag }}{{ end -}}
{{- end -}}
{{- end -}}

{{/* assent.yaml: the configuration of the values, and what the chart decides. */}}
{{- define "assent.config" -}}
{{- $metrics := dict "host" "0.0.0.0" "port" 9464 -}}
{{- $listen := dict "host" "0.0.0.0" "port" 7300 "drainSeconds" .Values.drainSeconds "metrics" $metrics -}}
{{- merge (dict "store" .Values.database.url "listen" $listen) .Values.config | toYaml -}}
{{- end -}}

{{/* What must be given. An error here says what to do. */}}
{{- define "assent.require" -}}
{{- if not .Values.config.issuer -}}
{{- fail "Set config: the content of assent.yaml, at least with issuer (the public https URL), wallets and directory. See README.md of the chart." -}}
{{- end -}}
{{- range tuple "listen" "store" "keys" -}}
{{- if hasKey $.Values.config . -}}
{{- fail (printf "Remove config.%s: the chart sets it. The store is database.url, and the key-encryption key is a Secret." .) -}}
{{- end -}}
{{- end -}}
{{- if not .Values.database.url -}}
{{- fail "Set database.url to postgres://USER@HOST/DATABASE?sslmode=verify-full, without a password." -}}
{{- end -}}
{{- if not .Values.database.existingSecret -}}
{{- fail "Set database.existingSecret to a Secret with the password of the database. Create it with: kubectl create secret generic assent-database --from-file=password=FILE" -}}
{{- end -}}
{{- if not .Values.keyEncryptionKey.existingSecret -}}
{{- fail "Set keyEncryptionKey.existingSecret to a Secret with the key-encryption key. Create the key with openssl rand -base64 32, back it up apart from the database, and create the Secret with: kubectl create secret generic assent-keys --from-file=key-encryption-key=FILE" -}}
{{- end -}}
{{- end -}}
