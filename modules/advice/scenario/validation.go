package scenario

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/holotwin/holotwin/modules/advice"
)

// flaws returns all invalid fields of a scenario.
func (s Scenario) flaws() []advice.Flaw {
	var flaws []advice.Flaw
	add := func(field, rule string, args map[string]any) {
		flaws = append(flaws, advice.Flaw{Field: field, Rule: rule, Args: args})
	}
	if utf8.RuneCountInString(s.Name) > maxNameLength {
		add("name", "max_length", map[string]any{"max": maxNameLength})
	}
	if len(s.Changes) > maxChanges {
		add("changes", "max_items", map[string]any{"max": maxChanges})
	}
	if !s.From.IsZero() && !s.To.IsZero() {
		if !s.From.Before(s.To) {
			add("to", "order", map[string]any{"after": "from"})
		} else if s.To.Sub(s.From) > maxReplay {
			add("from", "most_days", map[string]any{"max": advice.HistoryDays})
		}
	}
	for i, c := range s.Changes[:min(len(s.Changes), maxChanges)] {
		c.check(func(field, rule string, args map[string]any) { add("changes["+strconv.Itoa(i)+"]."+field, rule, args) })
	}
	return flaws
}

type addFlaw func(field, rule string, args map[string]any)

func (c Change) check(add addFlaw) {
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
		checkNumber("keep_w", c.KeepW, false, 0, maxWatts, add)
	case SetPoint:
		checkNumber("degrees", c.Degrees, true, -maxDegrees, maxDegrees, add)
	case ReplaceBy:
		checkNumber("count", c.Count, true, 0, maxReplaced, add)
		checkNumber("watts", c.Watts, true, 0, maxWatts, add)
		checkNumber("old_watts", c.OldWatts, false, 0, maxWatts, add)
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

func (t *Tariff) check(add addFlaw) {
	if t == nil {
		add("price_per_kwh", "required", nil)
		return
	}
	checkNumber("price_per_kwh", &t.PricePerKWh, true, 0, maxMoney, add)
	checkNumber("demand_price_per_kw", &t.DemandPerKW, true, 0, maxMoney, add)
	if len(t.Periods) > maxPeriods {
		add("periods", "max_items", map[string]any{"max": maxPeriods})
		return
	}
	for i, p := range t.Periods {
		in := func(field, rule string, args map[string]any) { add("periods["+strconv.Itoa(i)+"]."+field, rule, args) }
		checkDays(p.Days, in)
		checkHours(p.From, p.To, in)
		checkNumber("price_per_kwh", &p.PricePerKWh, true, 0, maxMoney, in)
	}
}

func checkNumber(field string, v *float64, required bool, low, high float64, add addFlaw) {
	switch {
	case v == nil && required:
		add(field, "required", nil)
	case v != nil && (math.IsNaN(*v) || *v < low):
		add(field, "minimum", map[string]any{"min": low})
	case v != nil && *v > high:
		add(field, "maximum", map[string]any{"max": high})
	}
}

func checkHours(from, to string, add addFlaw) {
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

func checkDays(days []string, add addFlaw) {
	for _, d := range days {
		if !slices.Contains(weekdayNames, d) {
			add("days", "one_of", map[string]any{"values": strings.Join(weekdayNames, ", ")})
			return
		}
	}
}
