package scenario

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/holotwin/holotwin/modules/advice"
)

// Action is what a change of a scenario does.
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
	// Space is what is looked at; empty is the innermost space that holds all targets.
	Space string
	// From and To bound the hours; zero is the last year that was measured.
	From, To time.Time
	Changes  []Change
}

// Change is one change of a target; which fields count follows from the action, nil and empty are defaults.
type Change struct {
	Target string
	Action Action
	// From and To are whole local hours, "HH:00", for off_hours (empty: whenever the calendar holds the space for shut) and
	// shift; Days are mon … sun, none is all.
	From, To string
	Days     []string
	// KeepW is what stays on, W.
	KeepW *float64
	// Degrees a room is cooled less, °C.
	Degrees *float64
	// Count devices of OldWatts each become as many of Watts.
	Count, Watts, OldWatts *float64
	// Start is the hour to which load is moved, Share (0 to 1) how much of it.
	Start string
	Share *float64
	// Tariff is another price.
	Tariff *Tariff
}

// Tariff is money per kWh, in periods of the week where there are any, and per kW of a month's highest hour. What a
// tariff adds to it (contribution, reactive energy) must be in the price.
type Tariff struct {
	PricePerKWh, DemandPerKW float64
	Periods                  []Period
}

// Period is a part of the week with a price of its own. Where To is not after From it goes on over midnight, on the
// days on which it begins.
type Period struct {
	Days        []string
	From, To    string
	PricePerKWh float64
}

// Bounds of a scenario.
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

// weekdayNames as tariffs write them, Monday first.
var weekdayNames = []string{"mon", "tue", "wed", "thu", "fri", "sat", "sun"}

// wholeHour reads "HH:00", 00 to 24.
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
