package rulebook

import (
	"context"
	"slices"
	"strconv"
	"time"

	"github.com/shopspring/decimal"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/campus"
	"github.com/holotwin/holotwin/modules/energy/tariffs"
)

// Tariffs lists the tariffs of spaces that the caller sees.
func (r *Rules) Tariffs(ctx context.Context, caller energy.Caller, space energy.SpaceID) ([]tariffs.Tariff, error) {
	campus, err := r.readable(ctx, caller, space)
	if err != nil {
		return nil, err
	}
	all, err := r.store.Tariffs(ctx)
	if err != nil {
		return nil, err
	}
	return visibleTo(campus, caller, space, all, func(t tariffs.Tariff) energy.SpaceID { return t.Space }), nil
}

// Tariff returns a tariff of a space that the caller sees. Errors: ErrForbidden, ErrNotFound.
func (r *Rules) Tariff(ctx context.Context, caller energy.Caller, id string) (tariffs.Tariff, error) {
	all, err := r.Tariffs(ctx, caller, "")
	if err != nil {
		return tariffs.Tariff{}, err
	}
	for _, t := range all {
		if t.ID == id {
			return t, nil
		}
	}
	return tariffs.Tariff{}, noTariff(id)
}

func noTariff(id string) error { return energy.ErrNotFound{Kind: "tariff", ID: id} }

// AddTariff adds a tariff. Errors: ErrForbidden, ErrInvalid, ErrTaken.
func (r *Rules) AddTariff(ctx context.Context, caller energy.Caller, t tariffs.Tariff) (tariffs.Tariff, error) {
	campus, err := r.manageable(ctx, caller)
	if err != nil {
		return t, err
	}
	if err := checkTariff(campus, caller, t); err != nil {
		return t, err
	}
	t.ID = r.newID("tf")
	return t, r.store.AddTariff(ctx, t)
}

// UpdateTariff changes a tariff. edit sets its fields; the tariff may then be of another space. Errors: ErrForbidden, ErrNotFound,
// ErrInvalid, ErrTaken.
func (r *Rules) UpdateTariff(ctx context.Context, caller energy.Caller, id string, edit func(*tariffs.Tariff)) (tariffs.Tariff, error) {
	campus, err := r.manageable(ctx, caller)
	if err != nil {
		return tariffs.Tariff{}, err
	}
	return r.store.ChangeTariff(ctx, id, func(t tariffs.Tariff) (tariffs.Tariff, error) {
		if !campus.Sees(caller, t.Space) {
			return t, noTariff(id)
		}
		edit(&t)
		return t, checkTariff(campus, caller, t)
	})
}

// checkTariff checks all fields of a tariff. Errors: ErrInvalid.
func checkTariff(campus *campus.Campus, caller energy.Caller, t tariffs.Tariff) error {
	var c energy.Flaws
	checkPlace(&c, campus, caller, t.Space)
	energy.CheckName(&c, t.Name)
	checkPrices(&c, t)
	return invalid(c)
}

func checkPrices(c *energy.Flaws, t tariffs.Tariff) {
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

func checkReactive(c *energy.Flaws, rule tariffs.ReactiveRule) {
	if rule.Price.IsNegative() {
		c.Add("reactive.price_per_kvarh", "negative")
	}
	if rule.Limit.IsNegative() {
		c.Add("reactive.limit_pct", "negative")
	}
	const maxMultiplier = 12
	if rule.Multiplier.LessThan(decimal.NewFromInt(1)) || rule.Multiplier.GreaterThan(decimal.NewFromInt(maxMultiplier)) {
		c.Add("reactive.multiplier", "maximum", "max", maxMultiplier)
	}
}

// checkPeriods rejects periods that overlap: an hour has one price.
func checkPeriods(c *energy.Flaws, all []tariffs.Period) {
	for i, p := range all {
		checkTimes(c, "periods", i, p.Hours)
		if p.Price.IsNegative() {
			c.Add(fieldPath("periods", i, "price_per_kwh"), "negative")
		}
		for j, o := range all[:i] {
			if p.Overlaps(o.Hours) {
				c.Add(fieldPath("periods", i, "from"), "order", "after", fieldPath("periods", j, "to"))
			}
		}
	}
}

// DropTariff removes a tariff. Errors: ErrForbidden, ErrNotFound.
func (r *Rules) DropTariff(ctx context.Context, caller energy.Caller, id string) error {
	if _, _, _, err := r.removableTariff(ctx, caller, id); err != nil {
		return err
	}
	return r.store.DropTariff(ctx, id)
}

// TariffRemoval is what the removal of a tariff would do.
type TariffRemoval struct {
	energy.Removal
	// ReplacedBy prices the tariff's days afterwards: today if it is one of them, or else the day nearest to today.
	ReplacedBy tariffs.Tariff
}

// TariffRemoval returns what DropTariff would do at an instant, and changes nothing. Errors: ErrForbidden, ErrNotFound.
func (r *Rules) TariffRemoval(ctx context.Context, caller energy.Caller, id string, at energy.Instant) (TariffRemoval, error) {
	campus, t, others, err := r.removableTariff(ctx, caller, id)
	if err != nil {
		return TariffRemoval{}, err
	}
	last := ""
	for _, o := range others { // by day
		if next, err := time.Parse(time.DateOnly, o.ValidFrom); err == nil && o.Space == t.Space && o.ValidFrom > t.ValidFrom && last == "" {
			last = next.AddDate(0, 0, -1).Format(time.DateOnly)
		}
	}
	day, err := time.Parse(time.DateOnly, nearestDay(localDate(campus, t.Space, at), t.ValidFrom, last))
	if err != nil {
		return TariffRemoval{}, err
	}
	return TariffRemoval{
		Removal:    energy.Removal{Deletes: map[string]int{"tariff": 1}},
		ReplacedBy: tariffs.InForce(nearestFirst(campus, t.Space, others), day),
	}, nil
}

// removableTariff returns a tariff that the caller may remove, and all others. Errors: ErrForbidden, ErrNotFound.
func (r *Rules) removableTariff(ctx context.Context, caller energy.Caller, id string) (tree *campus.Campus, t tariffs.Tariff, others []tariffs.Tariff, err error) {
	if tree, err = r.manageable(ctx, caller); err != nil {
		return nil, t, nil, err
	}
	all, err := r.store.Tariffs(ctx)
	if err != nil {
		return nil, t, nil, err
	}
	at := slices.IndexFunc(all, func(t tariffs.Tariff) bool { return t.ID == id && tree.Sees(caller, t.Space) })
	if at < 0 {
		return nil, t, nil, noTariff(id)
	}
	t = all[at]
	return tree, t, slices.Delete(all, at, at+1), nil
}

// Rates implements tariffs.Prices.
func (r *Rules) Rates(ctx context.Context, space energy.SpaceID, from, to energy.Instant) ([]tariffs.Rate, error) {
	campus, err := r.directory.Campus(ctx)
	if err != nil {
		return nil, err
	}
	all, err := r.store.Tariffs(ctx)
	if err != nil {
		return nil, err
	}
	return tariffs.RatesOf(nearestFirst(campus, space, all), from, to, tariffs.Place{Zone: campus.Zone(space), Holidays: campus.Holidays(space)}), nil
}

// nearestFirst are the tariffs of a space and of the spaces around it, from the inside out.
func nearestFirst(campus *campus.Campus, space energy.SpaceID, all []tariffs.Tariff) []tariffs.Tariff {
	var nearest []tariffs.Tariff
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
func (r *Rules) TariffOn(ctx context.Context, space energy.SpaceID, at energy.Instant) (tariffs.Tariff, error) {
	campus, err := r.directory.Campus(ctx)
	if err != nil {
		return tariffs.Tariff{}, err
	}
	all, err := r.store.Tariffs(ctx)
	if err != nil {
		return tariffs.Tariff{}, err
	}
	return tariffs.InForce(nearestFirst(campus, space, all), at.Time().In(campus.Zone(space))), nil
}

func fieldPath(list string, i int, field string) string {
	return list + "[" + strconv.Itoa(i) + "]." + field
}
