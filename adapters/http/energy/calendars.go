package httpenergy

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/calendar"
	"github.com/holotwin/holotwin/platform/httpserver"
)

func (h *Handlers) registerCalendars(api *httpserver.API) {
	tags := []string{"rules"}
	httpserver.Register(api, problemOf, huma.Operation{
		OperationID: "listCalendar", Method: http.MethodGet, Path: "/api/calendarios", Tags: tags,
		Summary: "Calendario y horarios · Calendar and opening hours", Metadata: httpserver.Readers(), Errors: []int{404},
		Description: "The hours that count as occupied. Colombian public holidays are built in; a holiday does not count as its weekday. A space without opening hours is assumed to be occupied mon–fri 07:00–22:00 and sat 07:00–13:00.",
	}, h.listCalendar)
	httpserver.Register(api, problemOf, huma.Operation{
		OperationID: "addCalendarEntry", Method: http.MethodPost, Path: "/api/calendarios", Tags: tags, DefaultStatus: 201,
		Summary: "Agregar al calendario · Add to the calendar", Metadata: httpserver.Managers(),
		Description: "`opening` sets the hours in which a space and everything in it is occupied. `vacation` and `closed` are days without occupation. `open` marks days as occupied although they are holidays, vacation or closed; the entry's own hours apply, or else those of the weekday. If several spaces have entries, the nearest space's entry applies. If a site has a `term`, days outside its terms count as vacation.",
	}, h.addCalendarEntry)
	httpserver.Register(api, problemOf, huma.Operation{
		OperationID: "getCalendarEntry", Method: http.MethodGet, Path: "/api/calendarios/{id}", Tags: tags,
		Summary: "Una entrada del calendario · A calendar entry", Metadata: httpserver.Readers(), Errors: []int{404},
	}, h.getCalendarEntry)
	httpserver.Register(api, problemOf, huma.Operation{
		OperationID: "updateCalendarEntry", Method: http.MethodPatch, Path: "/api/calendarios/{id}", Tags: tags,
		Summary:     "Cambiar una entrada del calendario · Change a calendar entry",
		Description: "Absent members stay unchanged, and `hours` is replaced as a whole. `null` clears a member: `from` and `to` of opening hours then have no limit, and an `open` day has the hours of its weekday. Recommendations are computed again.",
		Metadata:    httpserver.Managers(), Errors: []int{404},
	}, h.updateCalendarEntry)
	httpserver.RegisterRemoval(api, problemOf, huma.Operation{
		OperationID: "dropCalendarEntry", Path: "/api/calendarios/{id}", Tags: tags,
		Summary: "Quitar del calendario · Remove from the calendar", Metadata: httpserver.Managers(), Errors: []int{404},
	}, h.calendarRemoval, h.dropCalendarEntry)
}

type hours struct {
	Days []string `json:"days" maxItems:"8" doc:"mon … sun, holiday"`
	From string   `json:"from" maxLength:"5" doc:"HH:MM" example:"07:00"`
	To   string   `json:"to" maxLength:"5" doc:"HH:MM, up to 24:00" example:"22:00"`
}

// CalendarBody is the request body. It is exported because huma documents only exported embedded structs.
type CalendarBody struct {
	SpaceID string  `json:"space_id" maxLength:"64"`
	Name    string  `json:"name" minLength:"1" maxLength:"200"`
	Kind    string  `json:"kind" enum:"opening,term,vacation,closed,open"`
	From    string  `json:"from,omitempty" maxLength:"10" doc:"First day, YYYY-MM-DD"`
	To      string  `json:"to,omitempty" maxLength:"10" doc:"Last day, YYYY-MM-DD"`
	Hours   []hours `json:"hours,omitempty" maxItems:"50" doc:"For kind opening; for kind open only if the hours differ from those of the weekday"`
}

// calendarChange is the request body of a change. Absent members stay unchanged.
type calendarChange struct {
	SpaceID *string                      `json:"space_id,omitempty" maxLength:"64"`
	Name    *string                      `json:"name,omitempty" minLength:"1" maxLength:"200"`
	Kind    *string                      `json:"kind,omitempty" enum:"opening,term,vacation,closed,open"`
	From    httpserver.Nullable[string]  `json:"from,omitzero" maxLength:"10" doc:"First day, YYYY-MM-DD; null for no limit, only for kind opening"`
	To      httpserver.Nullable[string]  `json:"to,omitzero" maxLength:"10" doc:"Last day, YYYY-MM-DD; null for no limit, only for kind opening"`
	Hours   httpserver.Nullable[[]hours] `json:"hours,omitzero" maxItems:"50" doc:"All hours; null for none, only for a kind other than opening"`
}

// apply sets the given members.
func (b calendarChange) apply(e *calendar.Entry) {
	setIfGiven(&e.Space, stringAs[energy.SpaceID](b.SpaceID))
	setIfGiven(&e.Name, b.Name)
	setIfGiven(&e.Kind, stringAs[calendar.Kind](b.Kind))
	if day, given := orElse(b.From, ""); given {
		e.From = day
	}
	if day, given := orElse(b.To, ""); given {
		e.To = day
	}
	if all, given := orElse(b.Hours, nil); given {
		e.Hours = hoursOf(all)
	}
}

func hoursOf(all []hours) []calendar.Hours {
	var list []calendar.Hours
	for _, one := range all {
		list = append(list, calendar.Hours{Days: toDays(one.Days), From: clocktime(one.From), To: clocktime(one.To)})
	}
	return list
}

func fromHours(all []calendar.Hours) []hours {
	var list []hours
	for _, h := range all {
		list = append(list, hours{Days: fromDays(h.Days), From: h.From.String(), To: h.To.String()})
	}
	return list
}

type calendarEntry struct {
	ID string `json:"id"`
	CalendarBody
}

func entryOf(e calendar.Entry) calendarEntry {
	return calendarEntry{ID: e.ID, CalendarBody: CalendarBody{
		SpaceID: string(e.Space), Name: e.Name, Kind: string(e.Kind), From: e.From, To: e.To, Hours: fromHours(e.Hours),
	}}
}

func toDays(names []string) []calendar.Day {
	days := make([]calendar.Day, len(names))
	for i, n := range names {
		days[i] = calendar.Day(n)
	}
	return days
}

func fromDays(days []calendar.Day) []string {
	names := make([]string, len(days))
	for i, d := range days {
		names[i] = string(d)
	}
	return names
}

// clocktime returns -1 if s is not a time of day. The module reports it together with the other errors.
func clocktime(s string) calendar.Clocktime {
	if c, ok := calendar.ParseClocktime(s); ok {
		return c
	}
	return -1
}

// PlaceInput selects the entries that apply in a space.
type PlaceInput struct {
	SpaceID string `query:"space_id" maxLength:"64" doc:"Only entries that apply in this space"`
}

type calendarOutput struct {
	Body struct {
		List[calendarEntry]
		AssumedHours []hours `json:"assumed_hours" nullable:"false" doc:"The hours of a space without opening hours"`
	}
}

func (h *Handlers) listCalendar(ctx context.Context, in *struct {
	PageInput
	PlaceInput
},
) (*calendarOutput, error) {
	all, err := h.Rules.CalendarEntries(ctx, callerOf(ctx), energy.SpaceID(in.SpaceID))
	if err != nil {
		return nil, err
	}
	out := &calendarOutput{}
	out.Body.List = pageOf(all, in.PageInput, func(e calendar.Entry) string { return e.ID }, entryOf).Body
	out.Body.AssumedHours = entryOf(calendar.Entry{Hours: calendar.DefaultHours}).Hours
	return out, nil
}

func (h *Handlers) addCalendarEntry(ctx context.Context, in *struct{ Body CalendarBody }) (*createdOutput[calendarEntry], error) {
	e := calendar.Entry{
		Space: energy.SpaceID(in.Body.SpaceID), Name: in.Body.Name, Kind: calendar.Kind(in.Body.Kind), From: in.Body.From, To: in.Body.To, Hours: hoursOf(in.Body.Hours),
	}
	added, err := h.Rules.AddCalendarEntry(ctx, callerOf(ctx), e)
	if err != nil {
		return nil, err
	}
	return &createdOutput[calendarEntry]{Location: "/api/calendarios/" + added.ID, Body: entryOf(added)}, nil
}

func (h *Handlers) getCalendarEntry(ctx context.Context, in *IDInput) (*output[calendarEntry], error) {
	e, err := h.Rules.CalendarEntry(ctx, callerOf(ctx), in.ID)
	return &output[calendarEntry]{entryOf(e)}, err
}

func (h *Handlers) updateCalendarEntry(ctx context.Context, in *struct {
	IDInput
	Body calendarChange
},
) (*output[calendarEntry], error) {
	e, err := h.Rules.UpdateCalendarEntry(ctx, callerOf(ctx), in.ID, in.Body.apply)
	return &output[calendarEntry]{entryOf(e)}, err
}

// CalendarRemoval is what the removal of a calendar entry would do.
type CalendarRemoval struct {
	httpserver.Removal
	ReplacedBy *replacingHours `json:"replaced_by,omitempty" doc:"Of opening hours: the hours in force afterwards, today, or else on the day of the entry that is nearest to today"`
}

type replacingHours struct {
	Name    string  `json:"name,omitempty" doc:"The name of their entry"`
	Hours   []hours `json:"hours" nullable:"false"`
	Default bool    `json:"default" doc:"True if they are assumed, because no opening hours apply"`
}

func (h *Handlers) calendarRemoval(ctx context.Context, in *RemoveInput) (CalendarRemoval, error) {
	r, err := h.Rules.CalendarEntryRemoval(ctx, callerOf(ctx), in.ID, h.Clock.Now())
	out := CalendarRemoval{Removal: removalOf(r.Removal)}
	if r.Opening != nil {
		out.ReplacedBy = &replacingHours{Name: r.Opening.Name, Hours: fromHours(r.Opening.Hours), Default: r.Opening.Default}
	}
	return out, err
}

func (h *Handlers) dropCalendarEntry(ctx context.Context, in *RemoveInput) error {
	return h.Rules.DropCalendarEntry(ctx, callerOf(ctx), in.ID)
}
