package gormenergy

import (
	"context"
	"database/sql"
	"fmt"
	"maps"
	"slices"

	"gorm.io/gorm"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/ledger"
	"github.com/holotwin/holotwin/modules/energy/live"
	"github.com/holotwin/holotwin/platform/database"
	"github.com/holotwin/holotwin/platform/events"
)

// Correct replaces or withdraws a reading, books the difference and stores the earlier value, in one transaction.
func (s *Store) Correct(ctx context.Context, c ledger.Correction, traits func(energy.DeviceID) ledger.Traits) (ledger.Correction, error) {
	err := s.db.Transact(ctx, func(tx *gorm.DB) error {
		rows := s.rows(tx)
		held, err := lockCorrected(ctx, rows, c, traits)
		if err != nil {
			return err
		}
		was, err := s.storedReading(tx, c.Key)
		if err != nil {
			return err
		}
		if !was.withdrawn {
			c.Before = &was.link.Reading
		}
		if c.After != nil && c.KeepsSpan {
			c.After.Guessed = was.link.Guessed
		}
		if c.Ruling != 0 {
			c.After = c.Before
		}
		if !c.Changes() {
			return nil
		}
		if err := requireFree(ctx, rows, c, held); err != nil {
			return err
		}
		if err := saveCorrection(tx, c); err != nil {
			return err
		}
		if err := s.outbox.Put(tx, []events.Event{eventOf(live.CorrectionEvent(c, traits(c.Key.Device).Measures))}); err != nil {
			return err
		}
		return s.rebook(ctx, tx, rows, c, was, held)
	})
	s.outbox.Committed(err)
	if err != nil {
		return ledger.Correction{}, fmt.Errorf("correct %s at %s: %w", c.Key.Device, c.Key.At, err)
	}
	return c, nil
}

// lockCorrected locks the device and the correction's time: the energy that is subtracted must be what the books contain.
func lockCorrected(ctx context.Context, rows rows, c ledger.Correction, traits func(energy.DeviceID) ledger.Traits) (chains, error) {
	var after []energy.Reading
	if c.After != nil {
		after = append(after, *c.After)
		if err := rows.lockTimes(ctx, claimsAmong(after), c.After.Kind != energy.Interval); err != nil {
			return chains{}, err
		}
	}
	if err := rows.makeChains(ctx, []energy.DeviceID{c.Key.Device}); err != nil {
		return chains{}, err
	}
	held := chains{kinds: make(map[energy.DeviceID]kinds), traits: traits}
	wanted := map[energy.DeviceID]kinds{c.Key.Device: 0}
	for _, r := range after {
		wanted[c.Key.Device] |= kindOf(r)
	}
	return held, held.lock(ctx, rows, wanted)
}

// requireFree returns an error if the correction covers time that the corrected reading did not, and another reading covers it.
func requireFree(ctx context.Context, rows rows, c ledger.Correction, held chains) error {
	if c.After == nil || !c.After.HasStatedSpan() || (c.Before != nil && c.Before.HasStatedSpan() && c.Before.Span >= c.After.Span) {
		return nil
	}
	claims, err := claimsIn(ctx, rows, []stretch{{c.Key.Device, c.After.CoveredSpan()}}, held)
	if err != nil {
		return err
	}
	claims = slices.DeleteFunc(claims, func(other claim) bool { return other.at == c.Key.At })
	if covered, is := spansOf(claims).FirstOverlapping(c.After.CoveredSpan()); is {
		return energy.ErrOverlapping{Covered: covered, Sent: *c.After, Measures: held.traits(c.Key.Device).Measures}
	}
	return nil
}

// storedReading is the row that is stored under a key.
type storedReading struct {
	link      ledger.Link
	withdrawn bool
}

func (s *Store) storedReading(tx *gorm.DB, key energy.Key) (storedReading, error) {
	hold := ""
	if s.db.Dialect == database.Postgres {
		hold = " FOR UPDATE"
	}
	found, err := tx.Raw("SELECT "+linkColumns+" FROM energy_readings WHERE device_id = ? AND at = ?"+hold, string(key.Device), int64(key.At)).Rows()
	if err != nil {
		return storedReading{}, err
	}
	var all []storedReading
	err = scanAll(found, func(rows *sql.Rows) error {
		link, err := scanLink(rows)
		all = append(all, storedReading{link: link})
		return err
	})
	if err != nil {
		return storedReading{}, err
	}
	if len(all) == 0 {
		return storedReading{}, energy.ErrNotFound{Kind: "reading", ID: string(key.Device) + "/" + key.At.String()}
	}
	return all[0], tx.Raw("SELECT kind < 0 FROM energy_readings WHERE device_id = ? AND at = ?", string(key.Device), int64(key.At)).
		Scan(&all[0].withdrawn).Error
}

// rebook stores the corrected row and updates the books.
func (s *Store) rebook(ctx context.Context, tx *gorm.DB, rows rows, c ledger.Correction, was storedReading, held chains) error {
	entries, linked := ledger.Entries{}, touched{}
	touch := func(r *energy.Reading, sign int64) {
		switch {
		case r == nil:
		case r.Kind == energy.Interval:
			entries.BookInterval(*r, sign)
			if r.HasStatedSpan() {
				linked.addCounted(r.CoveredSpan(), chainKey{c.Key.Device, energy.Register}, held)
				linked.addCounted(r.CoveredSpan(), chainKey{c.Key.Device, energy.Sample}, held)
			}
		default:
			linked.add(chainKey{c.Key.Device, r.Kind}, c.Key.At)
		}
	}
	touch(c.Before, -1)
	touch(c.After, +1)
	if was.link.BreaksChain {
		linked.addCounted(energy.Span{From: c.Key.At, To: c.Key.At}, chainKey{c.Key.Device, energy.Sample}, held)
	}
	if c.Before != nil && c.Before.Kind != energy.Interval && was.link.Booked {
		entries.Book(c.Key.Device, c.Key.At, was.link.Booking, -1)
		if c.Before.Kind == energy.Register {
			linked.addCounted(energy.Span{From: was.link.Booking.From, To: c.Key.At}, chainKey{c.Key.Device, energy.Sample}, held)
		}
	}
	kind, is := -int16(was.link.Kind), was.link.Reading
	if c.After != nil {
		kind, is = int16(c.After.Kind), *c.After
	}
	err := tx.Exec(`UPDATE energy_readings SET kind = ?, value = ?, span = ?, verdict = 0, booked_from = 0, booked = 0, estimated = ?, base_at = 0, base_value = 0, burst = '', ruling = ?
		WHERE device_id = ? AND at = ?`, kind, valueOf(is), is.Span, is.Guessed, int(c.Ruling), string(c.Key.Device), int64(c.Key.At)).Error
	if err != nil {
		return err
	}
	if err := rechainAll(ctx, rows, linked, held, entries); err != nil {
		return err
	}
	if err := requireCounted(ctx, rows, c, held); err != nil {
		return err
	}
	if err := s.bookAndMark(ctx, rows, entries); err != nil {
		return err
	}
	return rows.restate(ctx, slices.SortedFunc(maps.Keys(entries), comparePages), s.clock.Now())
}

// requireCounted returns an error if the step that a ruling confirms cannot be counted.
func requireCounted(ctx context.Context, rows rows, c ledger.Correction, held chains) error {
	if c.Ruling != ledger.AcceptStep {
		return nil
	}
	chain := chainKey{c.Key.Device, energy.Register}
	links, err := rows.before(ctx, chain, c.Key.At+1, 2)
	if err != nil || len(links) < 2 || links[1].Booking.Verdict != ledger.Quarantined {
		return err
	}
	told, err := otherSpans(ctx, rows, chain, links[0].NextBase(held.traits(c.Key.Device)), links[1:], held)
	if err != nil || len(told) == 0 {
		return err
	}
	return energy.ErrOverlapping{Covered: told[0], Sent: links[1].Reading, Measures: held.traits(c.Key.Device).Measures}
}

const correctionColumns = "kind_before, value_before, span_before, kind_after, value_after, span_after, ruling, reason, made_by, made_at"

// saveCorrection stores the correction under the reading's next revision. Two corrections at once run one after the other: both lock the
// device's chain.
func saveCorrection(tx *gorm.DB, c ledger.Correction) error {
	var last int
	if err := tx.Raw("SELECT coalesce(max(revision), 0) FROM energy_corrections WHERE device_id = ? AND at = ?",
		string(c.Key.Device), int64(c.Key.At)).Scan(&last).Error; err != nil {
		return err
	}
	before, after := cellsOf(c.Before), cellsOf(c.After)
	return tx.Exec("INSERT INTO energy_corrections (device_id, at, revision, "+correctionColumns+") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
		string(c.Key.Device), int64(c.Key.At), last+1, before.kind, before.value, before.span, after.kind, after.value, after.span,
		int(c.Ruling), c.Reason, c.By, int64(c.Made)).Error
}

// cells are a reading's columns; null if there is no reading.
type cells struct {
	kind        sql.NullInt16
	value, span sql.NullInt64
}

func cellsOf(r *energy.Reading) cells {
	if r == nil {
		return cells{}
	}
	return cells{sql.NullInt16{Int16: int16(r.Kind), Valid: true}, sql.NullInt64{Int64: valueOf(*r), Valid: true}, sql.NullInt64{Int64: r.Span, Valid: true}}
}

func (c cells) reading(key energy.Key) *energy.Reading {
	if !c.kind.Valid {
		return nil
	}
	r := energy.Reading{Device: key.Device, At: key.At, Kind: energy.Kind(c.kind.Int16), Span: c.span.Int64}
	setValue(&r, c.value.Int64)
	return &r
}

// Corrections returns the corrections of a reading, oldest first.
func (s *Store) Corrections(ctx context.Context, key energy.Key) ([]ledger.Correction, error) {
	return corrections(s.db.Read.WithContext(ctx), key)
}

func corrections(tx *gorm.DB, key energy.Key) ([]ledger.Correction, error) {
	found, err := tx.Raw("SELECT "+correctionColumns+" FROM energy_corrections WHERE device_id = ? AND at = ? ORDER BY revision",
		string(key.Device), int64(key.At)).Rows()
	if err != nil {
		return nil, err
	}
	var all []ledger.Correction
	err = scanAll(found, func(rows *sql.Rows) error {
		c := ledger.Correction{Key: key}
		var before, after cells
		if err := rows.Scan(&before.kind, &before.value, &before.span, &after.kind, &after.value, &after.span, &c.Ruling, &c.Reason, &c.By, &c.Made); err != nil {
			return err
		}
		c.Before, c.After = before.reading(key), after.reading(key)
		all = append(all, c)
		return nil
	})
	return all, err
}

// Restated returns the days of devices that changed at or after an instant, ordered by the time of the change. Journalled readings of past
// days are recorded when they are posted; until then, their days count as changed just now.
func (s *Store) Restated(ctx context.Context, devices []energy.DeviceID, since energy.Instant, after ledger.Restatement, limit int) ([]ledger.Restatement, error) {
	if len(devices) == 0 {
		return nil, nil
	}
	query, parameters := "SELECT device_id, day, changed_at FROM energy_restated_days WHERE device_id IN ? AND changed_at >= ?", []any{textsOf(devices), int64(since)}
	now := s.clock.Now()
	first := int64(energy.PastUntil(now))
	if s.db.Dialect == database.Postgres && now >= since {
		query = "SELECT device_id, day, max(changed_at) AS changed_at FROM (" + query + ` UNION ALL
			SELECT j.device_id, d.day::integer, ?::bigint FROM energy_journal j, generate_series((j.at - j.span) / ?, GREATEST(j.at - 1, j.at - j.span) / ?) AS d (day)
			WHERE j.device_id IN ? AND j.at - j.span < ? AND d.day < ?) AS every_change GROUP BY device_id, day`
		parameters = append(parameters, int64(now), dayMs, dayMs, textsOf(devices), first, first/dayMs)
	}
	found, err := s.db.Read.WithContext(ctx).Raw(`SELECT device_id, day, changed_at FROM (`+query+`) AS restated
		WHERE (changed_at, device_id, day) > (?, ?, ?) ORDER BY changed_at, device_id, day LIMIT ?`,
		append(parameters, int64(after.Changed), string(after.Page.Device), after.Page.Day, limit)...).Rows()
	if err != nil {
		return nil, fmt.Errorf("list restated days: %w", err)
	}
	var all []ledger.Restatement
	err = scanAll(found, func(rows *sql.Rows) error {
		var r ledger.Restatement
		err := rows.Scan(&r.Page.Device, &r.Page.Day, &r.Changed)
		all = append(all, r)
		return err
	})
	return all, err
}
