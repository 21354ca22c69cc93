package analysis

import (
	"context"
	"time"

	"github.com/holotwin/holotwin/modules/advice"
)

// Changes finds targets whose past was changed, so that only these are analysed again. The present day does not count.
type Changes interface {
	// Since returns the targets whose past was changed at or after an instant, each with the time of its last change: a device's readings
	// or states; a space's ambient readings or weather, calendar or tariff (these apply to everything inside it).
	Since(ctx context.Context, at time.Time) ([]Change, error)
}

// Change is the last change of a target's past.
type Change struct {
	Target advice.Target
	At     time.Time
}
