package httpenergy

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/campus"
	"github.com/holotwin/holotwin/modules/energy/live"
	"github.com/holotwin/holotwin/platform/events"
	"github.com/holotwin/holotwin/platform/httpserver"
	"github.com/holotwin/holotwin/platform/problem"
)

func (h *Handlers) registerEvents(api *httpserver.API) {
	httpserver.Register(api, problemOf, huma.Operation{
		OperationID: "events", Method: http.MethodGet, Path: "/api/eventos", Tags: []string{"energy"},
		Summary: "Lo que pasa, en vivo · What happens, live",
		Description: "Server-sent events: `reading`, `device_state`, `ambient`, `recommendation`, `simulation` (a scenario that is played), each with an `id`. `Last-Event-ID` goes on after it, without gap or repeat, on any replica, " +
			"for an hour; later, `reset` says that what happened since must be asked for anew (`/api/gemelo`). A comment with the place comes at least every 5 s. A reader that does not read is closed after 10 s. " +
			"A stream ends within 5 s once its reader's role or scope has changed, or their login or key has ended: come back with the last id. A user or key has 24 streams at the most, in all logins together: 429 `too_many_streams`. " +
			"Of an upload of more than 1,000 readings, each device's last is told.",
		Metadata: httpserver.Readers(), Errors: []int{404, 503},
		Responses: map[string]*huma.Response{"200": {Description: "Events, until the reader goes", Content: map[string]*huma.MediaType{"text/event-stream": {Schema: &huma.Schema{Type: "string"}}}}},
	}, func(ctx context.Context, in *eventsInput) (*huma.StreamResponse, error) {
		return h.events(ctx, api, in)
	})
}

type eventsInput struct {
	SpaceID     string   `query:"space_id" maxLength:"64" doc:"Only of this space and what is in it"`
	DeviceID    string   `query:"device_id" maxLength:"64" doc:"Only of this device"`
	Kinds       []string `query:"kind" maxItems:"10" enum:"reading,device_state,ambient,recommendation,simulation" doc:"Only these, separated by commas"`
	LastEventID string   `header:"Last-Event-ID" maxLength:"100" doc:"The id of the last event that was read"`
}

// heartbeat is how often a silent stream says that it is alive; reconnectAfter is what readers are told to wait, in ms.
const (
	heartbeat      = 5 * time.Second
	reconnectAfter = "2000"
)

func (h *Handlers) events(ctx context.Context, api *httpserver.API, in *eventsInput) (*huma.StreamResponse, error) {
	caller := callerOf(ctx)
	audience, err := h.Catalog.Audience(ctx, caller, energy.SpaceID(in.SpaceID), energy.DeviceID(in.DeviceID))
	if err != nil {
		return nil, err
	}
	reader, forgotten, err := h.readerFrom(ctx, in.LastEventID)
	if err != nil {
		return nil, err
	}
	stream := eventStream{reader: reader, audience: audience, kinds: in.Kinds, forgotten: forgotten, clock: h.Clock}
	response, err := api.EventStream(ctx, stream.run)
	if err != nil {
		reader.Close()
	}
	return response, err
}

// readerFrom begins after the last event that a reader has, or now; forgotten tells that what came after it is no longer kept.
func (h *Handlers) readerFrom(ctx context.Context, last string) (reader *events.Reader, forgotten bool, err error) {
	if last == "" {
		reader, err = h.Feed.Read(ctx, nil)
		return reader, false, err
	}
	place, err := events.ParsePosition(last)
	if err != nil {
		return nil, false, problem.Invalid(problem.Bad("Last-Event-ID", problem.Malformed))
	}
	reader, err = h.Feed.Read(ctx, &place)
	if errors.Is(err, events.ErrExpired) {
		reader, err = h.Feed.Read(ctx, nil)
		return reader, true, err
	}
	return reader, false, err
}

// eventStream is one reader's.
type eventStream struct {
	reader    *events.Reader
	audience  *campus.Audience
	kinds     []string
	forgotten bool
	clock     energy.Clock
	told      energy.Instant // when something was last sent
}

func (s *eventStream) run(ctx context.Context, w *httpserver.EventWriter) error {
	defer s.reader.Close()
	w.Retry(reconnectAfter)
	if s.forgotten {
		w.Event(s.reader.Position().String(), "reset", "{}")
	}
	w.KeepAlive(s.reader.Position().String())
	for err := w.Flush(); ctx.Err() == nil; {
		if err != nil {
			return err
		}
		waiting, cancel := context.WithTimeout(ctx, heartbeat)
		all, failed := s.reader.Next(waiting)
		cancel()
		if failed != nil {
			return failed // the reader comes back with his place
		}
		err = s.send(ctx, w, all)
	}
	return nil
}

// instantOf is the instant of an event: the one in its data, or when it was published.
func instantOf(e events.Event) energy.Instant {
	if at, ok := live.EventInstant(e.Kind, []byte(e.Data)); ok {
		return at
	}
	return energy.Instant(e.Position.MadeAt)
}

// send sends what is for the reader; where that is nothing for long, it tells him where he is.
func (s *eventStream) send(ctx context.Context, w *httpserver.EventWriter, all []events.Event) error {
	sent := false
	if len(s.kinds) > 0 {
		all = slices.DeleteFunc(slices.Clone(all), func(e events.Event) bool { return !slices.Contains(s.kinds, e.Kind) })
	}
	about := make([]campus.EventSubject, len(all))
	for i, e := range all {
		about[i] = campus.EventSubject{Device: energy.DeviceID(e.Device), Space: energy.SpaceID(e.Space), At: func() energy.Instant { return instantOf(e) }}
	}
	hears, err := s.audience.MaySee(ctx, about)
	if err != nil {
		return err
	}
	for i, e := range all {
		if hears[i] {
			w.Event(e.Position.String(), e.Kind, strings.ReplaceAll(e.Data, "\n", " "))
			sent = true
		}
	}
	if !sent {
		// A clock that was set back must not keep the reader waiting for it.
		if silent := s.clock.Now() - s.told; silent >= 0 && silent < energy.Instant(heartbeat.Milliseconds()) {
			return nil
		}
		w.KeepAlive(s.reader.Position().String())
	}
	s.told = s.clock.Now()
	return w.Flush()
}
