package energy

// TimeSource says whose clock an instant is of.
type TimeSource uint8

// The sources, from the surest on.
const (
	// ByDevice is the device's own clock, with its zone.
	ByDevice TimeSource = iota + 1
	// ByDeviceLocal is the device's own clock without a zone, read in the site's.
	ByDeviceLocal
	// ByBridge is the clock of a gateway that heard the device.
	ByBridge
	// ByAge is an age before the moment of sending, from a device without a clock.
	ByAge
	// ByArrival is the server's clock when the message came.
	ByArrival
)

var timeSources = [...]string{"", "device", "device_local", "bridge", "relative", "arrival"}

// String is the source's word: device, device_local, bridge, relative or arrival; empty where it is not known.
func (s TimeSource) String() string {
	if int(s) >= len(timeSources) {
		return ""
	}
	return timeSources[s]
}

// Observation is what one message said of one channel of a device, in the module's units, in whatever dialect it was said.
type Observation struct {
	// Dialect is what the device speaks: "shelly-gen2", "tasmota", …
	Dialect string
	// Address is where the channel speaks from, the same in all of its messages: a topic without the parts that change, such
	// as "shellies/shellyplug-s-ABC123/relay/0" or "tele/pow1". A further channel of the same topic has "#" and its name behind.
	Address string
	// Device is set where the message itself names a device of the campus.
	Device DeviceID

	// At is when it was so by Source's clock; 0 where the message does not say: then it is when it came.
	At     Instant
	Source TimeSource
	// Arrived is when the message came; 0 is now. It is what counts where the message does not say when it was.
	Arrived Instant
	// LocalTime is what a clock shows whose zone is not known, in place of At; it was so Later ms after it.
	LocalTime WallTime
	Later     int64
	// Retained tells that the broker kept the message: it was said at some time before.
	Retained bool

	// Register is what a counter has counted of energy drawn, less what was given back where the counter holds both.
	Register *Energy
	// Interval is what was used in the Span ms up to the instant; a Span of 0 is the device's usual.
	Interval *Energy
	Span     int64
	// Power is drawn at the instant. Where the channel Counts, a register or an interval of it comes in other messages, and the
	// power is news and no measurement: booked beside them it would count twice.
	Power  *Power
	Counts bool
	// Plain is a decimal number of which the message tells no unit, and Unit is what it or another message tells of it.
	Plain Number
	Unit  Unit
	// Name is what the device calls itself or the channel; empty where it does not.
	Name string

	State State // empty where nothing was said of it
	// Temperature is in m°C, Humidity in m%, CO2 in ppm, Occupancy in persons; nil is not measured.
	Temperature, Humidity, CO2, Occupancy *int64
	// Space is where the ambient was measured; empty is where the device hangs.
	Space SpaceID

	// given is the instant that it was given where it tells none, and tried that it was taken before.
	given Instant
	tried bool
}

// Unit is what a plain number of a device counts.
type Unit string

// The units. Those of energy are of a register, unless the number is said to be an interval's.
const (
	UnitMilliwattHour Unit = "mWh"
	UnitWattHour      Unit = "Wh"
	UnitKilowattHour  Unit = "kWh"
	UnitMegawattHour  Unit = "MWh"
	UnitWattMinute    Unit = "Wmin"
	UnitWattSecond    Unit = "Ws"
	UnitMilliwatt     Unit = "mW"
	UnitWatt          Unit = "W"
	UnitKilowatt      Unit = "kW"
	UnitCelsius       Unit = "°C"
	UnitFahrenheit    Unit = "°F"
	UnitPercent       Unit = "%"
	UnitPPM           Unit = "ppm"
)

// energyUnit is a unit of energy: how many mW·s it is, and how many decimals of it are read, so that no mWh is lost.
type energyUnit struct {
	milliwattSeconds int64
	digits           int
}

var energyUnits = map[Unit]energyUnit{
	UnitMilliwattHour: {3_600, 3}, UnitWattHour: {3_600_000, 6}, UnitKilowattHour: {3_600_000_000, 6}, UnitMegawattHour: {3_600_000_000_000, 9},
	UnitWattMinute: {60_000, 6}, UnitWattSecond: {1_000, 6},
}

// milliwatts is how many a unit of power is, as a power of ten.
var milliwatts = map[Unit]int{UnitMilliwatt: 0, UnitWatt: 3, UnitKilowatt: 6}

// IsEnergy tells whether the unit counts energy.
func (u Unit) IsEnergy() bool { return energyUnits[u].milliwattSeconds > 0 }

// IsPower tells whether the unit measures power.
func (u Unit) IsPower() bool {
	_, is := milliwatts[u]
	return is
}

// ReadEnergy reads a decimal number of a unit of energy, rounding half to even at 1 mWh. ErrNotEnergy where it is none.
func ReadEnergy(text string, u Unit) (Energy, error) {
	mantissa, exponent, ok := scanDecimal(text)
	if !ok {
		return 0, ErrNotEnergy
	}
	return Number{text, mantissa, exponent}.Energy(u)
}

// ReadPower reads a decimal number of a unit of power, rounding half to even at 1 mW. ErrNotPower where it is none.
func ReadPower(text string, u Unit) (Power, error) {
	mantissa, exponent, ok := scanDecimal(text)
	if !ok {
		return 0, ErrNotPower
	}
	return Number{text, mantissa, exponent}.Power(u)
}

// ReadThousandths reads a decimal number as thousandths, rounding half to even: °C as m°C, % as m%. ok is false where it is none.
func ReadThousandths(text string) (n int64, ok bool) {
	const digits = 3
	return parseDecimal(text, digits)
}

// ReadWhole reads a decimal number as a whole one, rounding half to even: ppm, persons. ok is false where it is none.
func ReadWhole(text string) (n int64, ok bool) { return parseDecimal(text, 0) }
