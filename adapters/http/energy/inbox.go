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

// registerInbox must run before registerDevices, because a device's id could equal these paths.
func (h *Handlers) registerInbox(api *httpserver.API) {
	tags := []string{"campus"}
	httpserver.Register(api, problemOf, huma.Operation{
		OperationID: "listNewcomers", Method: http.MethodGet, Path: "/api/dispositivos/nuevos", Tags: tags,
		Summary:     "Dispositivos sin registrar · Unregistered devices",
		Description: "Addresses that send messages and belong to no device, with the last message and a proposed device. Sorted by address and by the space of the sender's API key. Callers limited to a space see only senders that use a key of that space.",
		Metadata:    httpserver.Managers(),
	}, h.listDiscovered)
	httpserver.Register(api, problemOf, huma.Operation{
		OperationID: "adoptNewcomer", Method: http.MethodPost, Path: "/api/dispositivos/nuevos", Tags: tags, DefaultStatus: 201,
		Summary:     "Adoptar un dispositivo · Adopt a device",
		Description: "Creates a device for an address. Fields absent from the body are taken from the proposal. The messages received since the address was first seen count as readings; messages that arrive during the adoption count within a minute.",
		Metadata:    httpserver.Managers(), Errors: []int{404, 409},
	}, h.adoptDiscovered)
	httpserver.RegisterRemoval(api, problemOf, huma.Operation{
		OperationID: "ignoreNewcomer", Path: "/api/dispositivos/nuevos", Tags: tags,
		Summary: "Ignorar un dispositivo sin registrar · Ignore an unregistered device", Metadata: httpserver.Managers(), Errors: []int{404},
	}, h.ignoring, h.ignoreDiscovered)
	httpserver.Register(api, problemOf, huma.Operation{
		OperationID: "listLetters", Method: http.MethodGet, Path: "/api/dispositivos/rechazados", Tags: tags,
		Summary:     "Mensajes rechazados · Rejected messages",
		Description: "Newest first, with the reason. Only for callers not limited to a space, because rejected messages may come from anywhere on the campus.",
		Metadata:    httpserver.Managers(),
	}, h.listRejected)
}

type newcomer struct {
	Address   string   `json:"address"`
	Dialect   string   `json:"dialect"`
	Name      *string  `json:"name"`
	FirstSeen instant  `json:"first_seen"`
	LastSeen  instant  `json:"last_seen"`
	Messages  int64    `json:"messages"`
	SpaceID   *string  `json:"key_space_id" doc:"The space of the sender's API keys; null if the keys are not limited to a space. Senders that share an address but use keys of different spaces are listed separately"`
	Held      int64    `json:"held" doc:"Measurements that are kept until the device is adopted"`
	Refused   int64    `json:"refused" doc:"Messages that were not kept because the limit was reached"`
	Last      string   `json:"last" doc:"Its last message, shortened"`
	Proposed  proposed `json:"proposed"`
}

type proposed struct {
	ID        string  `json:"id"`
	Kind      string  `json:"kind"`
	Measure   *string `json:"measure" enum:"register,interval,power" doc:"The measurement that would be recorded; null if there is none or a unit is needed"`
	MQTTUnit  *string `json:"mqtt_unit" doc:"Probable unit of its numbers without a unit"`
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

func (h *Handlers) listDiscovered(ctx context.Context, in *PageInput) (*listOutput[newcomer], error) {
	all, err := h.Intake.Discovered(ctx, callerOf(ctx))
	if err != nil {
		return nil, err
	}
	return pageOf(all, *in, func(n intake.DiscoveredDevice) string { return n.Address + " " + string(n.Space) }, newcomerOf), nil
}

type adoptBody struct {
	Address string `json:"address" minLength:"1" maxLength:"300"`
	// KeySpaceID selects one of several senders that share the address.
	KeySpaceID *string `json:"key_space_id,omitempty" maxLength:"64" doc:"Selects one of several senders that share the address; default: the sender with the innermost key space that contains the device"`
	ID         label   `json:"id,omitempty"`
	DeviceBody
}

type adopted struct {
	Device  device `json:"device"`
	Counted int    `json:"counted" doc:"Earlier readings that count now"`
}

func (h *Handlers) adoptDiscovered(ctx context.Context, in *struct{ Body adoptBody }) (*createdOutput[adopted], error) {
	d, counted, err := h.Intake.Adopt(ctx, callerOf(ctx), intake.Adoption{
		Address: in.Body.Address, Of: (*energy.SpaceID)(in.Body.KeySpaceID), ID: string(in.Body.ID), Edit: in.Body.edit(),
	})
	if err != nil {
		return nil, err
	}
	return &createdOutput[adopted]{Location: "/api/dispositivos/" + url.PathEscape(string(d.ID)), Body: adopted{Device: deviceOf(d), Counted: counted}}, nil
}

type ignoreInput struct {
	Address    string `query:"address" required:"true" maxLength:"300"`
	KeySpaceID string `query:"key_space_id" maxLength:"64" doc:"Only the sender that uses keys of this space"`
	httpserver.DryRunInput
}

func (in *ignoreInput) space() *energy.SpaceID {
	if in.KeySpaceID == "" {
		return nil
	}
	return (*energy.SpaceID)(&in.KeySpaceID)
}

func (h *Handlers) ignoring(ctx context.Context, in *ignoreInput) (httpserver.Removal, error) {
	r, err := h.Intake.Ignoring(ctx, callerOf(ctx), in.Address, in.space())
	return removalOf(r), err
}

func (h *Handlers) ignoreDiscovered(ctx context.Context, in *ignoreInput) error {
	return h.Intake.Ignore(ctx, callerOf(ctx), in.Address, in.space())
}

type letter struct {
	At      instant `json:"timestamp"`
	Dialect string  `json:"dialect"`
	Topic   string  `json:"topic"`
	Text    string  `json:"text" doc:"The start of the message, or its decoded part"`
	Reason  string  `json:"reason"`
}

func (h *Handlers) listRejected(ctx context.Context, in *struct {
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
