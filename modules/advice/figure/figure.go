// Package figure rounds the numbers that the advice module tells, by one rule for its answers in figures, its words and its
// reports: half to even, as the books do, on the decimal digits that the number is written with. The dashboard rounds the same
// digits by the same rule (adapters/web/src/format/rounding.ts), so that no figure differs by where it is read.
package figure

import (
	"math"
	"strconv"
	"strings"
)

// Decimals of the figures that leave the module; the rest would be taken for measured.
const (
	energyDecimals = 3 // kWh, kW, kg of CO2
	moneyDecimals  = 2
	otherDecimals  = 4
)

// Energy is an amount of kWh, kW or kg of CO2 as it leaves the module.
func Energy(v float64) float64 { return Round(v, energyDecimals) }

// Money is an amount of money as it leaves the module.
func Money(v float64) float64 { return Round(v, moneyDecimals) }

// Other is any other figure as it leaves the module.
func Other(v float64) float64 { return Round(v, otherDecimals) }

// Round rounds to so many decimals; no zero is negative. What is no number stays as it is.
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

// Nullable is nil for what is no number.
func Nullable(v float64) *float64 {
	if math.IsNaN(v) {
		return nil
	}
	return &v
}

// Text writes a number with exactly so many decimals and a point before them.
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

// upward tells whether what follows the last kept digit makes it one more.
func upward(last byte, rest string) bool {
	if rest[0] != '5' || strings.Trim(rest[1:], "0") != "" {
		return rest[0] >= '5'
	}
	return (last-'0')%2 == 1
}

// next is the decimal number after one.
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

// Decimals are those with which an amount is shown: about three digits.
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

// Promise is an amount of kWh that is promised, with the digits that are shown and no others: cut off, since nobody may be promised
// more than was found.
func Promise(v float64) float64 { return cut(v, Decimals(v)) }

// PromisedMoney is a promised amount of money: whole units, cut off.
func PromisedMoney(v float64) float64 { return cut(v, 0) }

// noise is below what any figure means: 4.2 may have become 4.1999999999 on the way.
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
