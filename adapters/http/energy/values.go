package httpenergy

import (
	"bytes"
	"errors"

	"github.com/danielgtaylor/huma/v2"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/shopspring/decimal"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/platform/httpserver"
)

// kwh is an exact amount of energy as a JSON number, kWh.
type kwh energy.Energy

// MarshalJSONTo writes the number.
func (k kwh) MarshalJSONTo(out *jsontext.Encoder) error {
	return out.WriteValue(energy.Energy(k).AppendKWh(out.AvailableBuffer()))
}

func (k kwh) String() string { return energy.Energy(k).KWh() }

// MarshalJSON writes the number.
func (k kwh) MarshalJSON() ([]byte, error) { return energy.Energy(k).MarshalJSON() }

// UnmarshalJSON reads the number.
func (k *kwh) UnmarshalJSON(b []byte) error {
	e, err := energy.ParseKWh(string(b))
	*k = kwh(e)
	return err
}

// Schema documents the type.
func (kwh) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: "number", Description: "kWh, in steps of 0.000001", Examples: []any{0.42}}
}

// watts is a power as a JSON number, W.
type watts energy.Power

func (w watts) String() string { return energy.Power(w).Watts() }

// MarshalJSON writes the number.
func (w watts) MarshalJSON() ([]byte, error) { return []byte(energy.Power(w).Watts()), nil }

// UnmarshalJSON reads the number.
func (w *watts) UnmarshalJSON(b []byte) error {
	p, err := energy.ParseWatts(string(b))
	*w = watts(p)
	return err
}

// Schema documents the type.
func (watts) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: "number", Description: "W, in steps of 0.001", Examples: []any{1200}}
}

// kilowatts is a power as a JSON number, kW.
type kilowatts energy.Power

// MarshalJSONTo writes the number.
func (k kilowatts) MarshalJSONTo(out *jsontext.Encoder) error {
	return out.WriteValue(energy.Power(k).AppendKW(out.AvailableBuffer()))
}

func (k kilowatts) String() string { return energy.Power(k).KW() }

// MarshalJSON writes the number.
func (k kilowatts) MarshalJSON() ([]byte, error) { return []byte(energy.Power(k).KW()), nil }

// Schema documents the type.
func (kilowatts) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: "number", Description: "kW, in steps of 0.000001"}
}

// seconds is a duration as a JSON number in s, stored in ms.
type seconds struct{ ms energy.Field[int64] }

// UnmarshalJSON reads the number. A number out of range is stored as unreadable, so that the module reports the field's name.
func (s *seconds) UnmarshalJSON(b []byte) error {
	s.ms = energy.Unreadable[int64]()
	if ms, ok := energy.ReadThousandths(string(b)); ok {
		s.ms = energy.Known(ms)
	}
	return nil
}

// Schema documents the type.
func (seconds) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: "number", Format: "double"}
}

// amount is an exact decimal as a JSON number: money, or kg of CO2.
type amount struct{ decimal.Decimal }

var errNotDecimal = errors.New("not a decimal number")

// MarshalJSONTo writes the number.
func (a amount) MarshalJSONTo(out *jsontext.Encoder) error {
	const int64Digits = 18
	if digits := -int(a.Exponent()); digits >= 0 && digits <= int64Digits && a.NumDigits() <= int64Digits {
		return out.WriteValue(energy.AppendDecimal(out.AvailableBuffer(), a.CoefficientInt64(), digits))
	}
	return out.WriteValue(append(out.AvailableBuffer(), a.String()...))
}

// MarshalJSON writes the number.
func (a amount) MarshalJSON() ([]byte, error) { return []byte(a.String()), nil }

// UnmarshalJSON reads the number without converting it to a float.
func (a *amount) UnmarshalJSON(b []byte) error {
	const maxLength = 30 // an exponent could request any size
	if len(b) > maxLength || bytes.ContainsAny(b, "eE\"") {
		return errNotDecimal
	}
	d, err := decimal.NewFromString(string(b))
	a.Decimal = d
	return err
}

// Schema documents the type.
func (amount) Schema(huma.Registry) *huma.Schema { return &huma.Schema{Type: "number"} }

// instant is a point in time as RFC 3339 text, UTC.
type instant energy.Instant

// MarshalJSONTo writes the text.
func (i instant) MarshalJSONTo(out *jsontext.Encoder) error {
	return out.WriteToken(jsontext.String(i.String()))
}

// MarshalJSON writes the text.
func (i instant) MarshalJSON() ([]byte, error) { return energy.Instant(i).MarshalJSON() }

// Schema documents the type.
func (instant) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: "string", Format: "date-time", Examples: []any{"2026-05-27T04:03:57Z"}}
}

func (i instant) String() string { return energy.Instant(i).String() }

func pointer[T any](v T) *T { return &v }

// orElse returns the value of a member, or empty if it is null and so cleared; given is false if the member is absent.
func orElse[T any](member httpserver.Nullable[T], empty T) (value T, given bool) {
	if member.Value != nil {
		return *member.Value, true
	}
	return empty, member.Given
}

// givenOf returns the value of a member, empty if it is null and so cleared, and nil if it is absent.
func givenOf[T any](member httpserver.Nullable[T]) *T {
	if member.Given && member.Value == nil {
		return new(T)
	}
	return member.Value
}

// setIfGiven sets a field if its member of a change is not absent.
func setIfGiven[T any](field *T, value *T) {
	if value != nil {
		*field = *value
	}
}
