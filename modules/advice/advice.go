// Package advice has the vocabulary of the module that finds what a campus can do about its consumption, what that is worth, and on which
// figures it rests: targets, recommendations with their life, money, texts, and the ports that several services need (ports.go).
//
// The thinking is in packages by subject, which read nothing: history lays a target's hours side by side, boost learns trees, baseline says
// what to expect of the hours and what was saved, forecast what is to come, anomaly what departs from it, rules makes findings of all that,
// whatif replays changes, figure rounds, text writes in two languages.
//
// The services stand on these, each with only the ports that it needs: campus has the tree and who sees what, questions the closed days that
// were worked, inputs what is read of a target, analysis the nightly judgement, outlook forecasts, recommendations what was found, savings
// what was saved, scenario what could be, report months and rooms on a page, schedule what runs when. A service stands only on those named
// before it; test/house has the order.
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
