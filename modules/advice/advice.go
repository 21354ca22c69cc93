// Package advice defines the vocabulary of the module that finds how a campus can save energy, what a saving is worth, and which figures
// prove it: targets, recommendations and their status, money, texts, and the ports that several services need (ports.go).
//
// The computations are in packages by subject, which read no data themselves: history aligns a target's hours, boost trains trees, baseline
// computes the expected use and the saving, forecast predicts the use to come, anomaly finds deviations, rules turns all of these into
// findings, whatif replays changes, figure rounds, text writes in two languages.
//
// The services use them, each with only the ports that it needs: campus reads the tree and access rights, questions asks about closed days
// that look like working days, inputs reads a target's data, analysis runs the nightly analysis, outlook forecasts, recommendations lists
// findings, savings verifies savings, scenario simulates changes, report summarises months and rooms on a page, schedule runs the jobs. A
// service imports only services named before it; test/house checks the order.
package advice

// Level is the kind of a target.
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
