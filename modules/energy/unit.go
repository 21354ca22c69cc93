package energy

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
	return ParseDecimal(text, digits)
}

// ReadWhole reads a decimal number as a whole one, rounding half to even: ppm, persons. ok is false where it is none.
func ReadWhole(text string) (n int64, ok bool) { return ParseDecimal(text, 0) }
