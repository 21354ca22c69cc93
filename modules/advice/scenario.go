package advice

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
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
	Changes  []ScenarioChange
}

// ScenarioChange is one change of a target; which fields count follows from the action, nil and empty are defaults.
type ScenarioChange struct {
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
	Tariff *ScenarioTariff
}

// ScenarioTariff is money per kWh, in periods of the week where there are any, and per kW of a month's highest hour. What a
// tariff adds to it (contribution, reactive energy) must be in the price.
type ScenarioTariff struct {
	PricePerKWh, DemandPerKW float64
	Periods                  []ScenarioPeriod
}

// ScenarioPeriod is a part of the week with a price of its own. Where To is not after From it goes on over midnight, on the
// days on which it begins.
type ScenarioPeriod struct {
	Days        []string
	From, To    string
	PricePerKWh float64
}

// Bounds of a scenario.
const (
	mostChanges         = 50
	longestScenarioName = 200
	mostDegrees         = 10
	mostPeriods         = 50
	mostWatts           = 1e6
	mostReplaced        = 1e5
	mostMoney           = 1e9
	scenarioDays        = 365
	longestReplay       = HistoryDays * 24 * time.Hour
)

// flaws are all bad fields of a scenario.
func (s Scenario) flaws() []Flaw {
	var flaws []Flaw
	add := func(field, rule string, args map[string]any) {
		flaws = append(flaws, Flaw{Field: field, Rule: rule, Args: args})
	}
	if utf8.RuneCountInString(s.Name) > longestScenarioName {
		add("name", "max_length", map[string]any{"max": longestScenarioName})
	}
	if len(s.Changes) > mostChanges {
		add("changes", "max_items", map[string]any{"max": mostChanges})
	}
	if !s.From.IsZero() && !s.To.IsZero() {
		if !s.From.Before(s.To) {
			add("to", "order", map[string]any{"after": "from"})
		} else if s.To.Sub(s.From) > longestReplay {
			add("from", "most_days", map[string]any{"max": HistoryDays})
		}
	}
	for i, c := range s.Changes[:min(len(s.Changes), mostChanges)] {
		c.check(func(field, rule string, args map[string]any) { add("changes["+strconv.Itoa(i)+"]."+field, rule, args) })
	}
	return flaws
}

type flawed func(field, rule string, args map[string]any)

func (c ScenarioChange) check(add flawed) {
	if !slices.Contains(actions, c.Action) {
		add("action", "one_of", map[string]any{"values": "off_hours, setpoint, replace, shift, remove, tariff"})
		return
	}
	if c.Target == "" && c.Action != NewTariff {
		add("target", "required", nil)
	}
	checkDays(c.Days, add)
	switch c.Action {
	case OffHours:
		if c.From != "" || c.To != "" {
			checkHours(c.From, c.To, add)
		}
		checkNumber("keep_w", c.KeepW, false, 0, mostWatts, add)
	case SetPoint:
		checkNumber("degrees", c.Degrees, true, -mostDegrees, mostDegrees, add)
	case ReplaceBy:
		checkNumber("count", c.Count, true, 0, mostReplaced, add)
		checkNumber("watts", c.Watts, true, 0, mostWatts, add)
		checkNumber("old_watts", c.OldWatts, false, 0, mostWatts, add)
	case ShiftLoad:
		checkHours(c.From, c.To, add)
		if _, ok := wholeHour(c.Start); !ok {
			add("start", "whole_hour", nil)
		}
		checkNumber("share", c.Share, false, 0, 1, add)
	case NewTariff:
		c.Tariff.check(add)
	case RemoveAll:
	}
}

func (t *ScenarioTariff) check(add flawed) {
	if t == nil {
		add("price_per_kwh", "required", nil)
		return
	}
	checkNumber("price_per_kwh", &t.PricePerKWh, true, 0, mostMoney, add)
	checkNumber("demand_price_per_kw", &t.DemandPerKW, true, 0, mostMoney, add)
	if len(t.Periods) > mostPeriods {
		add("periods", "max_items", map[string]any{"max": mostPeriods})
		return
	}
	for i, p := range t.Periods {
		in := func(field, rule string, args map[string]any) { add("periods["+strconv.Itoa(i)+"]."+field, rule, args) }
		checkDays(p.Days, in)
		checkHours(p.From, p.To, in)
		checkNumber("price_per_kwh", &p.PricePerKWh, true, 0, mostMoney, in)
	}
}

func checkNumber(field string, v *float64, required bool, low, high float64, add flawed) {
	switch {
	case v == nil && required:
		add(field, "required", nil)
	case v != nil && (math.IsNaN(*v) || *v < low):
		add(field, "minimum", map[string]any{"min": low})
	case v != nil && *v > high:
		add(field, "maximum", map[string]any{"max": high})
	}
}

func checkHours(from, to string, add flawed) {
	f, known := wholeHour(from)
	if !known {
		add("from", "whole_hour", nil)
	}
	t, alsoKnown := wholeHour(to)
	if !alsoKnown {
		add("to", "whole_hour", nil)
	}
	if known && alsoKnown && f == t {
		add("to", "differs", map[string]any{"field": "from"})
	}
}

func checkDays(days []string, add flawed) {
	for _, d := range days {
		if !slices.Contains(weekdayNames, d) {
			add("days", "one_of", map[string]any{"values": strings.Join(weekdayNames, ", ")})
			return
		}
	}
}

// weekdayNames as tariffs write them, Monday first.
var weekdayNames = []string{"mon", "tue", "wed", "thu", "fri", "sat", "sun"}

// wholeHour reads "HH:00", 00 to 24.
func wholeHour(text string) (hour int, ok bool) {
	hour, err := strconv.Atoi(strings.TrimSuffix(text, ":00"))
	return hour, err == nil && len(text) == len("00:00") && strings.HasSuffix(text, ":00") && hour >= 0 && hour <= HoursPerDay
}

func weekdaysOf(names []string) (days [DaysPerWeek]bool) {
	for _, name := range names {
		if i := slices.Index(weekdayNames, name); i >= 0 {
			days[i] = true
		}
	}
	return days
}
