package httpserver_test

import (
	"io"
	"net/http/httptest"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"
	"go.uber.org/zap"

	"github.com/holotwin/holotwin/platform/httpserver"
)

// TestWarningsDoNotMakeAServerUnready names them in the answer of readiness, which stays 200.
func TestWarningsDoNotMakeAServerUnready(t *testing.T) {
	api := httpserver.New(httpserver.Options{Log: zap.NewNop(), Locale: "es"})
	warnings := []string{"books", "disk"}
	api.WithSelfChecks(httpserver.SelfChecks{Warnings: func() []string { return warnings }})
	api.Operations(prometheus.NewRegistry())
	ready := func() string {
		answer, err := api.App().Test(httptest.NewRequest("GET", "/health/ready", nil), -1)
		require.NoError(t, err)
		body, err := io.ReadAll(answer.Body)
		require.NoError(t, err)
		require.Equal(t, 200, answer.StatusCode)
		return string(body)
	}
	require.JSONEq(t, `{"status":"ok","checks":{},"warnings":["books","disk"]}`, ready())
	warnings = nil
	require.JSONEq(t, `{"status":"ok","checks":{}}`, ready())
}
