package llm_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/adapters/llm"
	"github.com/holotwin/holotwin/modules/advice/recommendations"
	"github.com/holotwin/holotwin/modules/advice/text"
)

var original = text.Text{Title: "Uso: Aire", Message: "«Aire» usa 5 kWh.", Action: "Apague «Aire»."}

// model answers every request with a status and a text, and stores the last request.
func model(t *testing.T, status int, says string) (*llm.Client, *http.Request, *map[string]any) {
	t.Helper()
	var received http.Request
	asked := new(map[string]any)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		received = *r.Clone(context.Background())
		body, _ := io.ReadAll(r.Body)
		_ = json.Unmarshal(body, asked)
		w.WriteHeader(status)
		_ = json.NewEncoder(w).Encode(map[string]any{"choices": []any{map[string]any{"message": map[string]any{"role": "assistant", "content": says}}}})
	}))
	t.Cleanup(server.Close)
	return llm.New(llm.Settings{URL: server.URL + "/v1/", APIKey: "llave-secreta", Model: "modelo"}), &received, asked
}

func TestTheModelReturnsThreeParts(t *testing.T) {
	client, request, asked := model(t, 200, "```json\n{\"title\":\" Aire \",\"message\":\"«Aire»: 5 kWh.\",\"action\":\"Apáguelo.\"}\n```")
	better, err := client.Reword(context.Background(), text.Spanish, original)
	require.NoError(t, err)
	require.Equal(t, text.Text{Title: "Aire", Message: "«Aire»: 5 kWh.", Action: "Apáguelo."}, better)
	require.Equal(t, "/v1/chat/completions", request.URL.Path)
	require.Equal(t, "Bearer llave-secreta", request.Header.Get("Authorization"))
	require.Equal(t, "modelo", (*asked)["model"])
}

func TestAnInvalidAnswerIsUnreadable(t *testing.T) {
	for _, says := range []string{"", "Claro, aquí tiene:", "{", `{"title": 3}`} {
		client, _, _ := model(t, 200, says)
		_, err := client.Reword(context.Background(), text.English, original)
		require.ErrorIs(t, err, recommendations.ErrUnreadable, says)
	}
}

func TestAnErrorContainsNoSecret(t *testing.T) {
	client, _, _ := model(t, 401, "")
	_, err := client.Reword(context.Background(), text.Spanish, original)
	require.ErrorContains(t, err, "401")
	require.NotContains(t, err.Error(), "llave")
	gone := llm.New(llm.Settings{URL: "http://127.0.0.1:1/v1", APIKey: "llave-secreta", Model: "m"})
	_, err = gone.Reword(context.Background(), text.Spanish, original)
	require.Error(t, err)
	require.NotContains(t, err.Error(), "llave")
}

// TestTheKeyStaysWithItsHost redirects each protocol to another host, which receives neither the key nor the texts.
func TestTheKeyStaysWithItsHost(t *testing.T) {
	var arrived atomic.Int32
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { arrived.Add(1) }))
	t.Cleanup(other.Close)
	server := httptest.NewServer(http.RedirectHandler(other.URL, http.StatusTemporaryRedirect))
	t.Cleanup(server.Close)
	for _, path := range []string{"/v1", "/generativelanguage.googleapis.com/v1beta"} {
		client := llm.New(llm.Settings{URL: server.URL + path, APIKey: "llave-secreta", Model: "m"})
		_, err := client.Reword(context.Background(), text.Spanish, original)
		require.ErrorContains(t, err, "LLM_URL: no answer: redirected to another host")
	}
	require.Zero(t, arrived.Load())
}
