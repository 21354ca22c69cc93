package config

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestSettingsOfTraces(t *testing.T) {
	c, err := parse(map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": "https://collector/otlp", "OTEL_EXPORTER_OTLP_HEADERS": "Authorization=Basic%20YTpi, x-a=1", "OTEL_TRACES_SAMPLER_ARG": "0.25"})
	require.NoError(t, err)
	require.Equal(t, map[string]string{"Authorization": "Basic YTpi", "x-a": "1"}, c.TracesHeaders)
	require.Equal(t, 0.25, c.TracesShare)
	for name, values := range map[string][]string{
		"OTEL_EXPORTER_OTLP_ENDPOINT": {"collector:4318", "grpc://collector:4317", "http://user:hunter2@collector", "http://collector?key=hunter2"},
		"OTEL_EXPORTER_OTLP_HEADERS":  {"hunter2", "a b=hunter2", "a=hunter2%0d%0ab", "a=hunter2%zz", "=hunter2"},
		"OTEL_TRACES_SAMPLER_ARG":     {"-0.1", "1.1", "all", "NaN"},
	} {
		for _, value := range values {
			_, err := parse(map[string]string{name: value})
			require.ErrorContains(t, err, name+": ", value)
			require.NotContains(t, err.Error(), "hunter2")
		}
	}
}
