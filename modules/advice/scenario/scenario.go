package scenario

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/holotwin/holotwin/modules/advice"
)

// Action is the kind of a change.
type Action string

// The actions.
const (
	OffHours  Action = "off_hours"
	SetPoint  Action = "setpoint"
	ReplaceBy Action = "replace"
	ShiftLoad Action = "shift"
	RemoveAll Action = "remove"
	NewTariff Action = "tariff"
)

var actions = []Action{OffHours, SetPoint, ReplaceBy, ShiftLoad, RemoveAll, NewTariff}

// Scenario is a what-if: changes, in the order in which they are made, replayed on measured hours.
type Scenario struct {
	Name string
	// Space is the scope; empty means the innermost space that contains all targets.
	Space string
	// From and To bound the hours; zero means the last measured year.
	From, To time.Time
	Changes  []Change
}

// Change is one change of a target. The action decides which fields are used; nil and empty are defaults.
type Change struct {
	Target string
	Action Action
	// From and To are whole local hours, "HH:00", for off_hours and shift; empty in off_hours means the hours when the space is closed.
	// Days are mon … sun; an empty list means all.
	From, To string
	Days     []string
	// KeepW is the power that stays on, W.
	KeepW *float64
	// Degrees is how much the setpoint is raised, °C.
	Degrees *float64
	// Count devices of OldWatts each are replaced by as many of Watts each.
	Count, Watts, OldWatts *float64
	// Start is the hour to which load is moved, Share the part of it that moves, 0 to 1.
	Start string
	Share *float64
	// Tariff is the new tariff.
	Tariff *Tariff
}

// Tariff is a price per kWh, optionally by period of the week, and per kW of a month's highest hour. The prices must include surcharges
// (contribution, reactive energy).
type Tariff struct {
	PricePerKWh, DemandPerKW float64
	Periods                  []Period
}

// Period is a part of the week with its own price. If To is not after From, it ends on the next day; Days are the days on which it starts.
type Period struct {
	Days        []string
	From, To    string
	PricePerKWh float64
}

// Limits of a scenario.
const (
	maxChanges    = 50
	maxNameLength = 200
	maxDegrees    = 10
	maxPeriods    = 50
	maxWatts      = 1e6
	maxReplaced   = 1e5
	maxMoney      = 1e9
	usualDays     = 365
	maxReplay     = advice.HistoryDays * 24 * time.Hour
)

// weekdayNames are the names used in tariffs, Monday first.
var weekdayNames = []string{"mon", "tue", "wed", "thu", "fri", "sat", "sun"}

// wholeHour parses "HH:00", 00 to 24.
func wholeHour(text string) (hour int, ok bool) {
	hour, err := strconv.Atoi(strings.TrimSuffix(text, ":00"))
	return hour, err == nil && len(text) == len("00:00") && strings.HasSuffix(text, ":00") && hour >= 0 && hour <= advice.HoursPerDay
}

func weekdaysOf(names []string) (days [advice.DaysPerWeek]bool) {
	for _, name := range names {
		if i := slices.Index(weekdayNames, name); i >= 0 {
			days[i] = true
		}
	}
	return days
}
