package gormenergy

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"gorm.io/gorm"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/ledger"
	"github.com/holotwin/holotwin/platform/database"
)

// postgresRows writes whole batches as arrays: one statement for each step, however many readings are in the transaction.
type postgresRows struct {
	gorm *gorm.DB
	tx   gorm.ConnPool
	lock func(int64) int64 // the number of an advisory lock in this campus
}

func (p postgresRows) insert(ctx context.Context, sorted []energy.Reading) (keys, error) {
	c := columnsOf(sorted)
	found, err := p.tx.QueryContext(ctx, insertReadings+insertOnce+" RETURNING device_id, at", c.all()...)
	if err != nil {
		return nil, err
	}
	fresh := make(keys, len(sorted))
	return fresh, scanAll(found, func(rows *sql.Rows) error {
		var k energy.Key
		if err := rows.Scan(&k.Device, &k.At); err != nil {
			return err
		}
		fresh[k] = true
		return nil
	})
}

const insertReadings = `
	INSERT INTO energy_readings (device_id, at, kind, value, span, source, estimated)
	SELECT * FROM unnest($1::text[], $2::bigint[], $3::smallint[], $4::bigint[], $5::bigint[], $6::smallint[], $7::boolean[])
		AS n (device_id, at, kind, value, span, source, guessed)`

const insertOnce = ` ON CONFLICT (device_id, at) DO NOTHING`

// readingColumns are the columns of readings, as arrays.
type readingColumns struct {
	devices  []string
	instants []int64
	kinds    []int16
	values   []int64
	spans    []int64
	sources  []int16
	guessed  []bool
}

func (c readingColumns) all() []any {
	return []any{c.devices, c.instants, c.kinds, c.values, c.spans, c.sources, c.guessed}
}

func columnsOf(readings []energy.Reading) readingColumns {
	n := len(readings)
	c := readingColumns{make([]string, n), make([]int64, n), make([]int16, n), make([]int64, n), make([]int64, n), make([]int16, n), make([]bool, n)}
	for i, r := range readings {
		c.devices[i], c.instants[i], c.kinds[i] = string(r.Device), int64(r.At), kindColumn(r)
		c.values[i], c.spans[i], c.sources[i], c.guessed[i] = valueOf(r), r.Span, int16(r.Source), r.Guessed
	}
	return c
}

func (p postgresRows) stored(ctx context.Context, keys []energy.Reading) (map[energy.Key]energy.Reading, error) {
	c := columnsOf(keys)
	found, err := p.tx.QueryContext(ctx, `
		SELECT r.device_id, r.at, r.kind, r.value, r.span, r.source, r.estimated
		FROM unnest($1::text[], $2::bigint[]) AS k (device_id, at)
		JOIN energy_readings r ON r.device_id = k.device_id AND r.at = k.at`, c.devices, c.instants)
	if err != nil {
		return nil, err
	}
	stored := make(map[energy.Key]energy.Reading, len(keys))
	return stored, scanAll(found, func(rows *sql.Rows) error {
		r, err := scanReading(rows)
		stored[r.Key()] = r
		return err
	})
}

func (p postgresRows) instants(ctx context.Context, device energy.DeviceID, from, to energy.Instant) ([]energy.Instant, error) {
	return queryInstants(ctx, p.tx, `SELECT at FROM energy_readings WHERE device_id = $1 AND at >= $2 AND at < $3`, device, from, to)
}

func (p postgresRows) remove(ctx context.Context, keys []energy.Key) error {
	if len(keys) == 0 {
		return nil
	}
	devices, instants := make([]string, len(keys)), make([]int64, len(keys))
	for i, k := range keys {
		devices[i], instants[i] = string(k.Device), int64(k.At)
	}
	_, err := p.tx.ExecContext(ctx, `
		DELETE FROM energy_readings r USING unnest($1::text[], $2::bigint[]) AS k (device_id, at)
		WHERE r.device_id = k.device_id AND r.at = k.at`, devices, instants)
	return err
}

func (p postgresRows) before(ctx context.Context, chain chainKey, at energy.Instant, limit int) ([]ledger.Link, error) {
	return queryLinks(ctx, p.tx, `SELECT * FROM (SELECT `+linkColumns+` FROM energy_readings
		WHERE device_id = $1 AND at < $2 AND kind = ANY($3::smallint[]) ORDER BY at DESC LIMIT $4) newest ORDER BY at`,
		string(chain.Device), int64(at), kindsOfChain(chain.Kind), limit)
}

func (p postgresRows) from(ctx context.Context, chain chainKey, at energy.Instant, limit int) ([]ledger.Link, error) {
	return queryLinks(ctx, p.tx, `SELECT `+linkColumns+` FROM energy_readings
		WHERE device_id = $1 AND at >= $2 AND kind = ANY($3::smallint[]) ORDER BY at LIMIT $4`,
		string(chain.Device), int64(at), kindsOfChain(chain.Kind), limit)
}

func (p postgresRows) saveLinks(ctx context.Context, links []ledger.Link) error {
	if len(links) == 0 {
		return nil
	}
	n := len(links)
	devices, instants, verdicts := make([]string, n), make([]int64, n), make([]int16, n)
	froms, booked, estimated := make([]int64, n), make([]int64, n), make([]bool, n)
	baseAts, baseValues, bursts := make([]int64, n), make([]int64, n), make([]string, n)
	for i, l := range links {
		devices[i], instants[i], verdicts[i] = string(l.Device), int64(l.At), int16(l.Booking.Verdict)
		froms[i], booked[i], estimated[i] = int64(l.Booking.From), int64(l.Booking.Energy), l.Booking.Estimated
		baseAts[i], baseValues[i], bursts[i] = int64(l.Base.At), l.Base.Value, burstText(l.Base.Burst)
	}
	_, err := p.tx.ExecContext(ctx, `
		UPDATE energy_readings r
		SET verdict = n.verdict, booked_from = n.booked_from, booked = n.booked, estimated = n.estimated,
		    base_at = n.base_at, base_value = n.base_value, burst = n.burst
		FROM unnest($1::text[], $2::bigint[], $3::smallint[], $4::bigint[], $5::bigint[], $6::boolean[], $7::bigint[], $8::bigint[], $9::text[])
		     AS n (device_id, at, verdict, booked_from, booked, estimated, base_at, base_value, burst)
		WHERE r.device_id = n.device_id AND r.at = n.at`,
		devices, instants, verdicts, froms, booked, estimated, baseAts, baseValues, bursts)
	return err
}

// pagesForUpdate inserts the missing pages first, because a row that does not exist cannot be locked.
func (p postgresRows) pagesForUpdate(ctx context.Context, sorted []ledger.PageKey) ([]*ledger.Page, error) {
	k := pageKeysOf(sorted)
	found, err := p.tx.QueryContext(ctx, lockPages, k.devices, k.days)
	if err != nil {
		return nil, err
	}
	pages, err := scanPages(found)
	if err != nil || len(pages) == len(sorted) {
		return pages, err
	}
	if _, err := p.tx.ExecContext(ctx, `
		INSERT INTO energy_pages (device_id, day, energy, estimated, quarters)
		SELECT device_id, day, 0, 0, ''::bytea FROM unnest($1::text[], $2::integer[]) AS k (device_id, day)
		ON CONFLICT DO NOTHING`, k.devices, k.days); err != nil {
		return nil, err
	}
	return p.pagesForUpdate(ctx, sorted)
}

const lockPages = `
	SELECT p.device_id, p.day, p.quarters
	FROM unnest($1::text[], $2::integer[]) AS k (device_id, day)
	JOIN energy_pages p ON p.device_id = k.device_id AND p.day = k.day
	ORDER BY p.device_id, p.day FOR UPDATE OF p`

func (p postgresRows) savePages(ctx context.Context, pages []*ledger.Page) error {
	c := pageColumnsOf(pages)
	_, err := p.tx.ExecContext(ctx, updatePages, c.devices, c.days, c.totals, c.estimates, c.packed)
	return err
}

const updatePages = `
	UPDATE energy_pages p SET energy = n.energy, estimated = n.estimated, quarters = n.quarters
	FROM unnest($1::text[], $2::integer[], $3::bigint[], $4::bigint[], $5::bytea[]) AS n (device_id, day, energy, estimated, quarters)
	WHERE p.device_id = n.device_id AND p.day = n.day`

// pageColumns are the columns of pages, as arrays.
type pageColumns struct {
	devices           []string
	days              []int32
	totals, estimates []int64
	packed            [][]byte
}

func pageColumnsOf(pages []*ledger.Page) pageColumns {
	n := len(pages)
	c := pageColumns{make([]string, n), make([]int32, n), make([]int64, n), make([]int64, n), make([][]byte, n)}
	for i, p := range pages {
		c.devices[i], c.days[i], c.packed[i] = string(p.Device), p.Day, p.EncodeQuarters()
		c.totals[i], c.estimates[i] = int64(p.Total()), int64(p.Estimated())
	}
	return c
}

func pageKeysOf(keys []ledger.PageKey) pageColumns {
	c := pageColumns{devices: make([]string, len(keys)), days: make([]int32, len(keys))}
	for i, k := range keys {
		c.devices[i], c.days[i] = string(k.Device), k.Day
	}
	return c
}

func (p postgresRows) markPast(ctx context.Context, devices []energy.DeviceID, at energy.Instant) error {
	_, err := p.tx.ExecContext(ctx, `
		INSERT INTO energy_past_changes (kind, id, changed_at) SELECT 'device', unnest($1::text[]), $2
		ON CONFLICT (kind, id) DO UPDATE SET changed_at = GREATEST(energy_past_changes.changed_at, excluded.changed_at)`,
		textsOf(devices), int64(at))
	return err
}

func (p postgresRows) restate(ctx context.Context, days []ledger.PageKey, at energy.Instant) error {
	k := pageKeysOf(days)
	_, err := p.tx.ExecContext(ctx, `
		INSERT INTO energy_restated_days (device_id, day, changed_at) SELECT device_id, day, $3 FROM unnest($1::text[], $2::integer[]) AS k (device_id, day)
		ON CONFLICT (device_id, day) DO UPDATE SET changed_at = GREATEST(energy_restated_days.changed_at, excluded.changed_at)`,
		k.devices, k.days, int64(at))
	return err
}

// begin does not update a row that needs no change: locking it would make the device's writers wait for each other.
func (p postgresRows) begin(ctx context.Context, firsts []ledger.PageKey) error {
	k := pageKeysOf(firsts)
	_, err := p.tx.ExecContext(ctx, `
		INSERT INTO energy_begun (device_id, day)
		SELECT device_id, day FROM unnest($1::text[], $2::integer[]) AS k (device_id, day)
		WHERE NOT EXISTS (SELECT 1 FROM energy_begun b WHERE b.device_id = k.device_id AND b.day <= k.day)
		ON CONFLICT (device_id) DO UPDATE SET day = LEAST(energy_begun.day, excluded.day)`, k.devices, k.days)
	return err
}

func (p postgresRows) countUp(ctx context.Context, days []int32) error {
	_, err := p.tx.ExecContext(ctx, `
		INSERT INTO energy_day_versions (day, version) SELECT unnest($1::integer[]), 1
		ON CONFLICT (day) DO UPDATE SET version = energy_day_versions.version + 1`, days)
	return err
}

func (p postgresRows) keptBase(ctx context.Context, chain chainKey) (ledger.Base, error) {
	return keptBase(ctx, p.gorm, chain)
}

func (p postgresRows) corrections(ctx context.Context, key energy.Key) ([]ledger.Correction, error) {
	return corrections(p.gorm.WithContext(ctx), key)
}

func textsOf(devices []energy.DeviceID) []string {
	texts := make([]string, len(devices))
	for i, d := range devices {
		texts[i] = string(d)
	}
	return texts
}

// makeMonths creates the months' tables that the readings need. A process checks each month once, because a table that was created stays.
func (s *Store) makeMonths(ctx context.Context, sorted []energy.Reading) error {
	if s.db.Dialect != database.Postgres {
		return nil
	}
	for _, r := range sorted {
		if err := s.makeMonthOf(ctx, r.At); err != nil {
			return err
		}
		if !r.HasServerTime() {
			continue
		}
		if err := s.makeMonthOf(ctx, r.At.Add(maxReadingMove)); err != nil { // a reading may move
			return err
		}
	}
	return nil
}

func (s *Store) makeMonthOf(ctx context.Context, at energy.Instant) error {
	month := monthOf(at)
	if _, made := s.months.Load(month); made {
		return nil
	}
	if err := s.makeMonth(ctx, month); err != nil {
		return fmt.Errorf("create the table of %s: %w", month.Format("2006-01"), err)
	}
	s.months.Store(month, true)
	return nil
}

func monthOf(at energy.Instant) time.Time {
	t := at.Time()
	return time.Date(t.Year(), t.Month(), 1, 0, 0, 0, 0, time.UTC)
}

// monthLock prevents two processes from creating the same month's table at once.
const monthLock = 4_820_010

func (s *Store) makeMonth(ctx context.Context, month time.Time) error {
	return s.db.Transact(ctx, func(tx *gorm.DB) error {
		if err := tx.Exec("SELECT pg_advisory_xact_lock(?)", s.db.Lock(monthLock)).Error; err != nil {
			return err
		}
		return makeMonthOn(month, func(query string, args []any, result ...any) error {
			if len(result) == 0 {
				return tx.Exec(query, args...).Error
			}
			return tx.Statement.ConnPool.QueryRowContext(ctx, query, args...).Scan(result...)
		})
	})
}

// makeMonthOn creates the table of a month if it is missing; run runs a statement in a transaction.
func makeMonthOn(month time.Time, run func(query string, args []any, result ...any) error) error {
	var partitioned, made bool
	if err := run("SELECT relkind = 'p' FROM pg_class WHERE oid = 'energy_readings'::regclass", nil, &partitioned); err != nil || !partitioned {
		return err // an operator may partition them otherwise, as a hypertable
	}
	table := month.Format(monthTable)
	if err := run("SELECT to_regclass($1) IS NOT NULL", []any{table}, &made); err != nil || made {
		return err
	}
	var columns string
	if err := run(monthColumns, nil, &columns); err != nil {
		return err
	}
	if err := run("CREATE TABLE "+table+" ("+columns+")", nil); err != nil {
		return err
	}
	return run(fmt.Sprintf("ALTER TABLE energy_readings ATTACH PARTITION %s FOR VALUES FROM (%d) TO (%d)",
		table, month.UnixMilli(), month.AddDate(0, 1, 0).UnixMilli()), nil)
}

// monthColumns are the columns and checks of energy_readings, the widest first: PostgreSQL pads each column to the alignment of the next,
// which took a fifth of a row. An attached table may have its columns in another order; its keys come from the parent.
const monthColumns = `SELECT string_agg(part, ', ' ORDER BY place, number) FROM (
	SELECT format('%I %s%s%s', attname, format_type(atttypid, atttypmod), ' DEFAULT ' || pg_get_expr(adbin, adrelid), CASE WHEN attnotnull THEN ' NOT NULL' END) AS part,
		-greatest(attlen, 0) AS place, attnum AS number
	FROM pg_attribute LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
	WHERE attrelid = 'energy_readings'::regclass AND attnum > 0 AND NOT attisdropped
	UNION ALL SELECT format('CONSTRAINT %I %s', conname, pg_get_constraintdef(oid)), 1, 0 FROM pg_constraint WHERE conrelid = 'energy_readings'::regclass AND contype = 'c') parts`
