package simulate

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/holotwin/holotwin/platform/httpclient"
)

// HTTP sends readings over HoloTwin's HTTP API, as a gateway does, and registers the campus.
type HTTP struct {
	base, token string
	client      *http.Client
	every       time.Duration
	rooms       map[string]string // space ids by room
	states      map[string]string
}

// ErrRefused is an answer with an error status.
type ErrRefused struct {
	Call   string
	Status int
	Detail string
}

func (e ErrRefused) Error() string { return fmt.Sprintf("%s: %d %s", e.Call, e.Status, e.Detail) }

// maxAnswer is more than the size of a page of 1000 spaces, in bytes.
const maxAnswer = 8 << 20

// DialHTTP logs in and returns a sender.
func DialHTTP(ctx context.Context, base, email, password string, every time.Duration) (*HTTP, error) {
	h := &HTTP{
		base: strings.TrimSuffix(base, "/"), client: httpclient.New(httpclient.Limits{Answer: time.Minute, Body: maxAnswer}), every: every,
		rooms: make(map[string]string), states: make(map[string]string),
	}
	var granted struct {
		Token string `json:"access_token"`
	}
	if err := h.call(ctx, http.MethodPost, "/auth/login", map[string]string{"email": email, "password": password}, &granted); err != nil {
		return nil, err
	}
	h.token = granted.Token
	return h, nil
}

// campusName is the name of the simulated site.
const campusName = "Campus simulado"

// Register creates a site with a building, and its rooms and devices, if they do not exist yet.
func (h *HTTP) Register(ctx context.Context, rooms []*Room) error {
	site, err := h.space(ctx, campusName, "site", "")
	if err != nil {
		return err
	}
	building, err := h.space(ctx, "Bloque simulado", "building", site)
	if err != nil {
		return err
	}
	for _, r := range rooms {
		if h.rooms[r.Name], err = h.space(ctx, "Sala "+r.Name, "room", building); err != nil {
			return err
		}
		for _, k := range Kinds() {
			device := map[string]any{
				"id": r.Device(k), "kind": string(k), "space_id": h.rooms[r.Name], "name": string(k) + " " + r.Name,
				"interval_s": int(h.every / time.Second), "mqtt_topic": Topic(r.Device(k), k),
			}
			var refused ErrRefused
			if err := h.call(ctx, http.MethodPost, "/api/dispositivos", device, nil); errors.As(err, &refused) && refused.Status == http.StatusConflict {
				continue
			} else if err != nil {
				return err
			}
		}
	}
	return nil
}

// space returns the id of the space with a name, kind and parent. It creates the space if there is none.
func (h *HTTP) space(ctx context.Context, name, kind, parent string) (string, error) {
	cursor := ""
	for {
		var page struct {
			Items []struct {
				ID, Name, Kind string
				Parent         *string `json:"parent_id"`
			}
			Next *string
		}
		if err := h.call(ctx, http.MethodGet, "/api/espacios?limit=1000&cursor="+url.QueryEscape(cursor), nil, &page); err != nil {
			return "", err
		}
		for _, s := range page.Items {
			if s.Name == name && s.Kind == kind && ((s.Parent == nil && parent == "") || (s.Parent != nil && *s.Parent == parent)) {
				return s.ID, nil
			}
		}
		if page.Next == nil {
			break
		}
		cursor = *page.Next
	}
	body := map[string]any{"name": name, "kind": kind}
	if parent != "" {
		body["parent_id"] = parent
	}
	var made struct{ ID string }
	err := h.call(ctx, http.MethodPost, "/api/espacios", body, &made)
	return made.ID, err
}

// Send sends readings and ambient readings as batches, and states that changed.
func (h *HTTP) Send(ctx context.Context, at time.Time, messages []Message) error {
	when := at.UTC().Format(time.RFC3339)
	var readings, ambient []map[string]any
	for _, m := range messages {
		row := map[string]any{"device_id": m.Device, "timestamp": when}
		switch {
		case m.Register != "":
			row["register_kwh"] = json.Number(m.Register)
			readings = append(readings, row)
		case m.KWh != "":
			row["kwh"] = json.Number(m.KWh)
			readings = append(readings, row)
		default:
			room := strings.TrimSuffix(m.Device, "-"+string(m.Kind))
			ambient = append(ambient, map[string]any{
				"space_id": h.rooms[room], "temperature_c": json.Number(m.Temperature), "humidity_pct": json.Number(m.Humidity), "occupancy": m.People, "timestamp": when,
			})
		}
		if m.State != "" && h.states[m.Device] != m.State {
			if err := h.call(ctx, http.MethodPost, "/api/dispositivos/"+m.Device+"/estado", map[string]any{"state": m.State, "timestamp": when}, nil); err != nil {
				return err
			}
			h.states[m.Device] = m.State
		}
	}
	if err := h.call(ctx, http.MethodPost, "/consumo/lote", readings, nil); err != nil {
		return err
	}
	return h.call(ctx, http.MethodPost, "/ambiente/lote", ambient, nil)
}

func (h *HTTP) call(ctx context.Context, method, path string, body, into any) (err error) {
	var sent io.Reader
	if body != nil {
		b, err := json.Marshal(body)
		if err != nil {
			return err
		}
		sent = bytes.NewReader(b)
	}
	request, err := http.NewRequestWithContext(ctx, method, h.base+path, sent)
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/json")
	if h.token != "" {
		request.Header.Set("Authorization", "Bearer "+h.token)
	}
	answer, err := h.client.Do(request)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, answer.Body.Close()) }()
	text, err := io.ReadAll(io.LimitReader(answer.Body, maxAnswer))
	if err != nil {
		return err
	}
	if answer.StatusCode >= http.StatusBadRequest {
		var p struct{ Detail string }
		_ = json.Unmarshal(text, &p) // a proxy's error page may not be JSON
		return ErrRefused{Call: method + " " + path, Status: answer.StatusCode, Detail: p.Detail}
	}
	if into == nil {
		return nil
	}
	return json.Unmarshal(text, into)
}
