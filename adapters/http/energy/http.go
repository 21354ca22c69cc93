// Package httpenergy serves the energy module over HTTP. Each file handles the subject that it is named after: it decodes the request,
// calls the module and encodes the answer.
package httpenergy

import (
	"context"
	"time"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/campus"
	"github.com/holotwin/holotwin/modules/energy/conditions"
	"github.com/holotwin/holotwin/modules/energy/intake"
	"github.com/holotwin/holotwin/modules/energy/ledger"
	"github.com/holotwin/holotwin/modules/energy/rulebook"
	"github.com/holotwin/holotwin/modules/energy/twin"
	"github.com/holotwin/holotwin/modules/energy/usage"
	"github.com/holotwin/holotwin/platform/events"
	"github.com/holotwin/holotwin/platform/httpserver"
	"github.com/holotwin/holotwin/platform/problem"
)

// Handlers answer the energy module's routes.
type Handlers struct {
	Ledger     *ledger.Ledger
	Catalog    *campus.Catalog
	Rules      *rulebook.Rules
	Conditions *conditions.Recorder
	Reports    *usage.Queries
	Overviews  *usage.Overviews
	Twin       *twin.Twin
	Feed       *events.Feed
	Intake     *intake.Intake
	Fleet      *intake.Fleet
	Uploads    Uploads
	Emoncms    EmoncmsReader
	MQTT       MQTTAccess
	Clock      energy.Clock
}

// BulkPaths are the routes that accept large requests.
var BulkPaths = []string{"/consumo/lote", reviewPath, "/ambiente/lote"}

// Register adds the routes.
func (h *Handlers) Register(api *httpserver.API) {
	h.registerReadings(api)
	h.registerBulk(api)
	h.registerCorrections(api)
	h.registerRestatements(api)
	h.registerQuarantine(api)
	h.registerSeries(api)
	h.registerProfile(api)
	h.registerDuration(api)
	h.registerAmbientHours(api)
	h.registerOverview(api)
	h.registerComparison(api)
	h.registerBill(api)
	h.registerTwin(api)
	h.registerEvents(api)
	h.registerSpaces(api)
	h.registerEmoncms(api)
	h.registerInbox(api)
	h.registerMQTT(api)
	h.registerDevices(api)
	h.registerStates(api)
	h.registerAmbient(api)
	h.registerCalendars(api)
	h.registerTariffs(api)
}

// callerOf returns the caller of a request.
func callerOf(ctx context.Context) energy.Caller {
	p := httpserver.PrincipalOf(ctx)
	caller := energy.Caller{Subject: p.Subject, Role: energy.Role(p.Role), Space: energy.SpaceID(p.Space)}
	for _, d := range p.Devices {
		caller.Devices = append(caller.Devices, energy.DeviceID(d))
	}
	return caller
}

// PageInput holds the paging parameters of every list.
type PageInput struct {
	Limit  int    `query:"limit" minimum:"1" maximum:"1000" default:"100" doc:"Maximum number of items"`
	Cursor string `query:"cursor" maxLength:"300" doc:"The next of the previous page"`
}

// List is a page of a list.
type List[T any] struct {
	Items []T     `json:"items"`
	Next  *string `json:"next" doc:"The cursor of the next page; null at the end"`
}

type listOutput[T any] struct{ Body List[T] }

// createdOutput is the answer to a creation: the object and its location.
type createdOutput[T any] struct {
	Location string `header:"Location"`
	Body     T
}

type output[T any] struct{ Body T }

// RangeInput is a span of time.
type RangeInput struct {
	From string `query:"from" maxLength:"40" doc:"Start of the range, inclusive, RFC 3339; without an offset, the site's time zone is used"`
	To   string `query:"to" maxLength:"40" doc:"End of the range, exclusive, RFC 3339"`
}

// farFuture is after every reading.
const farFuture = energy.Instant(4_102_444_800_000) // 2100-01-01

// zoneOf returns the time zone of a request about these spaces or devices.
func (h *Handlers) zoneOf(ctx context.Context, ids ...string) (*time.Location, error) {
	campus, err := h.Catalog.Campus(ctx)
	if err != nil {
		return nil, err
	}
	return campus.QuestionZone(ids...), nil
}

// span reads the range in the time zone of the given spaces or devices. An absent end is unlimited.
func (r RangeInput) span(ctx context.Context, h *Handlers, ids ...string) (from, to energy.Instant, err error) {
	zone, err := h.zoneOf(ctx, ids...)
	if err != nil {
		return 0, 0, err
	}
	var flaws []problem.Field
	from, to = 0, farFuture
	for _, end := range []struct {
		name, text string
		at         *energy.Instant
	}{{"from", r.From, &from}, {"to", r.To, &to}} {
		if end.text == "" {
			continue
		}
		at, err := parseInstantOrDay(end.text, zone)
		if err != nil {
			flaws = append(flaws, problem.Bad(end.name, problem.Rule(energy.InstantRule(err))))
			continue
		}
		*end.at = at
	}
	if len(flaws) == 0 && to <= from {
		flaws = append(flaws, problem.Bad("to", problem.MustBeAfter, "after", "from"))
	}
	if len(flaws) > 0 {
		return 0, 0, problem.Invalid(flaws...)
	}
	return from, to, nil
}

// spanBefore reads the range. Without an end it ends now; without a start it has the given length.
func (r RangeInput) spanBefore(ctx context.Context, h *Handlers, length time.Duration, ids ...string) (from, to energy.Instant, err error) {
	if from, to, err = r.span(ctx, h, ids...); err != nil {
		return 0, 0, err
	}
	if r.To == "" {
		to = h.Clock.Now()
	}
	if r.From == "" {
		from = to.Add(-length.Milliseconds())
	}
	return from, to, nil
}

// parseInstantOrDay reads an instant, or a date as the first instant of that day.
func parseInstantOrDay(s string, zone *time.Location) (energy.Instant, error) {
	if len(s) == len(time.DateOnly) {
		return energy.ParseDay(s, zone)
	}
	return energy.ParseInstant(plusInQuery(s), zone)
}

// plusInQuery restores the plus of a time zone that a client did not escape: in a query it arrives as a space.
func plusInQuery(s string) string {
	if n := len(s); n > 6 && s[n-6] == ' ' {
		return s[:n-6] + "+" + s[n-5:]
	}
	return s
}
