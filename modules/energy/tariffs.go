package energy

import (
	"context"
	"slices"
	"strconv"

	"github.com/shopspring/decimal"
)

// Tariffs lists the tariffs of spaces that the caller sees.
func (r *Rules) Tariffs(ctx context.Context, caller Caller, space SpaceID) ([]Tariff, error) {
	campus, err := r.readable(ctx, caller, space)
	if err != nil {
		return nil, err
	}
	all, err := r.store.Tariffs(ctx)
	if err != nil {
		return nil, err
	}
	return seen(campus, caller, space, all, func(t Tariff) SpaceID { return t.Space }), nil
}

// AddTariff adds a tariff. Errors: ErrForbidden, ErrInvalid, ErrTaken.
func (r *Rules) AddTariff(ctx context.Context, caller Caller, t Tariff) (Tariff, error) {
	campus, err := r.manageable(ctx, caller)
	if err != nil {
		return t, err
	}
	var c Flaws
	checkPlace(&c, campus, caller, t.Space)
	CheckName(&c, t.Name)
	checkTariff(&c, t)
	if len(c) > 0 {
		return t, ErrInvalid{c}
	}
	t.ID = r.newID("tf")
	return t, r.store.AddTariff(ctx, t)
}

func checkTariff(c *Flaws, t Tariff) {
	if len(t.Currency) != 3 {
		c.Add("currency", "pattern", "pattern", "COP")
	}
	if t.ValidFrom == "" {
		c.Add("valid_from", "required")
	}
	checkDate(c, "valid_from", t.ValidFrom)
	if t.Price.IsNegative() {
		c.Add("price_per_kwh", "negative")
	}
	if t.DemandPrice.IsNegative() {
		c.Add("demand_price_per_kw", "negative")
	}
	if t.Contribution.IsNegative() {
		c.Add("contribution_pct", "negative")
	}
	checkPeriods(c, t.Periods)
	if t.Reactive != nil {
		checkReactive(c, *t.Reactive)
	}
}

func checkReactive(c *Flaws, rule ReactiveRule) {
	if rule.Price.IsNegative() {
		c.Add("reactive.price_per_kvarh", "negative")
	}
	if rule.Limit.IsNegative() {
		c.Add("reactive.limit_pct", "negative")
	}
	const mostM = 12
	if rule.Multiplier.LessThan(decimal.NewFromInt(1)) || rule.Multiplier.GreaterThan(decimal.NewFromInt(mostM)) {
		c.Add("reactive.multiplier", "maximum", "max", mostM)
	}
}

// periods may not overlap: an hour has one price.
func checkPeriods(c *Flaws, all []Period) {
	for i, p := range all {
		checkTimes(c, "periods", i, p.Hours)
		if p.Price.IsNegative() {
			c.Add(indexed("periods", i, "price_per_kwh"), "negative")
		}
		for j, o := range all[:i] {
			if p.overlaps(o.Hours) {
				c.Add(indexed("periods", i, "from"), "order", "after", indexed("periods", j, "to"))
			}
		}
	}
}

// overlaps tells whether two hours share a minute of some week. A public holiday may follow any day: there the day's own
// hours go before those that go on from the day before, and it is no overlap.
func (h Hours) overlaps(o Hours) bool {
	for i, day := range append(slices.Clone(weekdays), HolidayDay) {
		before := HolidayDay
		if day != HolidayDay {
			before = weekdays[(i+len(weekdays)-1)%len(weekdays)]
		}
		for minute := range minutesPerDay {
			if (h.on(day, minute) || h.carriedOver(before, minute)) && (o.on(day, minute) || o.carriedOver(before, minute)) {
				return true
			}
		}
	}
	return false
}

// DropTariff removes a tariff. Errors: ErrForbidden, ErrNotFound.
func (r *Rules) DropTariff(ctx context.Context, caller Caller, id string) error {
	campus, err := r.manageable(ctx, caller)
	if err != nil {
		return err
	}
	all, err := r.store.Tariffs(ctx)
	if err != nil {
		return err
	}
	for _, t := range all {
		if t.ID == id && campus.Sees(caller, t.Space) {
			return r.store.DropTariff(ctx, id)
		}
	}
	return ErrNotFound{Kind: "tariff", ID: id}
}

// Rates answers Prices.
func (r *Rules) Rates(ctx context.Context, space SpaceID, from, to Instant) ([]Rate, error) {
	campus, err := r.directory.Campus(ctx)
	if err != nil {
		return nil, err
	}
	all, err := r.store.Tariffs(ctx)
	if err != nil {
		return nil, err
	}
	return rates(nearestFirst(campus, space, all), from, to, place{campus.Zone(space), campus.Holidays(space)}), nil
}

// nearestFirst are the tariffs of a space and those around it, from the inside out.
func nearestFirst(campus *Campus, space SpaceID, all []Tariff) []Tariff {
	var nearest []Tariff
	for _, s := range campus.Path(space) {
		for _, t := range all {
			if t.Space == s {
				nearest = append(nearest, t)
			}
		}
	}
	return nearest
}

// TariffOn is the tariff of a space on the local day of an instant.
func (r *Rules) TariffOn(ctx context.Context, space SpaceID, at Instant) (Tariff, error) {
	campus, err := r.directory.Campus(ctx)
	if err != nil {
		return Tariff{}, err
	}
	all, err := r.store.Tariffs(ctx)
	if err != nil {
		return Tariff{}, err
	}
	return tariffOn(nearestFirst(campus, space, all), at.Time().In(campus.Zone(space))), nil
}

func indexed(list string, i int, field string) string {
	return list + "[" + strconv.Itoa(i) + "]." + field
}
