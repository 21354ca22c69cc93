package httpclient_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/platform/httpclient"
)

var limits = httpclient.Limits{Answer: 5 * time.Minute, Body: 1000}

// TestSecretsStayWithTheirHost redirects to another host with all methods and statuses: no request arrives there.
func TestSecretsStayWithTheirHost(t *testing.T) {
	var arrived atomic.Int32
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { arrived.Add(1) }))
	t.Cleanup(other.Close)
	for _, status := range []int{301, 302, 303, 307, 308} {
		for _, method := range []string{http.MethodGet, http.MethodPost} {
			server := httptest.NewServer(http.RedirectHandler(other.URL+"/x?a=b", status))
			request, err := http.NewRequest(method, server.URL+"/?key=secreto", strings.NewReader("client_secret=secreto"))
			require.NoError(t, err)
			request.Header.Set("X-Goog-Api-Key", "secreto")
			_, err = httpclient.New(limits).Do(request)
			require.ErrorIs(t, err, httpclient.ErrRedirected, "%s %d", method, status)
			require.NotContains(t, httpclient.Cause(err).Error(), "secreto")
			server.Close()
		}
	}
	require.Zero(t, arrived.Load())
}

// TestRedirectsWithinAHostAreFollowed checks that a few redirects are followed, and an endless loop is not.
func TestRedirectsWithinAHostAreFollowed(t *testing.T) {
	paths := http.NewServeMux()
	paths.Handle("/a", http.RedirectHandler("/b", http.StatusPermanentRedirect))
	paths.HandleFunc("/b", func(w http.ResponseWriter, r *http.Request) { _, _ = w.Write([]byte(r.Header.Get("X-Key"))) })
	paths.Handle("/circle", http.RedirectHandler("/circle", http.StatusFound))
	server := httptest.NewServer(paths)
	t.Cleanup(server.Close)
	request, err := http.NewRequest(http.MethodPost, server.URL+"/a", strings.NewReader("x"))
	require.NoError(t, err)
	request.Header.Set("X-Key", "llave")
	answer, err := httpclient.New(limits).Do(request)
	require.NoError(t, err)
	body, err := io.ReadAll(answer.Body)
	require.NoError(t, err)
	require.Equal(t, "llave", string(body))
	_, err = httpclient.New(limits).Get(server.URL + "/circle")
	require.Error(t, err)
}

// TestABodyIsReadUpToItsBound reads a body of the maximum length, and rejects one that is a byte longer or endless.
func TestABodyIsReadUpToItsBound(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/max":
			_, _ = w.Write(make([]byte, limits.Body))
		case "/more":
			_, _ = w.Write(make([]byte, limits.Body+1))
		default:
			for r.Context().Err() == nil {
				if _, err := w.Write(make([]byte, 100)); err != nil {
					return
				}
			}
		}
	}))
	t.Cleanup(server.Close)
	for path, wanted := range map[string]error{"/max": nil, "/more": httpclient.ErrTooLong, "/endless": httpclient.ErrTooLong} {
		answer, err := httpclient.New(limits).Get(server.URL + path)
		require.NoError(t, err)
		body, err := io.ReadAll(answer.Body)
		require.ErrorIs(t, err, wanted, path)
		require.Len(t, body, int(limits.Body), path)
		require.NoError(t, answer.Body.Close())
	}
}

// TestSilentServerTimesOut has a server that accepts a request and sends nothing, or sends only the start of a body.
func TestSilentServerTimesOut(t *testing.T) {
	ended := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/body" {
			_, _ = w.Write([]byte("x"))
			w.(http.Flusher).Flush()
		}
		<-ended
	}))
	t.Cleanup(server.Close)
	t.Cleanup(func() { close(ended) })
	limits := httpclient.Limits{Answer: time.Second, Body: 10}
	_, err := httpclient.New(limits).Get(server.URL)
	require.ErrorIs(t, err, context.DeadlineExceeded)
	answer, err := httpclient.New(limits).Get(server.URL + "/body")
	for errors.Is(err, context.DeadlineExceeded) { // the machine is so busy that the body did not begin in time
		limits.Answer *= 2
		answer, err = httpclient.New(limits).Get(server.URL + "/body")
	}
	require.NoError(t, err)
	_, err = io.ReadAll(answer.Body)
	require.ErrorIs(t, err, context.DeadlineExceeded)
	require.NoError(t, answer.Body.Close())
}
