package remote_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/adapters/remote"
	"github.com/holotwin/holotwin/modules/advice"
	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/platform/peer"
)

// oneDevice is an energy module with one device.
type oneDevice struct{ remote.EnergyPorts }

func (oneDevice) Tree(context.Context) (advice.Tree, error) {
	return advice.Tree{Devices: []advice.Device{{ID: "ac-1"}}}, nil
}

// TestWhatIsDispensableIsNotWaitedForLong asks a process that is away for what an answer can do without. The call says how long it
// waits: not as long as for what is needed, so that a process that hangs does not hold up the pages of the others.
func TestWhatIsDispensableIsNotWaitedForLong(t *testing.T) {
	waits := make(chan time.Duration, 1)
	tokens, err := peer.NewTokens([][]byte{[]byte(strings.Repeat("s", peer.MinSecretBytes))}, time.Now)
	require.NoError(t, err)
	answers := peer.NewServer(tokens, remote.RefusalOf)
	remote.AnswerEnergy(answers, oneDevice{})
	isAway := false
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if isAway {
			select {
			case waits <- peer.Limit(r.Header.Get):
			default: // a repetition
			}
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		question, _ := io.ReadAll(r.Body)
		reply, _ := answers.Serve(r.Context(), strings.TrimPrefix(r.URL.Path, peer.Path+"/"), question)
		_, _ = w.Write(reply.Body)
	}))
	defer server.Close()
	client := func() *peer.Client {
		c, err := peer.NewClient(peer.ClientOptions{URL: server.URL, Tokens: tokens})
		require.NoError(t, err)
		return c
	}
	trees := remote.NewTrees(client())
	_, err = trees.Tree(t.Context())
	require.NoError(t, err)

	isAway = true
	const short = 6 * time.Second
	_, known, err := remote.Outlook{Client: client()}.MonthEnd(t.Context(), energy.Caller{}, "sp_1", 0)
	require.NoError(t, err)
	require.False(t, known)
	require.Less(t, <-waits, short, "a forecast")
	emails, err := remote.People{Client: client()}.Emails(t.Context(), []string{"us_1"})
	require.NoError(t, err)
	require.Empty(t, emails)
	require.Less(t, <-waits, short, "addresses")
	tree, err := trees.Tree(t.Context())
	require.NoError(t, err)
	require.Len(t, tree.Devices, 1)
	require.Less(t, <-waits, short, "a tree, if one is known")
	_, err = remote.NewTrees(client()).Tree(t.Context())
	require.ErrorIs(t, err, advice.ErrAway)
	require.Greater(t, <-waits, short, "without one, it is needed")
}
