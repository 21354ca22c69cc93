// Package figure rounds the numbers of the advice module by one rule for its figures, texts and reports: half to even, as in accounting, on
// the decimal digits that the number is written with. The dashboard rounds the same digits by the same rule
// (adapters/web/src/format/rounding.ts), so that a figure is the same everywhere.
package figure

import (
	"math"
	"strconv"
	"strings"
)

// Decimals of the figures that leave the module; more digits would suggest a precision that is not there.
const (
	energyDecimals = 3 // kWh, kW, kg of CO2
	moneyDecimals  = 2
	otherDecimals  = 4
)

// Energy rounds an amount of kWh, kW or kg of CO2 that leaves the module.
func Energy(v float64) float64 { return Round(v, energyDecimals) }

// Money rounds an amount of money that leaves the module.
func Money(v float64) float64 { return Round(v, moneyDecimals) }

// Other rounds any other figure that leaves the module.
func Other(v float64) float64 { return Round(v, otherDecimals) }

// Round rounds to a number of decimals; zero is never negative. NaN and infinities stay.
func Round(v float64, decimals int) float64 {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return v
	}
	rounded, err := strconv.ParseFloat(Text(v, decimals), 64)
	if err != nil {
		return v
	}
	return rounded
}

// Nullable returns nil for NaN.
func Nullable(v float64) *float64 {
	if math.IsNaN(v) {
		return nil
	}
	return &v
}

// Text formats a number with exactly that many decimals after a point.
func Text(v float64, decimals int) string {
	whole, fraction, _ := strings.Cut(strconv.FormatFloat(math.Abs(v), 'f', -1, 64), ".")
	if len(fraction) <= decimals {
		fraction += strings.Repeat("0", decimals-len(fraction))
		return signed(v, whole, fraction)
	}
	digits := []byte(whole + fraction[:decimals])
	if upward(digits[len(digits)-1], fraction[decimals:]) {
		digits = next(digits)
	}
	return signed(v, string(digits[:len(digits)-decimals]), string(digits[len(digits)-decimals:]))
}

// upward reports whether the dropped digits round the last kept digit up.
func upward(last byte, rest string) bool {
	if rest[0] != '5' || strings.Trim(rest[1:], "0") != "" {
		return rest[0] >= '5'
	}
	return (last-'0')%2 == 1
}

// next returns a decimal number plus one.
func next(digits []byte) []byte {
	for i := len(digits) - 1; i >= 0; i-- {
		if digits[i] < '9' {
			digits[i]++
			return digits
		}
		digits[i] = '0'
	}
	return append([]byte{'1'}, digits...)
}

func signed(v float64, whole, fraction string) string {
	text := whole
	if fraction != "" {
		text += "." + fraction
	}
	if v < 0 && strings.Trim(text, "0.") != "" {
		return "-" + text
	}
	return text
}

// Decimals returns the number of decimals for an amount: about three digits are shown.
func Decimals(v float64) int {
	const hundred = 100
	switch v = math.Abs(v); {
	case v >= hundred || v == 0:
		return 0
	case v >= 1:
		return 1
	}
	return 2
}

// Promise cuts a promised amount of kWh to the digits that are shown. It does not round, since a promise must not exceed the found saving.
func Promise(v float64) float64 { return cut(v, Decimals(v)) }

// PromisedMoney cuts a promised amount of money to whole units.
func PromisedMoney(v float64) float64 { return cut(v, 0) }

// noise is the number of extra decimals that absorb floating-point errors: 4.2 may have become 4.1999999999.
const noise = 6

func cut(v float64, decimals int) float64 {
	if v <= 0 {
		return Round(v, decimals)
	}
	text := Text(v, decimals+noise)
	kept, err := strconv.ParseFloat(text[:len(text)-noise], 64)
	if err != nil {
		return v
	}
	return kept
}
