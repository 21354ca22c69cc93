package tariffs

import (
	"github.com/shopspring/decimal"
)

// ReactiveRule is how a tariff charges reactive energy, judged hour by hour (Colombia: CREG 015 of 2018).
type ReactiveRule struct {
	// Price is money per kvarh of excess.
	Price decimal.Decimal
	// Limit is how much inductive energy is free, in percent of the hour's active energy; an hour without active
	// energy is charged for all of it.
	Limit decimal.Decimal
	// Capacitive reports whether capacitive energy is charged, all of it.
	Capacitive bool
	// Multiplier is the factor M by which a lasting excess is charged, 1 to 12.
	Multiplier decimal.Decimal
}
