package advice

import (
	"cmp"
	"context"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/holotwin/holotwin/modules/advice/words"
)

// Visit is what somebody in a room reports of it.
type Visit struct {
	// Room is the room's name as people say it, KWh what it used today, Devices what stands in it.
	Room    string
	KWh     float64
	Devices []string
}

// Counsel is the answer to a visit.
type Counsel struct {
	Visit Visit
	// Known is set where the room is one of the campus.
	Known *KnownRoom
	// Devices are those of the visit, each once, the hungriest first.
	Devices []Appliance
	// TypicalKWh is what these devices use together in a day of eight hours of use; 0 where none is recognised.
	TypicalKWh float64
	// Standing are the recommendations that stand for the room and what is in it.
	Standing []Advice
}

// Appliance is one of a visit's devices.
type Appliance struct {
	Name    string
	Typical Typical // the zero Typical where the name says nothing
	// MonthKWh is what the device of that name in that room uses in a month by its own readings; 0 where unknown.
	MonthKWh float64
}

// Bounds of a visit.
const (
	longestName = 200
	mostDevices = 100
	mostKWh     = 1e7
	mostAdvice  = 5
)

// Recommend advises a room's visitor from the room's name, its consumption and its devices; where the room is one
// of the campus, from its own readings too. Errors: ErrForbidden, ErrInvalid.
func (a *Advisor) Recommend(ctx context.Context, caller Caller, visit Visit) (Counsel, error) {
	if !caller.MayRead() {
		return Counsel{}, ErrForbidden{}
	}
	if flaws := visit.flaws(); len(flaws) > 0 {
		return Counsel{}, ErrInvalid{flaws}
	}
	c, err := a.Directory.Campus(ctx)
	if err != nil {
		return Counsel{}, err
	}
	out := Counsel{Visit: visit}
	space, known := named(c, caller, visit.Room)
	monthly := make(map[string]float64)
	if known {
		if out.Known, err = a.known(ctx, c, space); err != nil {
			return out, err
		}
		page, err := a.List(ctx, caller, Query{Space: space.ID, Limit: mostAdvice})
		if err != nil {
			return out, err
		}
		out.Standing = page.Items
		if monthly, err = a.monthly(ctx, c, caller, space.ID); err != nil {
			return out, err
		}
	}
	out.Devices = appliancesOf(visit.Devices, monthly)
	for _, d := range out.Devices {
		out.TypicalKWh += d.Typical.dayKWh()
	}
	return out, nil
}

func (v Visit) flaws() []Flaw {
	var flaws []Flaw
	name := func(field, s string) {
		switch n := utf8.RuneCountInString(strings.TrimSpace(s)); {
		case n == 0:
			flaws = append(flaws, Flaw{Field: field, Rule: "required"})
		case n > longestName:
			flaws = append(flaws, Flaw{Field: field, Rule: "max_length", Args: map[string]any{"max": longestName}})
		}
	}
	name("sala", v.Room)
	switch {
	case math.IsNaN(v.KWh) || math.IsInf(v.KWh, 0):
		flaws = append(flaws, Flaw{Field: "consumo", Rule: "number"})
	case v.KWh < 0:
		flaws = append(flaws, Flaw{Field: "consumo", Rule: "negative"})
	case v.KWh > mostKWh:
		flaws = append(flaws, Flaw{Field: "consumo", Rule: "maximum", Args: map[string]any{"max": int(mostKWh)}})
	}
	if len(v.Devices) > mostDevices {
		return append(flaws, Flaw{Field: "dispositivos", Rule: "max_items", Args: map[string]any{"max": mostDevices}})
	}
	for i, d := range v.Devices {
		name("dispositivos["+strconv.Itoa(i)+"]", d)
	}
	return flaws
}

// appliancesOf recognises devices by their names, each once.
func appliancesOf(names []string, monthly map[string]float64) []Appliance {
	var list []Appliance
	met := make(map[string]bool)
	for _, name := range names {
		name = strings.Join(strings.Fields(name), " ")
		if met[strings.ToLower(name)] {
			continue
		}
		met[strings.ToLower(name)] = true
		list = append(list, Appliance{Name: name, Typical: typicalOf(name), MonthKWh: monthly[fold(name)]})
	}
	slices.SortStableFunc(list, func(a, b Appliance) int { return cmp.Compare(b.Typical.dayKWh(), a.Typical.dayKWh()) })
	return list
}

// named finds the space that people mean, among those that the caller sees: the one with that name, or the only
// one whose name begins with it or with which it begins.
func named(c *Campus, caller Caller, name string) (Space, bool) {
	wanted := fold(name)
	if wanted == "" {
		return Space{}, false
	}
	var like []Space
	for _, id := range c.Within("") {
		s := c.Space(id)
		if !c.Sees(caller, id) {
			continue
		}
		own := fold(s.Name)
		if own == wanted {
			return s, true
		}
		if own != "" && (strings.HasPrefix(own+" ", wanted+" ") || strings.HasPrefix(wanted+" ", own+" ")) {
			like = append(like, s)
		}
	}
	if len(like) == 1 {
		return like[0], true
	}
	return Space{}, false
}

// monthly is what the devices of a space use a month, by their folded names, as far as the caller may see the past that it rests on.
func (a *Advisor) monthly(ctx context.Context, c *Campus, caller Caller, space string) (map[string]float64, error) {
	analyses, err := a.Analyses.Analyses(ctx)
	if err != nil {
		return nil, err
	}
	inside := c.Within(space)
	use := make(map[string]float64)
	for _, one := range analyses {
		since := c.MovedIn(one.Target, caller.Space)
		if one.Target.Level == OfDevice && slices.Contains(inside, one.Space) && !one.At.AddDate(0, 0, -HistoryDays).Before(since) {
			use[fold(c.Device(one.Target.ID).Name)] = one.UseKWh
		}
	}
	return use, nil
}

// Text words the answer.
func (out Counsel) Text(l words.Language) string { return strings.Join(out.paragraphs(l), "\n\n") }

func (out Counsel) paragraphs(l words.Language) []string {
	room := words.Room{Name: strings.TrimSpace(out.Visit.Room), KWh: out.Visit.KWh, TypicalKWh: out.TypicalKWh, DayHours: dayHours}
	for _, d := range out.Devices {
		room.Devices = append(room.Devices, words.Device{
			Name: d.Name, Sort: d.Typical.Sort, OnW: d.Typical.OnW, DayKWh: d.Typical.dayKWh(), MonthKWh: d.MonthKWh,
		})
	}
	if k := out.Known; k != nil {
		room.Name = k.Name
		room.Measured = k.Measured
	}
	for _, s := range out.Standing {
		room.Findings = append(room.Findings, words.Marked(s.Text(l).Message, s.RestsOnHours()))
	}
	if slices.ContainsFunc(out.Standing, func(s Advice) bool { return s.RestsOnHours() }) {
		room.Findings = append(room.Findings, words.MarkedHours(l))
	}
	return room.Paragraphs(l)
}
