package energy

// Unit is the unit of a number that a device sends without one.
type Unit string

// The units. A number in a unit of energy is a register's, unless it is declared to be an interval's.
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

// energyUnit is a unit of energy: its size in mW·s, and how many of its decimals are read so that no mWh is lost.
type energyUnit struct {
	milliwattSeconds int64
	digits           int
}

var energyUnits = map[Unit]energyUnit{
	UnitMilliwattHour: {3_600, 3}, UnitWattHour: {3_600_000, 6}, UnitKilowattHour: {3_600_000_000, 6}, UnitMegawattHour: {3_600_000_000_000, 9},
	UnitWattMinute: {60_000, 6}, UnitWattSecond: {1_000, 6},
}

// milliwatts are the units of power in mW, as powers of ten.
var milliwatts = map[Unit]int{UnitMilliwatt: 0, UnitWatt: 3, UnitKilowatt: 6}

// IsEnergy reports whether the unit measures energy.
func (u Unit) IsEnergy() bool { return energyUnits[u].milliwattSeconds > 0 }

// IsPower reports whether the unit measures power.
func (u Unit) IsPower() bool {
	_, is := milliwatts[u]
	return is
}

// ReadEnergy reads a decimal number in a unit of energy, rounding half to even at 1 mWh. Errors: ErrNotEnergy.
func ReadEnergy(text string, u Unit) (Energy, error) {
	mantissa, exponent, ok := scanDecimal(text)
	if !ok {
		return 0, ErrNotEnergy
	}
	return Number{text, mantissa, exponent}.Energy(u)
}

// ReadPower reads a decimal number in a unit of power, rounding half to even at 1 mW. Errors: ErrNotPower.
func ReadPower(text string, u Unit) (Power, error) {
	mantissa, exponent, ok := scanDecimal(text)
	if !ok {
		return 0, ErrNotPower
	}
	return Number{text, mantissa, exponent}.Power(u)
}

// ReadThousandths reads a decimal number as thousandths, rounding half to even: °C as m°C, % as m%. ok is false if it is not a number.
func ReadThousandths(text string) (n int64, ok bool) {
	const digits = 3
	return ParseDecimal(text, digits)
}

// ReadWhole reads a decimal number as a whole number, rounding half to even: ppm, persons. ok is false if it is not a number.
func ReadWhole(text string) (n int64, ok bool) { return ParseDecimal(text, 0) }
