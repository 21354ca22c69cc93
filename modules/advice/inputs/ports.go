package inputs

import (
	"context"
	"time"

	"github.com/holotwin/holotwin/modules/advice/history"
)

// States is what devices say of themselves.
type States interface {
	// Spans are a device's states in [from, to), cut to it, oldest first, without what is not known.
	Spans(ctx context.Context, device string, from, to time.Time) ([]history.Span, error)
}
