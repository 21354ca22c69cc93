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
	"github.com/holotwin/holotwin/modules/advice/questions"
	"github.com/holotwin/holotwin/platform/audit"
	"github.com/holotwin/holotwin/platform/peer"
)

// audits is a calendar whose changes write the audit entry of their context, as a transaction does.
type audits struct {
	remote.EnergyPorts
	written []audit.Entry
}

func (a *audits) OpenDay(ctx context.Context, _ advice.Caller, _ questions.Opening) error {
	return a.DropOpening(ctx, advice.Caller{}, "ca_1")
}

func (a *audits) DropOpening(ctx context.Context, _ advice.Caller, id string) error {
	if pending := audit.PendingOf(ctx); pending != nil && id != "" {
		a.written = append(a.written, pending.Entry)
		pending.SetWritten()
	}
	return nil
}

// TestAChangeOfTheCalendarIsInTheAudit changes the calendar from another process: the transaction that makes the change writes the
// request's audit entry, so that none is without the other, and no later transaction of the request writes it again.
func TestAChangeOfTheCalendarIsInTheAudit(t *testing.T) {
	tokens, err := peer.NewTokens([][]byte{[]byte(strings.Repeat("s", peer.MinSecretBytes))}, time.Now)
	require.NoError(t, err)
	calendar, answers := &audits{}, peer.NewServer(tokens, remote.RefusalOf)
	remote.AnswerEnergy(answers, calendar)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		question, _ := io.ReadAll(r.Body)
		reply, _ := answers.Serve(r.Context(), strings.TrimPrefix(r.URL.Path, peer.Path+"/"), question)
		_, _ = w.Write(reply.Body)
	}))
	defer server.Close()
	client, err := peer.NewClient(peer.ClientOptions{URL: server.URL, Tokens: tokens})
	require.NoError(t, err)
	openings := remote.Openings{Client: client}
	entry := audit.Entry{At: time.Unix(1_800_000_000, 0).UTC(), Actor: "us_1", Action: "POST /api/preguntas/{id}/respuesta", Client: "192.0.2.7", RequestID: "rq_1"}

	ctx := audit.Begin(t.Context(), entry)
	require.NoError(t, openings.OpenDay(ctx, advice.Caller{}, questions.Opening{ID: "ca_1", Space: "sp_1", Date: "2026-05-26"}))
	require.Nil(t, audit.PendingOf(ctx), "it is written")
	require.NoError(t, openings.DropOpening(ctx, advice.Caller{}, "ca_1"))
	require.Equal(t, []audit.Entry{entry}, calendar.written, "once")

	ctx = audit.Begin(t.Context(), entry)
	require.NoError(t, openings.DropOpening(ctx, advice.Caller{}, ""))
	require.NotNil(t, audit.PendingOf(ctx), "nothing was changed, so nothing was written")
	require.NoError(t, openings.DropOpening(ctx, advice.Caller{}, "ca_2"))
	require.Equal(t, []audit.Entry{entry, entry}, calendar.written)
}
