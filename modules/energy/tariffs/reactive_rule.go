package tariffs

import (
	"github.com/shopspring/decimal"
)

// ReactiveRule is how a tariff charges reactive energy, hour by hour (Colombia: CREG 015 of 2018).
type ReactiveRule struct {
	// Price is money per kvarh of excess.
	Price decimal.Decimal
	// Limit is how much inductive energy is free, in percent of the hour's active energy; in an hour without active
	// energy, all inductive energy is charged.
	Limit decimal.Decimal
	// Capacitive is true if all capacitive energy is charged.
	Capacitive bool
	// Multiplier is the factor M for an excess that lasts, 1 to 12.
	Multiplier decimal.Decimal
}
