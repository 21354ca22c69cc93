// Package demo is a demonstration campus with real readings: two years of university buildings with their outdoor temperature, and
// a room of real devices on smart plugs. data/NOTICE.md names the sources and the changes; the names of places are made up. Start
// with load.go, which creates the campus and adds its readings; year.go maps a date to a measured day.
package demo

import (
	"math"
	"strings"
	"time"
)

// Space is a space of the campus.
type Space struct {
	Key, Parent, Kind, Name string
	// AreaM2 is 0 if not known.
	AreaM2 float64
}

// Device is a meter or plug with real readings.
type Device struct {
	ID, Name, Kind string
	Space          string
	// Parent is the meter that also measures the device; empty for a meter.
	Parent string
	// Source is the published file, relative to the folder that prepare reads.
	Source string
	// Interval is the length of one row of the file.
	Interval time.Duration
	// RatedW is just above the maximum measured power, StandbyW the usual power while idle; 0 if not known.
	RatedW, StandbyW float64
}

// File returns the name of the device's file in data, without its extension.
func (d Device) File() string { return strings.TrimPrefix(d.ID, idPrefix) }

// WeatherFrom is the building whose file has the site's outdoor temperature.
const WeatherFrom = "demo-medidor-bloque-2"

// siteName names the campus as a demonstration, and the source of its readings.
const siteName = "Campus de demostración · lecturas reales de la Universidad de Cambridge (2017–2018)"

// Spaces returns the spaces, parents before children.
func Spaces() []Space {
	spaces := []Space{{"site", "", "site", siteName, 0}}
	for _, b := range buildings {
		spaces[0].AreaM2 = math.Round((spaces[0].AreaM2+b.areaM2)*10) / 10
		spaces = append(spaces, Space{b.key, "site", "building", b.name, b.areaM2})
	}
	return append(spaces,
		Space{"piso-1", "bloque-5", "floor", "Piso 1", 0},
		Space{"sala", "piso-1", "room", "Sala de estudiantes · aparatos de tracebase", 60},
	)
}

// buildings have made-up names; the meters and gross internal areas are those of the Cambridge estate.
var buildings = []struct {
	key, name, source string
	areaM2            float64
}{
	{"bloque-1", "Bloque 1", "cam_b22", 3798.2},
	{"bloque-2", "Bloque 2", "cam_b0", 3296.5},
	{"bloque-3", "Bloque 3", "cam_b5", 42287.1},
	{"bloque-4", "Bloque 4", "cam_b23", 4456.6},
	{"bloque-5", "Bloque 5", "cam_b70", 3436.8},
	{"bloque-6", "Bloque 6", "cam_b30", 392.0},
	{"bloque-7", "Bloque 7", "cam_b21", 25924.2},
	{"bloque-8", "Bloque 8", "cam_b1", 856.7},
}

// idPrefix is the prefix of the demo's device ids. The demo writes only to these devices.
const idPrefix = "demo-"

// Devices returns the meters and plugs, a meter before the devices behind it.
func Devices() []Device {
	var all []Device
	for _, b := range buildings {
		all = append(all, Device{
			ID: idPrefix + "medidor-" + b.key, Name: "Medidor " + b.name, Kind: "meter", Space: b.key,
			Source: "hourly/" + b.source + ".csv.gz", Interval: time.Hour,
		})
	}
	return append(all, plugs...)
}

// plugs are the devices of the students' room. They are behind the building's meter, so that no energy is counted twice.
var plugs = []Device{
	plug("tv-1", "Televisor", "tv", "tv-lcd_d35f73", 200, 0),
	plug("ps3-1", "PlayStation 3", "console", "playstation3_b8350e", 150, 1.4),
	plug("pc-1", "Computador 1", "computer", "pc-desktop_59ada7", 180, 3),
	plug("pc-2", "Computador 2", "computer", "pc-desktop_d337c9", 260, 3),
	plug("portatil-1", "Portátil", "computer", "pc-laptop_b7bea1", 110, 0),
	plug("monitor-1", "Monitor", "computer", "monitor-tft_b7be29", 120, 0),
	plug("proyector-1", "Proyector", "tv", "videoprojector_b814a6", 320, 0),
	plug("nevera-1", "Nevera", "appliance", "refrigerator_d331da", 1400, 0),
	plug("lampara-1", "Lámpara de pie", "lighting", "lamp_d331da", 400, 0),
	plug("lampara-2", "Lámpara de mesa", "lighting", "lamp_c3e6d1", 60, 0),
	plug("amplificador-1", "Amplificador", "appliance", "amplifier_d320c8", 120, 0),
	plug("deco-1", "Decodificador", "tv", "digitaltvreceiver_d330a3", 40, 0),
	plug("router-1", "Enrutador", "other", "router_b7df9d", 40, 0),
	plug("fuente-1", "Dispensador de agua", "appliance", "waterfountain_998c63", 1200, 0),
	plug("cafetera-1", "Cafetera", "appliance", "coffeemaker_735e9d", 1200, 0),
}

func plug(id, name, kind, source string, rated, standby float64) Device {
	return Device{
		ID: idPrefix + id, Name: name, Kind: kind, Space: "sala", Parent: idPrefix + "medidor-bloque-5", Source: "devices/tb_" + source + ".csv.gz",
		Interval: quarter, RatedW: rated, StandbyW: standby,
	}
}

// Source is a data source of the readings.
type Source struct{ Name, Licence, URL, Words string }

// Sources must be named wherever the readings are shown.
var Sources = []Source{
	{
		Name: "Cambridge Estates Building Energy Archive", Licence: "MIT", URL: "https://github.com/EECi/Cambridge-Estates-Building-Energy-Archive",
		Words: "Building meters and outdoor temperature (Met Office MIDAS Open), by the Energy Efficient Cities initiative, University of Cambridge.",
	},
	{
		Name: "tracebase", Licence: "ODbL 1.0", URL: "http://www.tracebase.org",
		Words: "Contains information from the tracebase data set, which is made available at http://www.tracebase.org under the Open Database License (ODbL).",
	},
}
