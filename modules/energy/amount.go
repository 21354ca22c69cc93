package energy

import (
	"errors"
	"math/big"
	"strconv"
	"strings"
)

// Energy is an amount of electrical energy in milliwatt-hours (1 mWh = 0.000001 kWh).
type Energy int64

// Usual amounts.
const (
	MilliwattHour Energy = 1
	WattHour      Energy = 1_000
	KilowattHour  Energy = 1_000_000
)

// ErrNotEnergy reports a text that is not a finite decimal number of kWh, or a number beyond ±9,223,372,036,854.775807 kWh.
var ErrNotEnergy = errors.New("not an amount of energy")

// ParseKWh reads a decimal number of kWh, rounding half to even at 1 mWh. It accepts only JSON numbers: no NaN, no
// hexadecimal, no leading plus, no spaces.
func ParseKWh(s string) (Energy, error) {
	n, ok := ParseDecimal(s, 6)
	if !ok {
		return 0, ErrNotEnergy
	}
	return Energy(n), nil
}

// KWh is the amount as an exact decimal number of kWh, without trailing zeros: 420000 mWh is "0.42".
func (e Energy) KWh() string { return string(e.AppendKWh(nil)) }

// AppendKWh appends the exact decimal number of kWh to b.
func (e Energy) AppendKWh(b []byte) []byte { return AppendDecimal(b, int64(e), 6) }

// Float is the amount in kWh for statistics, never for sums.
func (e Energy) Float() float64 { return float64(e) / float64(KilowattHour) }

// MarshalJSON writes the amount as a JSON number of kWh.
func (e Energy) MarshalJSON() ([]byte, error) { return e.AppendKWh(nil), nil }

// Power is electrical power in milliwatts.
type Power int64

// Usual powers.
const (
	Milliwatt Power = 1
	Watt      Power = 1_000
	Kilowatt  Power = 1_000_000
)

// ErrNotPower reports a text that is not a finite decimal number of watts.
var ErrNotPower = errors.New("not a power")

// ParseWatts reads a decimal number of watts, rounding half to even at 1 mW.
func ParseWatts(s string) (Power, error) {
	n, ok := ParseDecimal(s, 3)
	if !ok {
		return 0, ErrNotPower
	}
	return Power(n), nil
}

// Watts is the power as an exact decimal number of watts.
func (p Power) Watts() string { return string(AppendDecimal(nil, int64(p), 3)) }

// KW is the power as an exact decimal number of kilowatts.
func (p Power) KW() string { return string(p.AppendKW(nil)) }

// AppendKW appends the exact decimal number of kilowatts to b.
func (p Power) AppendKW(b []byte) []byte { return AppendDecimal(b, int64(p), 6) }

// During is the energy of the power over a span of ms milliseconds, rounded half to even at 1 mWh.
func (p Power) During(ms int64) Energy { return Energy(DivideHalfEven(int64(p), ms, HourMs)) }

// MeanPower is the constant power that uses the energy in a span of ms milliseconds; 0 for an empty span.
func MeanPower(e Energy, ms int64) Power {
	if ms <= 0 {
		return 0
	}
	const safe = Energy(1) << 40
	if HourMs%ms == 0 && e < safe && e > -safe {
		return Power(int64(e) * (HourMs / ms)) // the common case, without big integers
	}
	return Power(DivideHalfEven(int64(e), HourMs, ms))
}

// maxExponent bounds the time and memory that a number like "1e999999999" needs.
const maxExponent = 40

// ParseDecimal reads a JSON number as a whole number of 10^-digits units, rounding half to even.
func ParseDecimal(s string, digits int) (int64, bool) {
	mantissa, exponent, ok := scanDecimal(s)
	if !ok {
		return 0, false
	}
	shift := exponent + digits
	if shift >= 0 {
		return scaleUp(mantissa, shift)
	}
	return scaleDown(mantissa, -shift)
}

// scanDecimal splits a JSON number: its digits as the text of a signed whole number, and its decimal exponent.
func scanDecimal(s string) (mantissa string, exponent int, ok bool) {
	rest, sign := s, ""
	if strings.HasPrefix(rest, "-") {
		rest, sign = rest[1:], "-"
	}
	number, power, hasPower := strings.Cut(strings.ToLower(rest), "e")
	if hasPower {
		n, err := strconv.Atoi(strings.TrimPrefix(power, "+"))
		if err != nil || power == "" || strings.HasPrefix(power, "+-") || n > 1_000_000 || n < -1_000_000 {
			return "", 0, false
		}
		exponent = n
	}
	whole, fraction, hasFraction := strings.Cut(number, ".")
	if !allDigits(whole) || (len(whole) > 1 && whole[0] == '0') || (hasFraction && !allDigits(fraction)) || len(number) > 400 {
		return "", 0, false
	}
	return sign + whole + fraction, exponent - len(fraction), true
}

func allDigits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

func scaleUp(mantissa string, by int) (int64, bool) {
	if strings.Trim(mantissa, "-0") == "" {
		return 0, true
	}
	if by > maxExponent {
		return 0, false
	}
	n, err := strconv.ParseInt(mantissa+strings.Repeat("0", by), 10, 64)
	return n, err == nil
}

func scaleDown(mantissa string, by int) (int64, bool) {
	if by > len(mantissa)+maxExponent {
		return 0, true
	}
	n, ok := new(big.Int).SetString(mantissa, 10)
	if !ok {
		return 0, false
	}
	unit := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(by)), nil)
	rounded := quoHalfEven(n, unit)
	return rounded.Int64(), rounded.IsInt64()
}

// Scaled is n × 10^exponent, rounded half to even. ok is false if it does not fit.
func Scaled(n int64, exponent int) (scaled int64, ok bool) {
	switch {
	case exponent < -maxExponent || n == 0:
		return 0, true
	case exponent > maxExponent:
		return 0, false
	}
	power := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(max(exponent, -exponent))), nil)
	if exponent >= 0 {
		product := power.Mul(power, big.NewInt(n))
		return product.Int64(), product.IsInt64()
	}
	rounded := quoHalfEven(big.NewInt(n), power)
	return rounded.Int64(), rounded.IsInt64()
}

// DivideHalfEven is a×b÷c rounded half to even, without overflow of a×b; c > 0.
func DivideHalfEven(a, b, c int64) int64 {
	quotient, _ := multiplyDivide(a, b, c)
	return quotient
}

// multiplyDivide is DivideHalfEven. ok is false if the result does not fit.
func multiplyDivide(a, b, c int64) (result int64, ok bool) {
	product := new(big.Int).Mul(big.NewInt(a), big.NewInt(b))
	rounded := quoHalfEven(product, big.NewInt(c))
	return rounded.Int64(), rounded.IsInt64()
}

func pow10(n int) (unit uint64) {
	for unit = 1; n > 0; n-- {
		unit *= 10
	}
	return unit
}

func quoHalfEven(n, d *big.Int) *big.Int {
	quotient, remainder := new(big.Int).QuoRem(n, d, new(big.Int))
	twice := new(big.Int).Abs(remainder)
	twice.Lsh(twice, 1)
	if c := twice.Cmp(d); c > 0 || (c == 0 && quotient.Bit(0) == 1) {
		quotient.Add(quotient, big.NewInt(int64(n.Sign())))
	}
	return quotient
}

// AppendDecimal appends n × 10^-digits as a decimal number without trailing zeros; digits is 0 to 18.
func AppendDecimal(b []byte, n int64, digits int) []byte {
	u := uint64(n)
	if n < 0 {
		b, u = append(b, '-'), -u
	}
	unit := pow10(digits)
	b = strconv.AppendUint(b, u/unit, 10)
	rest := u % unit
	if rest == 0 {
		return b
	}
	b = append(b, '.')
	for unit /= 10; rest > 0; unit /= 10 {
		b = append(b, '0'+byte(rest/unit))
		rest %= unit
	}
	return b
}
