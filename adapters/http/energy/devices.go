package httpenergy

import (
	"bytes"
	"context"
	"net/http"
	"net/url"
	"slices"

	"github.com/danielgtaylor/huma/v2"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/campus"
	"github.com/holotwin/holotwin/modules/energy/usage"
	"github.com/holotwin/holotwin/platform/httpserver"
	"github.com/holotwin/holotwin/platform/problem"
)

func (h *Handlers) registerDevices(api *httpserver.API) {
	tags := []string{"campus"}
	httpserver.Register(api, problemOf, huma.Operation{
		OperationID: "listDevices", Method: http.MethodGet, Path: "/api/dispositivos", Tags: tags,
		Summary: "Dispositivos · Devices", Metadata: httpserver.Readers(), Errors: []int{404},
	}, h.listDevices)
	httpserver.Register(api, problemOf, huma.Operation{
		OperationID: "createDevice", Method: http.MethodPost, Path: "/api/dispositivos", Tags: tags, DefaultStatus: 201,
		Summary: "Crear un dispositivo · Create a device", Metadata: httpserver.Managers(), Errors: []int{409},
	}, h.createDevice)
	httpserver.Register(api, problemOf, huma.Operation{
		OperationID: "getDevice", Method: http.MethodGet, Path: "/api/dispositivos/{id}", Tags: tags,
		Summary: "Un dispositivo · A device", Metadata: httpserver.Readers(), Errors: []int{404},
	}, h.getDevice)
	httpserver.Register(api, problemOf, huma.Operation{
		OperationID: "updateDevice", Method: http.MethodPatch, Path: "/api/dispositivos/{id}", Tags: tags,
		Summary: "Cambiar un dispositivo · Change a device",
		Description: "When a device moves to another space or behind another meter, its earlier consumption stays where it was used: users limited to the new space do not see the device's data from before the move. " +
			"With `moved_at` in the past, the totals since then are computed for the new place. To state that the device was there from the beginning, send `moved_at` = `2000-01-01T00:00:00Z`, before which there is no reading: then all totals of the past are computed anew. " +
			"With `dry_run=true` nothing is stored: the answer shows the device as it would be, and the sums of the spaces around it before and after, as `/api/consumo/serie` computes them.",
		Metadata: httpserver.Managers(), Errors: []int{404, 409},
		Responses: map[string]*huma.Response{"200": httpserver.JSONOrDryRun[device, DeviceTrial](api, "The device")},
	}, httpserver.WithDryRun(h.tryDevice, h.updateDevice))
	httpserver.RegisterRemoval(api, problemOf, huma.Operation{
		OperationID: "deleteDevice", Path: "/api/dispositivos/{id}", Tags: tags,
		Summary:     "Quitar un dispositivo sin lecturas · Remove a device without readings",
		Description: inUseDescription,
		Metadata:    httpserver.Managers(), Errors: []int{404, 409},
	}, h.deviceRemoval, h.deleteDevice)
}

type device struct {
	ID                 string  `json:"id"`
	Name               string  `json:"name"`
	Kind               string  `json:"kind"`
	Measures           string  `json:"measures" enum:"active,reactive_inductive,reactive_capacitive"`
	SpaceID            string  `json:"space_id"`
	ParentID           *string `json:"parent_id"`
	RatedW             *watts  `json:"rated_w" nullable:"true"`
	StandbyW           *watts  `json:"standby_w" nullable:"true"`
	IntervalS          *int    `json:"interval_s"`
	RegisterModulusKWh *kwh    `json:"register_modulus_kwh" nullable:"true"`
	MQTTTopic          *string `json:"mqtt_topic"`
	MQTTUnit           *string `json:"mqtt_unit" doc:"Unit of the numbers that the device sends without a unit"`
	MQTTInterval       bool    `json:"mqtt_interval" doc:"True if each energy value is the energy used since the previous one, rather than a cumulative counter"`
	CreatedAt          instant `json:"created_at"`
	Health             *health `json:"health,omitempty" doc:"Present in lists and when one device is read"`
	Former             []place `json:"former_places,omitempty" doc:"Earlier places of the device, oldest first"`
}

// withHealth adds the health of each device to an answer.
func (h *Handlers) withHealth(ctx context.Context, shown []device, devices []campus.Device) error {
	health, err := h.Fleet.HealthOf(ctx, devices)
	if err != nil {
		return err
	}
	for i := range shown {
		shown[i].Health = healthOf(ctx, health[energy.DeviceID(shown[i].ID)])
	}
	return nil
}

// place is where a device was until it was moved.
type place struct {
	SpaceID  string  `json:"space_id"`
	ParentID *string `json:"parent_id"`
	Until    instant `json:"until"`
}

func deviceOf(d campus.Device) device {
	out := device{
		ID: string(d.ID), Name: d.Name, Kind: string(d.Kind), Measures: string(d.Measures), SpaceID: string(d.Space), ParentID: orNull(string(d.Parent)),
		RatedW: orNull(watts(d.Rated)), StandbyW: orNull(watts(d.Standby)), IntervalS: orNull(d.IntervalS),
		RegisterModulusKWh: orNull(kwh(d.RegisterModulus)), MQTTTopic: orNull(d.MQTTTopic), MQTTUnit: orNull(string(d.Plain.Unit)), MQTTInterval: d.Plain.Interval, CreatedAt: instant(d.Created),
	}
	for _, p := range d.Former {
		out.Former = append(out.Former, place{SpaceID: string(p.Space), ParentID: orNull(string(p.Parent)), Until: instant(p.Until)})
	}
	return out
}

// DeviceBody is the request body. Absent fields stay unchanged, and null clears a field.
type DeviceBody struct {
	Name               *string                     `json:"name,omitempty" minLength:"1" maxLength:"200"`
	Kind               *string                     `json:"kind,omitempty" enum:"meter,ac,lighting,computer,console,tv,appliance,lab,sensor,other"`
	Measures           *string                     `json:"measures,omitempty" enum:"active,reactive_inductive,reactive_capacitive" doc:"The energy that the device measures. A device that measures reactive energy sends kvarh or register_kvarh; its parent_id is the meter of the active energy that the reactive energy is compared with"`
	SpaceID            *string                     `json:"space_id,omitempty" maxLength:"64"`
	ParentID           httpserver.Nullable[string] `json:"parent_id,omitzero" maxLength:"64" doc:"The meter that the device is behind; null for none"`
	RatedW             httpserver.Nullable[watts]  `json:"rated_w,omitzero" doc:"Maximum power, W; null if unknown"`
	StandbyW           httpserver.Nullable[watts]  `json:"standby_w,omitzero" doc:"Power while idle, W; null if unknown"`
	IntervalS          httpserver.Nullable[int]    `json:"interval_s,omitzero" minimum:"1" maximum:"86400" doc:"Interval of its kwh readings without interval_s, s; null for 900"`
	RegisterModulusKWh httpserver.Nullable[kwh]    `json:"register_modulus_kwh,omitzero" doc:"Value at which its register rolls over to 0, kWh; null if unknown"`
	MQTTTopic          httpserver.Nullable[string] `json:"mqtt_topic,omitzero" maxLength:"200" doc:"The device's address: its topic without the parts that change. For a Shelly with one channel, the prefix alone is enough; null for none"`
	MQTTUnit           httpserver.Nullable[string] `json:"mqtt_unit,omitzero" enum:"mWh,Wh,kWh,MWh,Wmin,Ws,mW,W,kW" doc:"Unit of the numbers that the device sends without a unit; null if they have none"`
	MQTTInterval       *bool                       `json:"mqtt_interval,omitempty" doc:"True if each energy value is the energy used since the previous one, rather than a cumulative counter"`
}

// plain returns how to read numbers without a unit; nil if the body does not set it.
func (b DeviceBody) plain() *campus.PlainNumber {
	unit, given := orElse(b.MQTTUnit, "")
	if !given {
		return nil
	}
	return &campus.PlainNumber{Unit: energy.Unit(unit), Interval: b.MQTTInterval != nil && *b.MQTTInterval}
}

func (b DeviceBody) edit() campus.DeviceEdit {
	return campus.DeviceEdit{
		Plain: b.plain(),
		Name:  b.Name, Kind: stringAs[campus.DeviceKind](b.Kind), Measures: stringAs[energy.Quantity](b.Measures), Space: stringAs[energy.SpaceID](b.SpaceID), Parent: stringAs[energy.DeviceID](givenOf(b.ParentID)),
		Rated: (*energy.Power)(givenOf(b.RatedW)), Standby: (*energy.Power)(givenOf(b.StandbyW)), IntervalS: givenOf(b.IntervalS),
		RegisterModulus: (*energy.Energy)(givenOf(b.RegisterModulusKWh)), MQTTTopic: givenOf(b.MQTTTopic),
	}
}

// label is a device's id in a request: a text, or a whole number that is read as its decimal text.
type label string

// UnmarshalJSON reads a text or a number.
func (l *label) UnmarshalJSON(b []byte) error {
	*l = label(bytes.Trim(b, `"`))
	return nil
}

// Schema documents the id.
func (label) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{
		Description: "1 to 64 characters of [A-Za-z0-9._:-]; a whole number is read as its decimal text", Examples: []any{"ac-1"},
		OneOf: []*huma.Schema{{Type: "string", MinLength: pointer(1), MaxLength: pointer(64)}, {Type: "integer"}},
	}
}

type newDeviceBody struct {
	ID label `json:"id"`
	DeviceBody
}

type devicesInput struct {
	PageInput
	SpaceID string `query:"space_id" maxLength:"64" doc:"Only devices in this space and the spaces inside it"`
	Kind    string `query:"kind" enum:"meter,ac,lighting,computer,console,tv,appliance,lab,sensor,other"`
}

func (h *Handlers) listDevices(ctx context.Context, in *devicesInput) (*listOutput[device], error) {
	all, err := h.Catalog.Devices(ctx, callerOf(ctx), energy.SpaceID(in.SpaceID), campus.DeviceKind(in.Kind))
	if err != nil {
		return nil, err
	}
	out := pageOf(all, in.PageInput, func(d campus.Device) string { return string(d.ID) }, deviceOf)
	listed := slices.DeleteFunc(all, func(d campus.Device) bool {
		return !slices.ContainsFunc(out.Body.Items, func(shown device) bool { return shown.ID == string(d.ID) })
	})
	return out, h.withHealth(ctx, out.Body.Items, listed)
}

func (h *Handlers) createDevice(ctx context.Context, in *struct{ Body newDeviceBody }) (*createdOutput[device], error) {
	d, err := h.Catalog.CreateDevice(ctx, callerOf(ctx), string(in.Body.ID), in.Body.edit())
	if err != nil {
		return nil, err
	}
	return &createdOutput[device]{Location: "/api/dispositivos/" + url.PathEscape(string(d.ID)), Body: deviceOf(d)}, nil
}

func (h *Handlers) getDevice(ctx context.Context, in *IDInput) (*output[device], error) {
	d, err := h.Catalog.Device(ctx, callerOf(ctx), energy.DeviceID(in.ID))
	if err != nil {
		return nil, err
	}
	out := &output[device]{deviceOf(d)}
	health, err := h.Fleet.HealthOf(ctx, []campus.Device{d})
	out.Body.Health = healthOf(ctx, health[d.ID])
	return out, err
}

type deviceChange struct {
	DeviceBody
	MovedAt *string `json:"moved_at,omitempty" maxLength:"40" doc:"When the device moved to this space or behind this meter (RFC 3339; default: now). Rounded down to the quarter hour. 2000-01-01T00:00:00Z means from the beginning"`
}

type updateDeviceInput struct {
	IDInput
	httpserver.DryRunInput
	Body deviceChange
}

// edit returns the change. Errors: a problem with moved_at.
func (in *updateDeviceInput) edit(ctx context.Context, h *Handlers) (campus.DeviceEdit, error) {
	edit := in.Body.edit()
	if in.Body.MovedAt == nil {
		return edit, nil
	}
	zone, err := h.zoneOf(ctx, in.ID)
	if err != nil {
		return edit, err
	}
	at, err := parseInstantOrDay(*in.Body.MovedAt, zone)
	if err != nil {
		return edit, problem.Invalid(problem.Bad("moved_at", problem.Rule(energy.InstantRule(err))))
	}
	edit.MovedAt = &at
	return edit, nil
}

func (h *Handlers) updateDevice(ctx context.Context, in *updateDeviceInput) (*huma.StreamResponse, error) {
	edit, err := in.edit(ctx, h)
	if err != nil {
		return nil, err
	}
	d, err := h.Catalog.UpdateDevice(ctx, callerOf(ctx), energy.DeviceID(in.ID), edit)
	if err != nil {
		return nil, err
	}
	return httpserver.JSON(deviceOf(d)), nil
}

// DeviceTrial is what a change of a device would do.
type DeviceTrial struct {
	Device device     `json:"device" doc:"The device as it would be"`
	Sums   []trialSum `json:"sums" nullable:"false" doc:"The energy of the space that holds the device, its building and its site, over the last 30 days with readings of the device or of its meter; and of its place until now, if it moves. Empty if there are no readings"`
}

type trialSum struct {
	SpaceID   string  `json:"space_id"`
	Name      string  `json:"name"`
	From      instant `json:"from"`
	To        instant `json:"to"`
	BeforeKWh *kwh    `json:"before_kwh" nullable:"true" doc:"null if nothing was measured"`
	AfterKWh  *kwh    `json:"after_kwh" nullable:"true"`
}

func (h *Handlers) tryDevice(ctx context.Context, in *updateDeviceInput) (DeviceTrial, error) {
	edit, err := in.edit(ctx, h)
	if err != nil {
		return DeviceTrial{}, err
	}
	caller := callerOf(ctx)
	trial, err := h.Catalog.TryUpdateDevice(ctx, caller, energy.DeviceID(in.ID), edit)
	if err != nil {
		return DeviceTrial{}, err
	}
	sums, err := h.Reports.TrialSums(ctx, caller, trial)
	out := DeviceTrial{Device: deviceOf(trial.Shown(caller)), Sums: make([]trialSum, len(sums))}
	for i, s := range sums {
		out.Sums[i] = trialSum{
			SpaceID: string(s.Space.ID), Name: s.Space.Name, From: instant(s.From), To: instant(s.To), BeforeKWh: sumOrNull(s.Before), AfterKWh: sumOrNull(s.After),
		}
	}
	return out, err
}

func sumOrNull(s usage.Sum) *kwh {
	if !s.Known {
		return nil
	}
	return pointer(kwh(s.Energy))
}

func (h *Handlers) deviceRemoval(ctx context.Context, in *RemoveInput) (httpserver.Removal, error) {
	r, err := h.Catalog.DeviceRemoval(ctx, callerOf(ctx), energy.DeviceID(in.ID))
	return removalOf(r), err
}

func (h *Handlers) deleteDevice(ctx context.Context, in *RemoveInput) error {
	return h.Catalog.DeleteDevice(ctx, callerOf(ctx), energy.DeviceID(in.ID))
}
