package analysis

import (
	"context"
	"time"

	"github.com/holotwin/holotwin/modules/advice"
)

// Changes finds what past was changed, so that only that is analysed again. The present day does not count.
type Changes interface {
	// Since are the targets whose past was changed at or after an instant, each with the last time: a device's readings
	// or states, a space's ambient readings or weather, calendar or tariff (which stand for all within it).
	Since(ctx context.Context, at time.Time) ([]Change, error)
}

// Change is one of them.
type Change struct {
	Target advice.Target
	At     time.Time
}
