package advice_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/modules/advice"
	"github.com/holotwin/holotwin/modules/advice/rules"
)

// TestAStatusThatDidNotChangeIsNoEvent checks for which stored recommendations there is an event, and what it contains.
func TestAStatusThatDidNotChangeIsNoEvent(t *testing.T) {
	r := advice.Recommendation{
		ID: "rec_1", Target: advice.Target{Level: advice.OfDevice, ID: "ac-1"}, Space: "sp_1", Status: advice.Open, StillDetected: true,
		Updated: time.Date(2026, 5, 27, 4, 3, 57, 0, time.UTC), Finding: rules.Finding{Kind: rules.StandbyLoad},
	}
	made, changed, err := advice.StatusEvent(nil, r)
	require.NoError(t, err)
	require.True(t, changed)
	require.Equal(t, "ac-1", made.Device)
	require.Equal(t, "sp_1", made.Space)
	require.JSONEq(t, `{"id":"rec_1","kind":"standby","status":"open","standing":true,"device_id":"ac-1","space_id":"sp_1","timestamp":"2026-05-27T04:03:57Z"}`, string(made.Data))

	same, accepted, gone := r, r, r
	same.Updated = r.Updated.Add(time.Hour)
	accepted.Status, gone.StillDetected = advice.Accepted, false
	for now, expected := range map[*advice.Recommendation]bool{&same: false, &accepted: true, &gone: true} {
		_, changed, err := advice.StatusEvent(&r, *now)
		require.NoError(t, err)
		require.Equal(t, expected, changed)
	}
	ofSpace := r
	ofSpace.Target = advice.Target{Level: advice.OfRoom, ID: "sp_1"}
	made, _, err = advice.StatusEvent(nil, ofSpace)
	require.NoError(t, err)
	require.NotContains(t, string(made.Data), "device_id")
}
