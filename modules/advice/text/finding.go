package text

import (
	"github.com/holotwin/holotwin/modules/advice/figure"
	"github.com/holotwin/holotwin/modules/advice/rules"
)

// About has the names of a finding's target.
type About struct {
	// Name is the name of the device or space; Place is the name of a device's space, empty for a space.
	Name, Place string
	// Kind is the device's (ac, tv …) or the space's.
	Kind string
}

// Promise is the lower end of a saving a month.
type Promise struct {
	KWh, Cost float64
	Currency  string
	Tariff    Tariff
}

// Text is a finding in words.
type Text struct{ Title, Message, Action string }

// template is a finding's text with {placeholders}.
type template struct{ title, message, action string }

// Finding returns the text of a finding.
func Finding(l Language, about About, f rules.Finding, p Promise) Text {
	templates, actions := spanish, spanishActions
	if l == English {
		templates, actions = english, englishActions
	}
	t, known := templates[key(f)]
	if !known {
		t = templates[string(f.Kind)]
	}
	values := l.values(about, f)
	text := Text{Title: fill(t.title, values), Message: fill(t.message, values), Action: fill(t.action, values)}
	if own, known := actions[string(f.Kind)+"/"+about.Kind]; known {
		text.Action = fill(own, values)
	}
	if promise := l.promise(p); promise != "" {
		text.Message += " " + promise
	}
	return text
}

func key(f rules.Finding) string {
	if f.Cause == "" {
		return string(f.Kind)
	}
	return string(f.Kind) + "/" + f.Cause
}

// promise states the lower end of the saving, and nothing above it.
func (l Language) promise(p Promise) string {
	if p.KWh <= 0 {
		return ""
	}
	money := ""
	if p.Cost >= 1 {
		money = " (" + l.Money(p.Cost, p.Currency) + l.at(p.Tariff) + ")"
	}
	return l.pick("Corregirlo ahorra al menos "+l.AtLeast(p.KWh)+" kWh"+money+" al mes.",
		"Correcting it saves at least "+l.AtLeast(p.KWh)+" kWh"+money+" a month.")
}

// values returns the values of the placeholders.
func (l Language) values(about About, f rules.Finding) map[string]string {
	number := func(name string) string { return l.Number(figure.Other(f.Figure(name)), 0) }
	v := map[string]string{
		"name": about.Name, "where": l.where(about), "when": l.when(f), "span": l.span(f),
		"seen": number("dates_seen"), "watched": number("dates_watched"),
		"days":  l.Count(int(f.Figure("dates_watched")), l.pick("día medido", "day measured"), l.pick("días medidos", "days measured")),
		"hours": l.Count(int(f.Figure("hours")), l.pick("hora", "hour"), l.pick("horas", "hours")),
	}
	for _, one := range f.Figures {
		if _, set := v[one.Name]; set {
			continue
		}
		v[one.Name] = l.Amount(figure.Other(one.Value))
		if one.Unit == "W" {
			v[one.Name] = l.power(figure.Other(one.Value))
		}
	}
	return v
}

// power writes a power in W, or in kW from 10 kW on.
func (l Language) power(w float64) string {
	const many = 10_000
	if w >= many {
		return l.Amount(w/1000) + " kW"
	}
	return l.Amount(w) + " W"
}

// where returns " (Sala 1)" for a device, and nothing for a space.
func (l Language) where(about About) string {
	if about.Place == "" {
		return ""
	}
	return " (" + about.Place + ")"
}

// From mostlyOpen of the waste on open dates the text names only these; below mostlyShut it names only closed ones.
const mostlyOpen, mostlyShut = 0.85, 0.25

func (l Language) when(f rules.Finding) string {
	switch share := f.Figure("open_date_share"); {
	case share >= mostlyOpen:
		return l.pick("en días de apertura, sobre todo ", "on open days, mostly ") + l.span(f)
	case share < mostlyShut:
		return l.pick("en días de cierre, sobre todo ", "on closed days, mostly ") + l.span(f)
	}
	return l.pick("en días de apertura, sobre todo "+l.span(f)+", y también en días de cierre",
		"on open days, mostly "+l.span(f)+", and on closed days too")
}

func (l Language) span(f rules.Finding) string {
	from, to := f.Figure("from_hour"), f.Figure("to_hour")
	if to-from >= 24 {
		return l.pick("a toda hora", "at all hours")
	}
	return l.pick("de "+Clock(from)+" a "+Clock(to), "from "+Clock(from)+" to "+Clock(to))
}
