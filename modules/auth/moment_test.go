package auth

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestMoments reads times with a zone as they are, and others by the clocks of the site.
func TestMoments(t *testing.T) {
	bogota, err := time.LoadLocation("America/Bogota")
	require.NoError(t, err)
	madrid, err := time.LoadLocation("Europe/Madrid")
	require.NoError(t, err)
	for _, c := range []struct {
		text string
		zone *time.Location
		want string
	}{
		{"2026-05-26T23:03:57Z", bogota, "2026-05-26T23:03:57Z"},
		{"2026-05-26T23:03:57+02:00", bogota, "2026-05-26T21:03:57Z"},
		{"2026-05-26T23:03:57", bogota, "2026-05-27T04:03:57Z"},
		{"2026-05-26T23:03:57.123456", bogota, "2026-05-27T04:03:57.123Z"},
		{"2026-01-15T00:00:00", madrid, "2026-01-14T23:00:00Z"},
		{"2026-07-15T00:00:00", madrid, "2026-07-14T22:00:00Z"},
		{"2026-10-25T02:30:00", madrid, "2026-10-25T00:30:00Z"}, // the clocks repeat this hour
		{"2026-10-25T03:30:00", madrid, "2026-10-25T02:30:00Z"},
		{"2026-03-29T01:59:59", madrid, "2026-03-29T00:59:59Z"},
		{"2026-03-29T03:00:00", madrid, "2026-03-29T01:00:00Z"},
		{"2026-03-29T02:30:00", madrid, ""}, // the clocks skip this hour
	} {
		at, rule := ParseMoment(c.text).In(c.zone)
		if c.want == "" {
			require.Equal(t, "no_local_time", rule, c.text)
			continue
		}
		require.Empty(t, rule, c.text)
		require.Equal(t, c.want, at.UTC().Format(time.RFC3339Nano), c.text)
	}
	for _, bad := range []string{"", "mañana", "2026-05-26", "2026-05-26T23:03", "2026-05-26T2:03:57Z", "2026-05-26T23:03:57,5Z", "2026-13-26T23:03:57Z", "2026-05-26T23:03:57+25:00", "2026-05-26T23:03:57z "} {
		_, rule := ParseMoment(bad).In(bogota)
		require.Equal(t, "instant", rule, bad)
	}
}
