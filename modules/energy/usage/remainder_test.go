package usage

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/modules/energy"
)

func TestLikelyCause(t *testing.T) {
	sum := func(own, below, estimated energy.Energy) meterSum {
		return meterSum{own: own, below: below, estimated: estimated}
	}
	alone := sum(100, 150, 0)
	alone.greatest = map[energy.DeviceID]energy.Energy{"ac": 120}
	for name, c := range map[string]struct {
		sums   []meterSum
		at     int
		cause  Cause
		device energy.DeviceID
	}{
		"a part was filled in":             {[]meterSum{sum(100, 150, 1)}, 0, PartEstimated, ""},
		"the meter stopped":                {[]meterSum{sum(0, 150, 0)}, 0, MeterStopped, ""},
		"3 % of accuracy":                  {[]meterSum{sum(1000, 1030, 0)}, 0, WithinAccuracy, ""},
		"the step before makes up for it":  {[]meterSum{sum(200, 100, 0), sum(100, 150, 0)}, 1, ClocksApart, ""},
		"the step after makes up for it":   {[]meterSum{sum(100, 150, 0), sum(200, 100, 0)}, 0, ClocksApart, ""},
		"one device used more by itself":   {[]meterSum{alone}, 0, NotBehind, "ac"},
		"together they used more":          {[]meterSum{sum(100, 150, 0)}, 0, CountedTwice, ""},
		"neighbours do not make up for it": {[]meterSum{sum(110, 100, 0), sum(100, 150, 0), sum(110, 100, 0)}, 1, CountedTwice, ""},
	} {
		cause, device := likelyCause(c.sums, c.at)
		require.Equal(t, []any{c.cause, c.device}, []any{cause, device}, name)
	}
}
