package browser

import "testing"

// TestTheFirstHour walks from an empty server to the first recommendation, importing a year of a real meter on the way, and counts clicks
// and fields; then another administrator does the same for their building. It is done in Spanish on a laptop, in English on a telephone,
// and by keyboard alone.
func TestTheFirstHour(t *testing.T) {
	for _, how := range []string{"es", "en phone", "es keyboard"} {
		t.Run(how, func(t *testing.T) { browse(t, start(t), "", "test/walk.mjs", "WALK="+how) })
	}
}
