package advice

import "github.com/holotwin/holotwin/modules/advice/rules"

// RestsOnHours tells that a recommendation rests on opening hours that nobody has said: they decide which of its hours count, or
// how often they come in a month.
func (r Recommendation) RestsOnHours() bool {
	switch r.Finding.Kind {
	case rules.Sensor, rules.Peak, rules.StuckOn, rules.Degradation:
		return false
	case rules.OutOfHours, rules.StandbyLoad, rules.StateMismatch, rules.Schedule, rules.UnusedRoom, rules.CoolingSlope, rules.Setpoint, rules.BaseLoad:
	}
	return r.Basis.Assumed
}
