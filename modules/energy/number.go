package energy

import (
	"errors"
	"strings"
)

// Number is a decimal number whose unit is not known yet, exactly as it was sent. The zero value is no number. The text is read
// once; Energy and Power convert it when the unit is known.
type Number struct {
	text     string
	mantissa string // digits with their sign: a whole multiple of 10^exponent
	exponent int
}

// ErrNotNumber reports a text that is not a decimal number, or a number beyond ±9,223,372,036,854,775.807.
var ErrNotNumber = errors.New("not a decimal number")

// ParseNumber reads a JSON number and nothing else. Errors: ErrNotNumber.
func ParseNumber(text string) (Number, error) {
	mantissa, exponent, ok := scanDecimal(text)
	n := Number{text, mantissa, exponent}
	if _, fits := n.Thousandths(); !ok || !fits {
		return Number{}, ErrNotNumber
	}
	return n, nil
}

// Given reports whether a number was given.
func (n Number) Given() bool { return n.text != "" }

// String is the number as it was sent; empty if none was given.
func (n Number) String() string { return n.text }

// IsNegative reports whether the number is below zero.
func (n Number) IsNegative() bool { return strings.HasPrefix(n.mantissa, "-") }

// Thousandths is the number in thousandths, rounded half to even; ok is false if none was given or it does not fit.
func (n Number) Thousandths() (thousandths int64, ok bool) {
	const digits = 3
	return n.scaled(digits)
}

// Energy is the number in a unit of energy, rounded half to even at 1 mWh. Errors: ErrNotEnergy.
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

// Power is the number in a unit of power, rounded half to even at 1 mW. Errors: ErrNotPower.
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
