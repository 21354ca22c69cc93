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
		Summary: "Eventos en vivo · Live events",
		Description: "Server-sent events: `reading`, `device_state`, `ambient`, `recommendation`, `simulation` (a scenario that is played), each with an `id`. `Last-Event-ID` continues after that event, without gaps or repeats, on any replica, " +
			"for up to an hour. Later, a `reset` event means that events were lost: read the current state again (`/api/gemelo`). A silent stream sends a comment with its position at least every 5 s. A client that does not read is disconnected after 10 s. " +
			"A stream ends within 5 s after the user's role or scope changes, or the login or key ends: reconnect with the last id. A user or key may have at most 24 streams over all logins: 429 `too_many_streams`. " +
			"After an upload of more than 1,000 readings, only each device's last reading is sent.",
		Metadata: httpserver.Readers(), Errors: []int{404, 503},
		Responses: map[string]*huma.Response{"200": {Description: "Events, until the client disconnects", Content: map[string]*huma.MediaType{"text/event-stream": {Schema: &huma.Schema{Type: "string"}}}}},
	}, func(ctx context.Context, in *eventsInput) (*huma.StreamResponse, error) {
		return h.events(ctx, api, in)
	})
}

type eventsInput struct {
	SpaceID     string   `query:"space_id" maxLength:"64" doc:"Only events of this space and everything in it"`
	DeviceID    string   `query:"device_id" maxLength:"64" doc:"Only events of this device"`
	Kinds       []string `query:"kind" maxItems:"10" enum:"reading,device_state,ambient,recommendation,simulation" doc:"Only these kinds, separated by commas"`
	LastEventID string   `header:"Last-Event-ID" maxLength:"100" doc:"The id of the last event that the client received"`
}

// heartbeat is the interval between keep-alive comments of a silent stream. reconnectAfter is how long clients should wait before they
// reconnect, in ms.
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
	reader, expired, err := h.readerFrom(ctx, in.LastEventID)
	if err != nil {
		return nil, err
	}
	stream := eventStream{reader: reader, audience: audience, kinds: in.Kinds, expired: expired, clock: h.Clock}
	response, err := api.EventStream(ctx, stream.run)
	if err != nil {
		reader.Close()
	}
	return response, err
}

// readerFrom starts after the last event that a client received, or now. expired reports that the events after it are no longer kept.
func (h *Handlers) readerFrom(ctx context.Context, last string) (reader *events.Reader, expired bool, err error) {
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

// eventStream sends events to one client.
type eventStream struct {
	reader   *events.Reader
	audience *campus.Audience
	kinds    []string
	expired  bool
	clock    energy.Clock
	lastSent energy.Instant // when something was last sent
}

func (s *eventStream) run(ctx context.Context, w *httpserver.EventWriter) error {
	defer s.reader.Close()
	w.Retry(reconnectAfter)
	if s.expired {
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
			return failed // the client reconnects with its position
		}
		err = s.send(ctx, w, all)
	}
	return nil
}

// instantOf returns the instant in an event's data, or else when the event was published.
func instantOf(e events.Event) energy.Instant {
	if at, ok := live.EventInstant(e.Kind, []byte(e.Data)); ok {
		return at
	}
	return energy.Instant(e.Position.MadeAt)
}

// send sends the events that the client may see. If it has sent nothing for a heartbeat, it sends the position as a keep-alive comment.
func (s *eventStream) send(ctx context.Context, w *httpserver.EventWriter, all []events.Event) error {
	sent := false
	if len(s.kinds) > 0 {
		all = slices.DeleteFunc(slices.Clone(all), func(e events.Event) bool { return !slices.Contains(s.kinds, e.Kind) })
	}
	about := make([]campus.EventSubject, len(all))
	for i, e := range all {
		about[i] = campus.EventSubject{Device: energy.DeviceID(e.Device), Space: energy.SpaceID(e.Space), At: func() energy.Instant { return instantOf(e) }}
	}
	visible, err := s.audience.MaySee(ctx, about)
	if err != nil {
		return err
	}
	for i, e := range all {
		if visible[i] {
			w.Event(e.Position.String(), e.Kind, strings.ReplaceAll(e.Data, "\n", " "))
			sent = true
		}
	}
	if !sent {
		// A clock that was set back must not stop the keep-alive comments.
		if silent := s.clock.Now() - s.lastSent; silent >= 0 && silent < energy.Instant(heartbeat.Milliseconds()) {
			return nil
		}
		w.KeepAlive(s.reader.Position().String())
	}
	s.lastSent = s.clock.Now()
	return w.Flush()
}
