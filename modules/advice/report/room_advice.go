package report

import (
	"cmp"
	"context"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/holotwin/holotwin/modules/advice"
	"github.com/holotwin/holotwin/modules/advice/campus"
	"github.com/holotwin/holotwin/modules/advice/recommendations"
	"github.com/holotwin/holotwin/modules/advice/text"
)

// RoomQuestion is a person's description of a room.
type RoomQuestion struct {
	// Room is the room's everyday name, KWh its use today, Devices the names of the devices in it.
	Room    string
	KWh     float64
	Devices []string
}

// RoomAdvice is the advice for a room.
type RoomAdvice struct {
	Question RoomQuestion
	// Measured is set if the room is one of the campus.
	Measured *MeasuredRoom
	// Devices are the question's devices, each once, the highest use first.
	Devices []Appliance
	// TypicalKWh is the use of these devices together on a day with eight hours of use; 0 if none is recognised.
	TypicalKWh float64
	// Recommendations are the open recommendations for the room and everything in it.
	Recommendations []advice.Advice
}

// Appliance is one of the devices of a room question.
type Appliance struct {
	Name    string
	Typical TypicalDevice // zero if the name is not recognised
	// MonthKWh is the measured monthly use of the device with that name in that room; 0 if unknown.
	MonthKWh float64
}

// Limits of a room question.
const (
	maxNameLength = 200
	maxDevices    = 100
	maxKWh        = 1e7
	maxAdvice     = 5
)

// Advise computes the advice from the room's name, its consumption and its devices, and from its readings if it is a room of the campus.
// Errors: ErrForbidden, ErrInvalid.
func (reporter *Reporter) Advise(ctx context.Context, caller advice.Caller, visit RoomQuestion) (RoomAdvice, error) {
	if !caller.MayRead() {
		return RoomAdvice{}, advice.ErrForbidden{}
	}
	if flaws := visit.flaws(); len(flaws) > 0 {
		return RoomAdvice{}, advice.ErrInvalid{Flaws: flaws}
	}
	c, err := reporter.directory.Campus(ctx)
	if err != nil {
		return RoomAdvice{}, err
	}
	out := RoomAdvice{Question: visit}
	space, known := named(c, caller, visit.Room)
	monthly := make(map[string]float64)
	if known {
		if out.Measured, err = reporter.measuredRoom(ctx, c, space); err != nil {
			return out, err
		}
		page, err := reporter.catalog.List(ctx, caller, recommendations.Query{Space: space.ID, Limit: maxAdvice})
		if err != nil {
			return out, err
		}
		out.Recommendations = page.Items
		if monthly, err = reporter.monthly(ctx, c, caller, space.ID); err != nil {
			return out, err
		}
	}
	out.Devices = appliancesOf(visit.Devices, monthly)
	for _, d := range out.Devices {
		out.TypicalKWh += d.Typical.dayKWh()
	}
	return out, nil
}

func (v RoomQuestion) flaws() []advice.Flaw {
	var flaws []advice.Flaw
	name := func(field, s string) {
		switch n := utf8.RuneCountInString(strings.TrimSpace(s)); {
		case n == 0:
			flaws = append(flaws, advice.Flaw{Field: field, Rule: "required"})
		case n > maxNameLength:
			flaws = append(flaws, advice.Flaw{Field: field, Rule: "max_length", Args: map[string]any{"max": maxNameLength}})
		}
	}
	name("sala", v.Room)
	switch {
	case math.IsNaN(v.KWh) || math.IsInf(v.KWh, 0):
		flaws = append(flaws, advice.Flaw{Field: "consumo", Rule: "number"})
	case v.KWh < 0:
		flaws = append(flaws, advice.Flaw{Field: "consumo", Rule: "negative"})
	case v.KWh > maxKWh:
		flaws = append(flaws, advice.Flaw{Field: "consumo", Rule: "maximum", Args: map[string]any{"max": int(maxKWh)}})
	}
	if len(v.Devices) > maxDevices {
		return append(flaws, advice.Flaw{Field: "dispositivos", Rule: "max_items", Args: map[string]any{"max": maxDevices}})
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

// named finds the space that a name means, among those that the caller may see: the space with that name, or else the only one whose name
// starts with it, or with whose name it starts.
func named(c *campus.Campus, caller advice.Caller, name string) (advice.Space, bool) {
	wanted := fold(name)
	if wanted == "" {
		return advice.Space{}, false
	}
	var like []advice.Space
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
	return advice.Space{}, false
}

// monthly returns the monthly use of a space's devices, by folded name, if the caller may see the data behind it.
func (reporter *Reporter) monthly(ctx context.Context, c *campus.Campus, caller advice.Caller, space string) (map[string]float64, error) {
	analyses, err := reporter.analyses.Analyses(ctx)
	if err != nil {
		return nil, err
	}
	inside := c.Within(space)
	use := make(map[string]float64)
	for _, one := range analyses {
		since := c.MovedIn(one.Target, caller.Space)
		if one.Target.Level == advice.OfDevice && slices.Contains(inside, one.Space) && !one.At.AddDate(0, 0, -advice.HistoryDays).Before(since) {
			use[fold(c.Device(one.Target.ID).Name)] = one.UseKWh
		}
	}
	return use, nil
}

// Text returns the advice in words.
func (out RoomAdvice) Text(l text.Language) string { return strings.Join(out.paragraphs(l), "\n\n") }

func (out RoomAdvice) paragraphs(l text.Language) []string {
	room := text.Room{Name: strings.TrimSpace(out.Question.Room), KWh: out.Question.KWh, TypicalKWh: out.TypicalKWh, DayHours: dayHours}
	for _, d := range out.Devices {
		room.Devices = append(room.Devices, text.Device{
			Name: d.Name, Sort: d.Typical.Sort, OnW: d.Typical.OnW, DayKWh: d.Typical.dayKWh(), MonthKWh: d.MonthKWh,
		})
	}
	if k := out.Measured; k != nil {
		room.Name = k.Name
		room.Measured = k.Measured
	}
	for _, s := range out.Recommendations {
		room.Findings = append(room.Findings, text.Marked(s.Text(l).Message, s.RestsOnHours()))
	}
	if slices.ContainsFunc(out.Recommendations, func(s advice.Advice) bool { return s.RestsOnHours() }) {
		room.Findings = append(room.Findings, text.MarkedHours(l))
	}
	return room.Paragraphs(l)
}
