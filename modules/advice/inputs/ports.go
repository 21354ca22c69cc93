package inputs

import (
	"context"
	"time"

	"github.com/holotwin/holotwin/modules/advice/history"
)

// States reads the states that devices report.
type States interface {
	// Spans returns a device's known states in [from, to), cut to that range, oldest first.
	Spans(ctx context.Context, device string, from, to time.Time) ([]history.Span, error)
}
