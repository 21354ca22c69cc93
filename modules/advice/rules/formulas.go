package rules

// How findings are computed, in words; package text has them in Spanish. P is a power, t an hour, MAD a median absolute deviation, P90 a
// 90th percentile. An evidence that was stored keeps its words, so a changed formula gets a new constant.
const (
	// FormulaOutOfHoursIdle is for the waste of a device that rests outside opening hours.
	FormulaOutOfHoursIdle = "Σ (P − P_idle)·t over closed hours, an hour after closing and before opening left out, with P above the running level; mean per date × dates a month"
	// FormulaOutOfHoursUsual is for the waste of a meter above its usual closed hours.
	FormulaOutOfHoursUsual = "Σ (P − P_usual)·t over closed hours in runs of 3 h or more with P − P_usual > max(40 % of the step between open and closed hours, 4·MAD); mean per date × dates a month"
	// FormulaSchedule is for the waste next to opening hours.
	FormulaSchedule = "Σ (P − P_idle)·t over runs of 2 to 4 h that begin at closing or end at opening, their hour next to it left out, with P above the running level; mean per date × dates a month"
	// FormulaUnusedRoom is for the waste in a room without people.
	FormulaUnusedRoom = "Σ (P − P_idle)·t over open hours with nobody present for 2 h or more and P above the running level; mean per date × dates a month"
	// FormulaStandby is for what a device draws while it waits.
	FormulaStandby = "Σ min(P, P_idle)·t over runs of 4 h or more below the running level with P ≥ 2 W; mean per date × dates a month"
	// FormulaStateMismatch is for what a device draws while it reports that it is off.
	FormulaStateMismatch = "Σ P·t over the hours whose state is off with P > max(3 W, 2·standby_w, 10 % of P95); mean per date × dates a month"
	// FormulaSetpoint is for the cooling below 23 °C.
	FormulaSetpoint = "cooling kWh a month in open hours × 4 % (3 to 5 %) a °C × (23 °C − median room temperature)"
	// FormulaCoolingPast is for cooling that needs more a degree than before.
	FormulaCoolingPast = "(slope − slope before)·mean degrees above the balance point·open dates a month"
	// FormulaCoolingPeers is for cooling that needs more a degree than in similar spaces.
	FormulaCoolingPeers = "(slope − 1.25·median slope per m² of peers·m²)·mean degrees above the balance point·open dates a month"
	// FormulaBasePast is for a base load above its own past.
	FormulaBasePast = "(night power − P90 of nights of the same season or weather)·closed hours a month"
	// FormulaBasePeers is for a base load above that of similar spaces.
	FormulaBasePeers = "(night power − max(1.5·median, P90) per m² of peers·m²)·closed hours a month"
	// FormulaBaseNeverFalls is for a base load that does not fall at night.
	FormulaBaseNeverFalls = "(P10 of night power − 0.5 (0.3 to 0.7)·median power of open hours)·closed hours a month"
	// FormulaLasting is for a level that was added and stays, or rises.
	FormulaLasting = "added kWh ÷ hours since it began · hours a month; interval from the evidence against the target's own noise"
	// FormulaPeak is for the month's peak above those of other days.
	FormulaPeak = "highest quarter hour of the last month − P90 of its days' highest quarter hours"
	// FormulaSensor is for a sensor that repeats, shows zero or is silent.
	FormulaSensor = "runs of one repeated number, of zeros on a meter that never rests, or of silence while the site goes on"
	// FormulaClockUnset is for a clock that was never set.
	FormulaClockUnset = "the device's messages tell instants of before 2000"
	// FormulaClockOff is for a clock that is ahead or behind.
	FormulaClockOff = "the device's instants less those at which they came, by the same for at least ten minutes, or of the future"
)

// Formulas returns all formulas of findings.
func Formulas() []string {
	return []string{
		FormulaOutOfHoursIdle,
		FormulaOutOfHoursUsual,
		FormulaSchedule,
		FormulaUnusedRoom,
		FormulaStandby,
		FormulaStateMismatch,
		FormulaSetpoint,
		FormulaCoolingPast,
		FormulaCoolingPeers,
		FormulaBasePast,
		FormulaBasePeers,
		FormulaBaseNeverFalls,
		FormulaLasting,
		FormulaPeak,
		FormulaSensor,
		FormulaClockUnset,
		FormulaClockOff,
	}
}
