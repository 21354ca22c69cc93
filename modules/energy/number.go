package energy

import (
	"errors"
	"strings"
)

// Number is a decimal number whose unit is not known yet, exactly as it was sent. The zero value is none. It is read once; a unit
// makes energy or power of it.
type Number struct {
	text     string
	mantissa string // digits with their sign, a whole number of 10^exponent
	exponent int
}

// ErrNotNumber is a text that is no decimal number, or one beyond ±9,223,372,036,854,775.807.
var ErrNotNumber = errors.New("not a decimal number")

// ParseNumber reads what JSON takes as a number and nothing else. Errors: ErrNotNumber.
func ParseNumber(text string) (Number, error) {
	mantissa, exponent, ok := scanDecimal(text)
	n := Number{text, mantissa, exponent}
	if _, fits := n.Thousandths(); !ok || !fits {
		return Number{}, ErrNotNumber
	}
	return n, nil
}

// Given tells whether there is a number.
func (n Number) Given() bool { return n.text != "" }

// String is the number as it was sent; empty where there is none.
func (n Number) String() string { return n.text }

// IsNegative tells whether the number is below zero.
func (n Number) IsNegative() bool { return strings.HasPrefix(n.mantissa, "-") }

// Thousandths is the number in thousandths, rounded half to even; ok is false where there is none or it does not fit.
func (n Number) Thousandths() (thousandths int64, ok bool) {
	const digits = 3
	return n.scaled(digits)
}

// Energy is the number in a unit of energy, rounded half to even at 1 mWh. ErrNotEnergy where it is none.
func (n Number) Energy(u Unit) (Energy, error) {
	unit, is := energyUnits[u]
	scaled, ok := n.scaled(unit.digits)
	if !is || !ok {
		return 0, ErrNotEnergy
	}
	e, ok := multiplyDivide(scaled, unit.milliwattSeconds, int64(pow10(unit.digits))*energyUnits[UnitMilliwattHour].milliwattSeconds)
	if !ok {
		return 0, ErrNotEnergy
	}
	return Energy(e), nil
}

// Power is the number in a unit of power, rounded half to even at 1 mW. ErrNotPower where it is none.
func (n Number) Power(u Unit) (Power, error) {
	digits, is := milliwatts[u]
	scaled, ok := n.scaled(digits)
	if !is || !ok {
		return 0, ErrNotPower
	}
	return Power(scaled), nil
}

// scaled is the number in units of 10^-digits.
func (n Number) scaled(digits int) (int64, bool) {
	if !n.Given() {
		return 0, false
	}
	if shift := n.exponent + digits; shift >= 0 {
		return scaleUp(n.mantissa, shift)
	}
	return scaleDown(n.mantissa, -(n.exponent + digits))
}
