package scenario

import (
	"math"
	"strconv"

	"github.com/holotwin/holotwin/modules/advice"
	"github.com/holotwin/holotwin/modules/advice/campus"
	"github.com/holotwin/holotwin/modules/advice/history"
	"github.com/holotwin/holotwin/modules/advice/rules"
	"github.com/holotwin/holotwin/modules/advice/whatif"
)

// A degree of setpoint saves this share of an air conditioner's load (U.S. Department of Energy, Energy Saver: some 3 to 5 % per °C),
// unless it has a measured slope of its own.
const (
	typicalShare                  = 0.04
	typicalLow, typicalHigh       = 0.03 / typicalShare, 0.05 / typicalShare
	basePercentile, topPercentile = 0.05, 0.95
	wattsPerKW                    = 1000
)

func changeField(i int, field string) string { return "changes[" + strconv.Itoa(i) + "]." + field }

// measure returns a change as a measure of the replay, or an error if the target cannot have it.
func (r *replay) measure(c *campus.Campus, t advice.Target, h *history.History, change Change) (whatif.Measure, Source, *advice.Flaw) {
	all := h.Powers(func(history.Hour) bool { return true })
	if len(all) == 0 {
		return nil, "", &advice.Flaw{Field: "target", Rule: "measured"}
	}
	base, top := max(0, history.Percentile(all, basePercentile)), history.Percentile(all, topPercentile)
	device := c.Device(t.ID)
	switch change.Action {
	case OffHours:
		return whatif.SwitchOff{Window: windowIn(change), KeepKW: keptKW(t, device, change, base)}, FromReplay, nil
	case SetPoint:
		return setpointOf(t, device, h, *change.Degrees)
	case ReplaceBy:
		old := device.RatedW
		if change.OldWatts != nil {
			old = *change.OldWatts
		}
		if t.Level == advice.OfDevice {
			base = min(base, device.StandbyW/wattsPerKW)
			if old == 0 {
				old = top * wattsPerKW / max(1, *change.Count)
			}
		}
		if old == 0 {
			return nil, "", &advice.Flaw{Field: "old_watts", Rule: "required"}
		}
		return whatif.Replace{Count: *change.Count, OldW: old, NewW: *change.Watts, BaseKW: base, TopKW: top}, FromReplay, nil
	case ShiftLoad:
		start, _ := wholeHour(change.Start)
		share := 1.0
		if change.Share != nil {
			share = *change.Share
		}
		return whatif.Shift{Window: windowIn(change), Start: start % advice.HoursPerDay, Share: share, BaseKW: base}, FromReplay, nil
	case RemoveAll, NewTariff:
	}
	return whatif.Remove{}, FromReplay, nil
}

func windowIn(change Change) whatif.Window {
	if change.From == "" {
		return whatif.Window{Shut: true}
	}
	from, _ := wholeHour(change.From)
	to, _ := wholeHour(change.To)
	return whatif.Window{From: from % advice.HoursPerDay, To: to, Days: weekdaysOf(change.Days)}
}

// keptKW returns the power that stays on, kW: KeepW if set, a device's standby, or the base load of a meter or a space.
func keptKW(t advice.Target, d advice.Device, change Change, base float64) float64 {
	switch {
	case change.KeepW != nil:
		return *change.KeepW / wattsPerKW
	case t.Level == advice.OfDevice && d.Kind != "meter":
		return d.StandbyW / wattsPerKW
	}
	return base
}

// setpointOf uses the target's own slope, or the published range for an air conditioner. It rejects other targets without a slope.
func setpointOf(t advice.Target, d advice.Device, h *history.History, degrees float64) (whatif.Measure, Source, *advice.Flaw) {
	if slope, known := rules.CoolingSlopeOf(h); known {
		return whatif.Setpoint{Degrees: degrees, SlopeKW: slope.KW, BalanceC: slope.BalanceC, Low: slope.Low / slope.KW, High: slope.High / slope.KW}, FromSlope, nil
	}
	if t.Level == advice.OfDevice && d.Kind == "ac" {
		return whatif.Setpoint{Degrees: degrees, Share: typicalShare, SlopeKW: 0, BalanceC: math.NaN(), Low: typicalLow, High: typicalHigh}, FromTypical, nil
	}
	return nil, "", &advice.Flaw{Field: "target", Rule: "follows_temperature"}
}
