package gormenergy

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/modules/energy"
)

// dense is a device of which every instant below one is taken.
type dense struct {
	rows
	below energy.Instant
}

func (d dense) instants(_ context.Context, _ energy.DeviceID, from, to energy.Instant) (all []energy.Instant, err error) {
	for at := from; at < min(to, d.below); at++ {
		all = append(all, at)
	}
	return all, nil
}

func TestNothingMovesFar(t *testing.T) {
	ctx := context.Background()
	at := func(device energy.DeviceID, at energy.Instant) placed {
		r := energy.Reading{Device: device, At: at, Source: energy.ByArrival}
		return placed{r.Key(), r}
	}
	batch := []energy.Reading{{Device: "a", At: maxReadingMove + 2}}
	moved, err := move(ctx, dense{below: maxReadingMove + 1}, []placed{at("a", 0), at("a", 1), at("a", 3), at("b", 5)}, batch)
	require.NoError(t, err)
	var instants []energy.Instant
	for _, m := range moved {
		instants = append(instants, m.At-m.sent.At)
	}
	require.Equal(t, []energy.Instant{maxReadingMove, maxReadingMove, maxReadingMove - 4}, instants, "the first would go too far, and one instant is claimed")
}
