{{- /* Whole seconds of a duration as the gateway writes it: 90, 1.5s, 10m, 1h30m. */ -}}
{{- define "llm-proxy.seconds" -}}
{{- $text := toString .value -}}
{{- $units := dict "ms" 0.001 "s" 1.0 "m" 60.0 "h" 3600.0 -}}
{{- $sum := 0.0 -}}
{{- if regexMatch "^[0-9.]+$" $text -}}
{{- $sum = float64 $text -}}
{{- else if regexMatch "^([0-9.]+(ms|h|m|s))+$" $text -}}
{{- range regexFindAll "[0-9.]+(ms|h|m|s)" $text -1 -}}
{{- $sum = addf $sum (mulf (float64 (regexFind "^[0-9.]+" .)) (get $units (regexFind "[a-z]+$" .))) -}}
{{- end -}}
{{- else -}}
{{- fail (printf "config.%s is %q: the chart needs a duration such as 90s or 10m here, not a variable, to know how long pods may take to end" .name $text) -}}
{{- end -}}
{{- ceil $sum | int -}}
{{- end -}}

{{- /* The longest that a request may take, in seconds: the longest total_timeout there is. 0, no limit, counts as the default, 10m. */ -}}
{{- define "llm-proxy.totalSeconds" -}}
{{- $config := .Values.config -}}
{{- $given := list (dict "name" "timeout.total_timeout" "timeout" $config.timeout) -}}
{{- range $index, $backend := $config.backends -}}
{{- $given = append $given (dict "name" (printf "backends[%d].timeout.total_timeout" $index) "timeout" $backend.timeout) -}}
{{- end -}}
{{- range $alias, $model := $config.models -}}
{{- $given = append $given (dict "name" (printf "models.%s.timeout.total_timeout" $alias) "timeout" $model.timeout) -}}
{{- end -}}
{{- $longest := 0 -}}
{{- range $index, $one := $given -}}
{{- $value := dig "total_timeout" "" (default dict $one.timeout) -}}
{{- $seconds := 0 -}}
{{- if ne (toString $value) "" -}}
{{- $seconds = include "llm-proxy.seconds" (dict "name" $one.name "value" $value) | int -}}
{{- end -}}
{{- if and (eq $seconds 0) (or (eq $index 0) (ne (toString $value) "")) -}}
{{- $seconds = 600 -}}
{{- end -}}
{{- $longest = max $longest $seconds -}}
{{- end -}}
{{- $longest -}}
{{- end -}}

{{- define "llm-proxy.drainSeconds" -}}
{{- $given := dig "shutdown_timeout" "" (default dict .Values.config.server) -}}
{{- if ne (toString $given) "" -}}
{{- include "llm-proxy.seconds" (dict "name" "server.shutdown_timeout" "value" $given) -}}
{{- else -}}
{{- include "llm-proxy.totalSeconds" . -}}
{{- end -}}
{{- end -}}

{{- /* Half of the memory limit in MiB, for the process itself takes memory too; 512 without a limit. */ -}}
{{- define "llm-proxy.bufferedMb" -}}
{{- $limit := toString (dig "memory" "" (default dict (default dict .Values.resources).limits)) -}}
{{- if eq $limit "" -}}
512
{{- else -}}
{{- $mb := divf (include "llm-proxy.bytes" $limit | float64) 2097152.0 | floor | int -}}
{{- if lt $mb 1 -}}
{{- fail (printf "resources.limits.memory is %q, which is less than 2Mi: the gateway needs 256Mi or more" $limit) -}}
{{- end -}}
{{- $mb -}}
{{- end -}}
{{- end -}}

{{- /* The bytes of a quantity of Kubernetes, as the schema of the values lets it through: 1Gi, 256M, 1.5e9, 268435456. */ -}}
{{- define "llm-proxy.bytes" -}}
{{- $units := dict "n" 1e-9 "u" 1e-6 "m" 1e-3 "k" 1e3 "M" 1e6 "G" 1e9 "T" 1e12 "P" 1e15 "E" 1e18
  "Ki" 1024.0 "Mi" 1048576.0 "Gi" 1073741824.0 "Ti" 1099511627776.0 "Pi" 1125899906842624.0 "Ei" 1152921504606846976.0 -}}
{{- $unit := regexFind "([KMGTPE]i|[numkMGTPE])$" . -}}
{{- mulf (float64 (trimSuffix $unit .)) (default 1.0 (get $units $unit)) | floor | printf "%.0f" -}}
{{- end -}}

{{- /* The gateway's config: that of the values, with what the chart has to decide. */ -}}
{{- define "llm-proxy.config" -}}
{{- $config := deepCopy .Values.config -}}
{{- $server := default dict $config.server -}}
{{- if eq (toString (dig "shutdown_timeout" "" $server)) "" -}}
{{- $_ := set $server "shutdown_timeout" (printf "%ss" (include "llm-proxy.drainSeconds" .)) -}}
{{- end -}}
{{- if eq (toString (dig "max_buffered_mb" "" $server)) "" -}}
{{- $_ := set $server "max_buffered_mb" (include "llm-proxy.bufferedMb" . | int) -}}
{{- end -}}
{{- $_ := set $config "server" $server -}}
{{- $_ := set $config "listen" ":8765" -}}
{{- $metrics := default dict $config.metrics -}}
{{- $_ := set $metrics "enabled" .Values.metrics.enabled -}}
{{- if .Values.metrics.enabled -}}
{{- $_ := set $metrics "listen" ":9090" -}}
{{- $_ := set $metrics "public" true -}}
{{- end -}}
{{- $_ := set $config "metrics" $metrics -}}
{{- if empty $config.backends -}}
{{- $_ := set $config "backends" (list (dict "name" "demo" "url" "demo:")) -}}
{{- $_ := set $config "models" (dict "demo" (dict "routes" (list (dict "backend" "demo" "model" "demo")))) -}}
{{- end -}}
{{- toYaml $config -}}
{{- end -}}
