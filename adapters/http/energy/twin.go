package httpenergy

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/holotwin/holotwin/modules/energy/conditions"
	"github.com/holotwin/holotwin/modules/energy/twin"
	"github.com/holotwin/holotwin/platform/httpserver"
)

func (h *Handlers) registerTwin(api *httpserver.API) {
	httpserver.Register(api, problemOf, huma.Operation{
		OperationID: "twin", Method: http.MethodGet, Path: "/api/gemelo", Tags: []string{"energy"},
		Summary: "Estado actual del gemelo · Current state of the twin",
		Description: "The tree of spaces that the caller may see. Each space has its use since local midnight and its latest ambient measures; each device has its state and last power. " +
			"A site's temperature comes from its own sensors or, if they have not reported for an hour, from the weather for its coordinates (`source`). Unknown values are absent.",
		Metadata: httpserver.Readers(),
	}, h.twin)
}

// TwinBody is the state of the campus at an instant.
type TwinBody struct {
	At     instant     `json:"at"`
	Spaces []TwinSpace `json:"spaces"`
}

// TwinSpace is a space with its spaces and devices.
type TwinSpace struct {
	ID           string       `json:"id"`
	Name         string       `json:"name"`
	Kind         string       `json:"kind"`
	KWhToday     *kwh         `json:"kwh_today,omitempty" doc:"Since local midnight; nothing counts twice"`
	Coverage     *float64     `json:"coverage,omitempty" doc:"Measured share of the day so far, 0 to 1, weighted as in a series"`
	KW           *kilowatts   `json:"kw,omitempty" doc:"The total power of its devices in one quarter hour; nothing counts twice"`
	KWUntil      *instant     `json:"kw_until,omitempty" doc:"End of that quarter hour: the latest one that all included devices have reported"`
	KWSilent     int          `json:"kw_silent,omitempty" doc:"Number of its devices that last reported more than two hours before the newest report; kw does not include them"`
	TemperatureC *measure     `json:"temperature_c,omitempty" doc:"°C"`
	HumidityPct  *measure     `json:"humidity_pct,omitempty" doc:"%"`
	CO2Ppm       *measure     `json:"co2_ppm,omitempty" doc:"ppm"`
	Occupancy    *measure     `json:"occupancy,omitempty" doc:"Persons"`
	Spaces       []TwinSpace  `json:"spaces,omitempty"`
	Devices      []twinDevice `json:"devices,omitempty"`
}

// measure is a measure of the last day and its instant.
type measure struct {
	Value float64 `json:"value"`
	At    instant `json:"at"`
	// Source is sensor, or weather for a value from the weather service.
	Source string `json:"source" enum:"sensor,weather"`
}

type twinDevice struct {
	ID       string     `json:"id"`
	Name     string     `json:"name"`
	Kind     string     `json:"kind"`
	State    *twinState `json:"state,omitempty"`
	Power    *twinPower `json:"power,omitempty"`
	KWhToday *kwh       `json:"kwh_today,omitempty" doc:"Since local midnight"`
}

type twinState struct {
	State string  `json:"state" enum:"on,off,standby,fault"`
	Since instant `json:"since"`
}

type twinPower struct {
	KW    kilowatts `json:"kw" doc:"Mean of the last quarter hour with data"`
	Since instant   `json:"since" doc:"Start of that quarter hour"`
}

func (h *Handlers) twin(ctx context.Context, _ *struct{}) (*output[TwinBody], error) {
	at, roots, err := h.Twin.Now(ctx, callerOf(ctx))
	return &output[TwinBody]{TwinBody{At: instant(at), Spaces: twinSpaces(roots)}}, err
}

func twinSpaces(all []twin.Space) []TwinSpace {
	list := make([]TwinSpace, len(all))
	for i, s := range all {
		list[i] = TwinSpace{
			ID: string(s.Space.ID), Name: s.Space.Name, Kind: string(s.Space.Kind), KWhToday: used(s.Today), Coverage: coverageOf(s),
			KW: powerOf(s), KWUntil: untilOf(s), KWSilent: s.Silent, TemperatureC: measureOf(s.Ambient.Temperature, 1000), HumidityPct: measureOf(s.Ambient.Humidity, 1000),
			CO2Ppm: measureOf(s.Ambient.CO2, 1), Occupancy: measureOf(s.Ambient.Occupancy, 1),
			Spaces: twinSpaces(s.Spaces), Devices: twinDevices(s.Devices),
		}
	}
	return list
}

func twinDevices(all []twin.Device) []twinDevice {
	list := make([]twinDevice, len(all))
	for i, d := range all {
		list[i] = twinDevice{ID: string(d.Device.ID), Name: d.Device.Name, Kind: string(d.Device.Kind), KWhToday: used(d.Today)}
		if d.State != nil {
			list[i].State = &twinState{State: string(d.State.State), Since: instant(d.State.At)}
		}
		if d.PowerKnown {
			list[i].Power = &twinPower{KW: kilowatts(d.Power), Since: instant(d.Since)}
		}
	}
	return list
}

func coverageOf(s twin.Space) *float64 {
	if !s.CoverageKnown {
		return nil
	}
	return &s.Coverage
}

func powerOf(s twin.Space) *kilowatts {
	if !s.PowerKnown {
		return nil
	}
	return pointer(kilowatts(s.Power))
}

func used(u twin.Use) *kwh {
	if !u.Known {
		return nil
	}
	return pointer(kwh(u.Energy))
}

func measureOf(m *conditions.LatestMeasure, unit float64) *measure {
	if m == nil {
		return nil
	}
	return &measure{Value: float64(m.Value) / unit, At: instant(m.At), Source: string(m.Source)}
}

func untilOf(s twin.Space) *instant {
	if !s.PowerKnown {
		return nil
	}
	return pointer(instant(s.Until))
}
