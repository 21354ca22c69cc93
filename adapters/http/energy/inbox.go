package httpenergy

import (
	"context"
	"net/http"
	"net/url"

	"github.com/danielgtaylor/huma/v2"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/intake"
	"github.com/holotwin/holotwin/platform/httpserver"
)

// registerInbox comes before the devices, whose ids could be these words.
func (h *Handlers) registerInbox(api *httpserver.API) {
	tags := []string{"campus"}
	httpserver.Register(api, problemOf, huma.Operation{
		OperationID: "listNewcomers", Method: http.MethodGet, Path: "/api/dispositivos/nuevos", Tags: tags,
		Summary:     "Dispositivos sin registrar · Devices that nobody has registered",
		Description: "Addresses that speak and belong to no device, by address and the space of the keys that they speak under, with what they said and the device that is proposed. Who is limited to a space sees those that speak under its keys.",
		Metadata:    httpserver.Managers(),
	}, h.newcomers)
	httpserver.Register(api, problemOf, huma.Operation{
		OperationID: "adoptNewcomer", Method: http.MethodPost, Path: "/api/dispositivos/nuevos", Tags: tags, DefaultStatus: 201,
		Summary:     "Adoptar un dispositivo · Adopt a device",
		Description: "Makes a device of an address, as it is proposed but for what the body sets. What it sent since it was first seen counts from then; what it sends meanwhile counts too, within a minute.",
		Metadata:    httpserver.Managers(), Errors: []int{404, 409},
	}, h.adopt)
	httpserver.Register(api, problemOf, huma.Operation{
		OperationID: "ignoreNewcomer", Method: http.MethodDelete, Path: "/api/dispositivos/nuevos", Tags: tags, DefaultStatus: 204,
		Summary: "No mostrar más un dispositivo sin registrar · List an address no more", Metadata: httpserver.Managers(), Errors: []int{404},
	}, h.ignore)
	httpserver.Register(api, problemOf, huma.Operation{
		OperationID: "listLetters", Method: http.MethodGet, Path: "/api/dispositivos/rechazados", Tags: tags,
		Summary:     "Mensajes que no se pudieron tomar · Messages that could not be taken",
		Description: "The newest, with why. They may come from any part of the campus: for who is limited to no space.",
		Metadata:    httpserver.Managers(),
	}, h.letters)
}

type newcomer struct {
	Address   string   `json:"address"`
	Dialect   string   `json:"dialect"`
	Name      *string  `json:"name"`
	FirstSeen instant  `json:"first_seen"`
	LastSeen  instant  `json:"last_seen"`
	Messages  int64    `json:"messages"`
	SpaceID   *string  `json:"key_space_id" doc:"The space of the keys that it speaks under; null: they may be of anywhere. Two that speak at one address under keys of two spaces are two"`
	Held      int64    `json:"held" doc:"Measures of it that are kept until it is adopted"`
	Refused   int64    `json:"refused" doc:"Messages that were not kept, since there was no room for more"`
	Last      string   `json:"last" doc:"Its last message, in a few words"`
	Proposed  proposed `json:"proposed"`
}

type proposed struct {
	ID        string  `json:"id"`
	Kind      string  `json:"kind"`
	Measure   *string `json:"measure" enum:"register,interval,power" doc:"What would be booked; null: nothing, or a unit is needed"`
	MQTTUnit  *string `json:"mqtt_unit" doc:"What its numbers without a unit seem to count"`
	MQTTTopic string  `json:"mqtt_topic"`
}

var measureNames = map[energy.Kind]string{energy.Register: "register", energy.Interval: "interval", energy.Sample: "power"}

func newcomerOf(n intake.DiscoveredDevice) newcomer {
	p := n.Propose()
	return newcomer{
		Address: n.Address, Dialect: n.Dialect, Name: orNull(n.Name), FirstSeen: instant(n.FirstSeen), LastSeen: instant(n.LastSeen), Messages: n.Messages, Last: n.Last,
		SpaceID: orNull(string(n.Space)), Held: n.Held, Refused: n.Refused,
		Proposed: proposed{ID: p.ID, Kind: string(p.Kind), Measure: orNull(measureNames[p.Measure]), MQTTUnit: orNull(string(p.Plain.Unit)), MQTTTopic: n.Address},
	}
}

func (h *Handlers) newcomers(ctx context.Context, in *PageInput) (*listOutput[newcomer], error) {
	all, err := h.Intake.Discovered(ctx, callerOf(ctx))
	if err != nil {
		return nil, err
	}
	return pageOf(all, *in, func(n intake.DiscoveredDevice) string { return n.Address + " " + string(n.Space) }, newcomerOf), nil
}

type adoptBody struct {
	Address string `json:"address" minLength:"1" maxLength:"300"`
	// KeySpaceID is which one is meant where several speak at the address.
	KeySpaceID *string `json:"key_space_id,omitempty" maxLength:"64" doc:"Which is meant, where several speak at the address; absent: the one whose space holds the device most closely"`
	ID         label   `json:"id,omitempty"`
	DeviceBody
}

type adopted struct {
	Device  device `json:"device"`
	Counted int    `json:"counted" doc:"Readings that it sent before and that count now"`
}

func (h *Handlers) adopt(ctx context.Context, in *struct{ Body adoptBody }) (*created[adopted], error) {
	d, counted, err := h.Intake.Adopt(ctx, callerOf(ctx), intake.Adoption{
		Address: in.Body.Address, Of: (*energy.SpaceID)(in.Body.KeySpaceID), ID: string(in.Body.ID), Edit: in.Body.edit(),
	})
	if err != nil {
		return nil, err
	}
	return &created[adopted]{Location: "/api/dispositivos/" + url.PathEscape(string(d.ID)), Body: adopted{Device: deviceOf(d), Counted: counted}}, nil
}

func (h *Handlers) ignore(ctx context.Context, in *struct {
	Address    string `query:"address" required:"true" maxLength:"300"`
	KeySpaceID string `query:"key_space_id" maxLength:"64" doc:"Only the one that speaks under keys of this space"`
},
) (*struct{}, error) {
	var space *energy.SpaceID
	if in.KeySpaceID != "" {
		space = (*energy.SpaceID)(&in.KeySpaceID)
	}
	return nil, h.Intake.Ignore(ctx, callerOf(ctx), in.Address, space)
}

type letter struct {
	At      instant `json:"timestamp"`
	Dialect string  `json:"dialect"`
	Topic   string  `json:"topic"`
	Text    string  `json:"text" doc:"The begin of the message, or what was understood of it"`
	Reason  string  `json:"reason"`
}

func (h *Handlers) letters(ctx context.Context, in *struct {
	Limit int `query:"limit" minimum:"1" maximum:"1000" default:"100"`
},
) (*listOutput[letter], error) {
	all, err := h.Intake.RejectedMessages(ctx, callerOf(ctx), in.Limit)
	if err != nil {
		return nil, err
	}
	list := make([]letter, len(all))
	for i, l := range all {
		list[i] = letter{At: instant(l.At), Dialect: l.Dialect, Topic: l.Topic, Text: l.Text, Reason: l.Reason}
	}
	return &listOutput[letter]{List[letter]{Items: list}}, nil
}
