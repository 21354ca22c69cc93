package httpauth_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"

	httpauth "github.com/holotwin/holotwin/adapters/http/auth"
	"github.com/holotwin/holotwin/modules/auth"
	"github.com/holotwin/holotwin/platform/audit"
	"github.com/holotwin/holotwin/platform/clock"
)

// notes stores entries in memory.
type notes struct {
	all     []auth.Entry
	failure error
}

func (n *notes) Note(_ context.Context, entries ...auth.Entry) error {
	if n.failure == nil {
		n.all = append(n.all, entries...)
	}
	return n.failure
}

func (n *notes) ForgetStrangers(context.Context, time.Time) error { return nil }

// TestTheAuditorNeedsOnlyNotes records requests as in a process without the auth module: refused ones are bounded.
func TestTheAuditorNeedsOnlyNotes(t *testing.T) {
	ctx, store := context.Background(), &notes{}
	core, logs := observer.New(zapcore.ErrorLevel)
	at := time.Date(2026, 5, 26, 12, 0, 0, 0, time.UTC)
	auditor := httpauth.NewAuditor(store, auth.NewRefusals(store, clock.Fixed(at)), zap.New(core))
	entry := audit.Entry{At: at, Actor: "us_a", Action: "GET /x", Target: "/x", Detail: "200", Client: "192.0.2.1", RequestID: "rq_1"}
	require.NoError(t, auditor.Record(ctx, entry))
	auditor.RecordRefusal(ctx, entry)
	stored := auth.Entry{At: at, Actor: "us_a", Action: "GET /x", Target: "/x", Detail: "200", Client: "192.0.2.1", Request: "rq_1"}
	refused := stored
	refused.Refused = true
	require.Equal(t, []auth.Entry{stored, refused}, store.all)
	entry.Actor = ""
	for range 1000 {
		auditor.RecordRefusal(ctx, entry)
	}
	require.Less(t, len(store.all), 100, "strangers of one network are bounded")
	store.failure = errors.New("the disk is full")
	require.Error(t, auditor.Record(ctx, entry))
	entry.Actor = "us_b"
	auditor.RecordRefusal(ctx, entry)
	require.Equal(t, 1, logs.Len())
}
