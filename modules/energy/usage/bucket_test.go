package usage

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/modules/energy"
)

// edgesOf returns a range's buckets in a zone, as local text.
func edgesOf(t *testing.T, b Bucket, zone string, from, to string) []string {
	t.Helper()
	location, err := time.LoadLocation(zone)
	require.NoError(t, err)
	first, err := energy.ParseInstant(from, location)
	require.NoError(t, err)
	last, err := energy.ParseInstant(to, location)
	require.NoError(t, err)
	var local []string
	for _, e := range b.edges(first, last, location) {
		local = append(local, e.Time().In(location).Format("01-02T15:04Z07:00"))
	}
	return local
}

func TestBucketsFollowTheLocalClock(t *testing.T) {
	for name, c := range map[string]struct {
		bucket         Bucket
		zone, from, to string
		want           []string
	}{
		"a day of 23 hours":      {ByDay, "Europe/London", "2026-03-29T00:00:00", "2026-03-31T00:00:00", []string{"03-29T00:00Z", "03-30T00:00+01:00", "03-31T00:00+01:00"}},
		"a day of 25 hours":      {ByDay, "Europe/London", "2026-10-25T00:00:00", "2026-10-26T00:00:00", []string{"10-25T00:00+01:00", "10-26T00:00Z"}},
		"half-hour zone":         {ByHour, "Asia/Kolkata", "2026-05-01T22:00:00", "2026-05-02T00:00:00", []string{"05-01T22:00+05:30", "05-01T23:00+05:30", "05-02T00:00+05:30"}},
		"quarter-hour zone":      {ByHour, "Asia/Kathmandu", "2026-05-01T22:30:00", "2026-05-02T00:00:00", []string{"05-01T22:30+05:45", "05-01T23:00+05:45", "05-02T00:00+05:45"}},
		"weeks from Monday":      {ByWeek, "America/Bogota", "2026-05-01T00:00:00", "2026-05-12T00:00:00", []string{"05-01T00:00-05:00", "05-04T00:00-05:00", "05-11T00:00-05:00", "05-12T00:00-05:00"}},
		"months":                 {ByMonth, "America/Bogota", "2026-01-31T00:00:00", "2026-03-01T00:00:00", []string{"01-31T00:00-05:00", "02-01T00:00-05:00", "03-01T00:00-05:00"}},
		"a day without midnight": {ByDay, "America/Santiago", "2026-09-05T00:00:00", "2026-09-07T00:00:00", []string{"09-05T00:00-04:00", "09-06T01:00-03:00", "09-07T00:00-03:00"}},
	} {
		t.Run(name, func(t *testing.T) { require.Equal(t, c.want, edgesOf(t, c.bucket, c.zone, c.from, c.to)) })
	}
}
