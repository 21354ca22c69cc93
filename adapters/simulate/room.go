package simulate

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strconv"
	"time"
)

// Kind is the kind of a simulated device.
type Kind string

// The kinds; over MQTT each uses the dialect of a real device.
const (
	AC       Kind = "ac"       // Tasmota: a register, local time
	Lighting Kind = "lighting" // Shelly: a register without time
	Computer Kind = "computer" // HoloTwin's own: intervals
	Sensor   Kind = "sensor"   // Zigbee2MQTT: temperature, humidity, presence
)

// Fault is a fault of a room.
type Fault string

// The faults.
const (
	NoFault Fault = ""
	// LeftOn: the air conditioning stays on at night.
	LeftOn Fault = "left_on"
	// Cold: the setpoint is three degrees too low.
	Cold Fault = "cold"
	// ComputersOn: the computers stay on without users.
	ComputersOn Fault = "asleep"
	// Silent: the lights' meter sends nothing on some days.
	Silent Fault = "mute"
)

var faults = []Fault{LeftOn, Cold, ComputersOn, Silent}

// Room is one room with its devices.
type Room struct {
	Name  string
	Fault Fault

	chance      *rand.Rand
	zone        *time.Location
	opens       int // hours
	closes      int
	people      float64
	temperature float64 // °C
	counters    map[Kind]int64
}

// Campus returns the rooms; every fourth has a fault.
func Campus(o Options) []*Room {
	rooms := make([]*Room, o.Rooms)
	for i := range rooms {
		chance := rand.New(rand.NewPCG(o.Seed, uint64(i)))
		r := &Room{
			Name: fmt.Sprintf("sim-%02d", i+1), chance: chance, zone: o.Zone, opens: 6 + chance.IntN(3), closes: 18 + chance.IntN(4), people: 8 + 30*chance.Float64(),
			temperature: 26, counters: map[Kind]int64{AC: chance.Int64N(5_000_000_000), Lighting: 0},
		}
		if i%len(faults) == 3 {
			r.Fault = faults[i/len(faults)%len(faults)]
		}
		rooms[i] = r
	}
	return rooms
}

// Device returns the id of a device of the room.
func (r *Room) Device(k Kind) string { return r.Name + "-" + string(k) }

// Kinds returns the kinds of a room's devices.
func Kinds() []Kind { return []Kind{AC, Lighting, Computer, Sensor} }

// messages returns the messages of the room's devices for the span up to at.
func (r *Room) messages(at time.Time, span time.Duration) []Message {
	local := at.Add(-span).In(r.zone)
	hour := float64(local.Hour()) + float64(local.Minute())/60
	open := local.Weekday() != time.Sunday && hour >= float64(r.opens) && hour < float64(r.closes) && (local.Weekday() != time.Saturday || hour < 13)
	outdoor := 25 + 5*math.Sin((hour-9)/24*2*math.Pi) + r.chance.NormFloat64()*0.3
	people := 0
	if open {
		people = int(r.people * (0.5 + 0.5*math.Sin((hour-float64(r.opens))/float64(r.closes-r.opens)*math.Pi)) * (0.9 + 0.2*r.chance.Float64()))
	}
	cooled := open || r.Fault == LeftOn
	all := []Message{
		r.cooling(cooled, open, outdoor, float64(people), span), r.computers(people, span), r.sensor(people),
	}
	if r.Fault != Silent || local.YearDay()%5 != 0 {
		all = append(all, r.lights(open, hour, span))
	}
	return all
}

func (r *Room) cooling(on, open bool, outdoor, people float64, span time.Duration) Message {
	setpoint := 24.0
	switch {
	case r.Fault == Cold:
		setpoint = 21
	case !open: // the users left it on with a low setpoint
		setpoint = 18
	}
	hours := span.Hours()
	free := outdoor + 0.05*people
	watts := 6.0 // idle
	if on && free > setpoint {
		watts = 250 + 420*(free-setpoint) + 40*r.chance.NormFloat64()
		r.temperature += (setpoint - r.temperature) * min(1, 2*hours)
	} else {
		r.temperature += (free - r.temperature) * min(1, 0.5*hours)
	}
	m := r.metered(AC, max(3, watts), hours)
	m.State = stateOf(on)
	return m
}

func (r *Room) lights(open bool, hour float64, span time.Duration) Message {
	watts := 0.0
	if open {
		watts = 640
		if hour > 10 && hour < 15 {
			watts = 420 // daylight
		}
	}
	m := r.metered(Lighting, watts, span.Hours())
	m.State = stateOf(open)
	return m
}

// metered adds energy to a device's counter, which is in mWh, and returns its message.
func (r *Room) metered(k Kind, watts, hours float64) Message {
	r.counters[k] += int64(math.Round(watts * hours * 1000))
	return Message{Device: r.Device(k), Kind: k, Register: decimal(r.counters[k], 6), Watts: strconv.Itoa(int(watts))}
}

func (r *Room) computers(people int, span time.Duration) Message {
	const machines = 12
	used := min(people, machines)
	idle := 3.0
	if r.Fault == ComputersOn {
		idle = 60
	}
	watts := 90*float64(used) + idle*float64(machines-used) + 5*r.chance.NormFloat64()
	return Message{Device: r.Device(Computer), Kind: Computer, KWh: decimal(int64(math.Round(max(0, watts)*span.Hours()*1000)), 6), Watts: strconv.Itoa(int(watts))}
}

func (r *Room) sensor(people int) Message {
	return Message{
		Device: r.Device(Sensor), Kind: Sensor, People: people,
		Temperature: decimal(int64(math.Round(r.temperature*100)), 2), Humidity: decimal(int64(5500+r.chance.IntN(800)), 2),
	}
}

func stateOf(on bool) string {
	if on {
		return "on"
	}
	return "off"
}

// decimal formats n × 10^-digits.
func decimal(n int64, digits int) string {
	unit := int64(math.Pow10(digits))
	return fmt.Sprintf("%d.%0*d", n/unit, digits, n%unit)
}
