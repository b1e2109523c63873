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

{{- /* Half of the memory limit in MiB, for the process itself takes memory too; 512 without a limit in Mi or Gi. */ -}}
{{- define "llm-proxy.bufferedMb" -}}
{{- $limit := toString (dig "limits" "memory" "" .Values.resources) -}}
{{- if regexMatch "^[0-9.]+Gi$" $limit -}}
{{- mulf (float64 (trimSuffix "Gi" $limit)) 512 | floor | int -}}
{{- else if regexMatch "^[0-9.]+Mi$" $limit -}}
{{- divf (float64 (trimSuffix "Mi" $limit)) 2 | floor | int -}}
{{- else -}}
512
{{- end -}}
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
