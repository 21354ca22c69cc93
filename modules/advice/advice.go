// Package advice says what a campus can do about its consumption, what that is worth, and on which figures it
// rests. Advisor (advisor.go) is the way in: List, SetStatus, Evidence, Verify, Recommend, Baseline, Forecast, Anomalies,
// Simulate, MonthOf, and RunDue (jobs.go), which keeps it all fresh. What it needs of the rest of the house is in ports.go.
//
// The thinking is in packages by subject: history lays a target's hours side by side, baseline says what to expect of them and
// what was saved, forecast what is to come, anomaly what departs from it, whatif replays changes, rules makes findings of all
// that, words says them in two languages. boost learns trees for forecast.
package advice

// Level is what a target is.
type Level string

// The levels.
const (
	OfSite     Level = "site"
	OfBuilding Level = "building"
	OfFloor    Level = "floor"
	OfRoom     Level = "room"
	OfDevice   Level = "device"
)

// Target is a device or a space.
type Target struct {
	Level Level
	ID    string
}

// String is level:id.
func (t Target) String() string { return string(t.Level) + ":" + t.ID }
