package gormenergy

import (
	"context"
	"database/sql"
	"encoding/binary"
	"hash/fnv"
	"maps"
	"math"
	"slices"

	"github.com/holotwin/holotwin/modules/energy"
)

// timesLock is the lock of all times of all devices. A transaction that locks some times takes it shared. A transaction that needs too
// many locks, or starts a device's chain, takes it exclusively.
const timesLock = 4_820_150

// maxTimeLocks is how many locks one transaction takes: the server has space for some thousands.
const maxTimeLocks = 500

// lockedBits is the length of time of a device that one lock covers, in bits of an instant in ms. Intervals that overlap share a lock.
const lockedBits = 31 // 25 days of ms

// timeLocks are the locks of the times that readings cover, sorted; nil if there are too many.
func (p postgresRows) timeLocks(claims []energy.Reading) []int64 {
	locks := make(map[int64]bool, len(claims))
	for _, r := range claims {
		for part := int64(r.CoveredSpan().From) >> lockedBits; part <= int64(r.At-1)>>lockedBits; part++ {
			locks[p.lock(timeLock(r.Device, part))] = true
		}
		if len(locks) > maxTimeLocks {
			return nil
		}
	}
	return slices.Sorted(maps.Keys(locks))
}

func timeLock(device energy.DeviceID, part int64) int64 {
	h := fnv.New64a()
	_, _ = h.Write([]byte(device))
	_, _ = h.Write(binary.LittleEndian.AppendUint64(nil, uint64(part)))
	return int64(h.Sum64() & math.MaxInt64)
}

// Statements that lock times until the transaction ends. The next step must be another statement: a statement sees what was stored when it
// began, before it waited.
const (
	lockSomeTimes = `SELECT pg_advisory_xact_lock_shared($1::bigint)::text UNION ALL SELECT pg_advisory_xact_lock(k)::text FROM unnest($2::bigint[]) AS k`
	lockAllTimes  = `SELECT pg_advisory_xact_lock($1::bigint)`
)

// Statements between which neighbours are looked up by the key alone, in its order. PostgreSQL caches a plan: one that was made while a
// month was empty, or had no statistics yet, would read and sort all later readings of a device for each lookup. The setting is limited to
// these lookups, because other statements need hash joins and sorts; in the journal's transaction, of one statement and few rows, it holds
// to the end. As only one plan is left, it is not made anew for each small batch: that took longer than storing ten readings.
// Citus makes no such plan (0A000).
const (
	byIndex = `SELECT set_config('enable_seqscan', 'off', true), set_config('enable_bitmapscan', 'off', true), set_config('enable_sort', 'off', true),
		set_config('plan_cache_mode', CASE WHEN current_setting('citus.shard_count', true) IS NULL THEN 'force_generic_plan' ELSE 'auto' END, true)`
	byDefault = `SELECT set_config('enable_seqscan', NULL, true), set_config('enable_bitmapscan', NULL, true), set_config('enable_sort', NULL, true),
		set_config('plan_cache_mode', NULL, true)`
)

func (p postgresRows) lockTimes(ctx context.Context, claims []energy.Reading, alone bool) error {
	all, locks := p.lock(timesLock), p.timeLocks(claims)
	var err error
	if alone || locks == nil {
		_, err = p.tx.ExecContext(ctx, lockAllTimes, all)
	} else {
		_, err = p.tx.ExecContext(ctx, lockSomeTimes, all, locks)
	}
	return err
}

// isClaimed is true for a reading n if a stored interval covers a part of its time. Stored intervals do not overlap each other. So the
// first that ends after n begins may share a rounding with n, the next may be n itself, and the third decides. The bounds $8 and $9 leave
// out the months without any.
const isClaimed = `EXISTS (SELECT FROM (SELECT r.at, r.span FROM energy_readings r WHERE r.device_id = n.device_id AND r.kind = 1 AND NOT r.estimated
		AND r.at > n.at - n.span AND r.at > $8 AND r.at < $9 ORDER BY r.at LIMIT 3) r WHERE r.at <> n.at AND ` + overlapsN + `)`

// overlapsN is energy.Span.Overlaps of readings r and n.
const overlapsN = `LEAST(r.at, n.at) > GREATEST(r.at - r.span, n.at - n.span)
	AND (LEAST(r.at, n.at) - GREATEST(r.at - r.span, n.at - n.span) >= 1000
		OR (LEAST(r.at, n.at) - GREATEST(r.at - r.span, n.at - n.span)) * 100 >= LEAST(r.span, n.span))`

// boundsOf are the instants between which everything that overlaps readings ends.
func boundsOf(claims []energy.Reading) (after, before int64) {
	after, before = math.MaxInt64, 0
	for _, r := range claims {
		after, before = min(after, int64(r.CoveredSpan().From)), max(before, int64(r.At)+maxClaimSpan)
	}
	return after, before
}

func (p postgresRows) claims(ctx context.Context, stretches []stretch) ([]claim, error) {
	devices, from, to := make([]string, len(stretches)), make([]int64, len(stretches)), make([]int64, len(stretches))
	after, before := int64(math.MaxInt64), int64(0)
	for i, s := range stretches {
		devices[i], from[i], to[i] = string(s.device), int64(s.From), int64(s.To)
		after, before = min(after, from[i]), max(before, to[i]+maxClaimSpan)
	}
	if _, err := p.tx.ExecContext(ctx, byIndex); err != nil {
		return nil, err
	}
	const claiming = "SELECT r.device_id, r.at, r.span FROM energy_readings r WHERE r.device_id = s.device_id AND r.kind = 1 AND NOT r.estimated AND r.at > $4 AND r.at < $5"
	found, err := p.tx.QueryContext(ctx, `SELECT c.* FROM unnest($1::text[], $2::bigint[], $3::bigint[]) AS s (device_id, since, until), LATERAL (
		(`+claiming+` AND r.at > s.since AND r.at <= s.until ORDER BY r.at) UNION ALL
		(`+claiming+` AND r.at > s.until AND r.at < s.until + $6 ORDER BY r.at LIMIT 1)) c`, devices, from, to, after, before, maxClaimSpan)
	if err != nil {
		return nil, err
	}
	all, err := scanClaims(found)
	if err != nil {
		return nil, err
	}
	_, err = p.tx.ExecContext(ctx, byDefault)
	return all, err
}

func scanClaims(found *sql.Rows) (all []claim, err error) {
	err = scanAll(found, func(rows *sql.Rows) error {
		var c claim
		var span int64
		err := rows.Scan(&c.device, &c.at, &span)
		c.Span = energy.Span{From: c.at.Add(-span), To: c.at}
		all = append(all, c)
		return err
	})
	return all, err
}

func (p postgresRows) chains(ctx context.Context, devices []energy.DeviceID, hold bool) (map[energy.DeviceID]kinds, error) {
	query := "SELECT device_id, coalesce(kinds, -1) FROM energy_chains WHERE device_id = ANY($1::text[]) ORDER BY device_id"
	if hold {
		query += " FOR UPDATE"
	}
	found, err := p.tx.QueryContext(ctx, query, textsOf(devices))
	if err != nil {
		return nil, err
	}
	return scanKinds(found)
}

func scanKinds(found *sql.Rows) (map[energy.DeviceID]kinds, error) {
	all := make(map[energy.DeviceID]kinds)
	return all, scanAll(found, func(rows *sql.Rows) error {
		var id energy.DeviceID
		var k kinds
		err := rows.Scan(&id, &k)
		all[id] |= k
		return err
	})
}

func (p postgresRows) makeChains(ctx context.Context, devices []energy.DeviceID) error {
	if len(devices) == 0 {
		return nil
	}
	_, err := p.tx.ExecContext(ctx, "INSERT INTO energy_chains (device_id) SELECT unnest($1::text[]) ON CONFLICT DO NOTHING", textsOf(devices))
	return err
}

func (p postgresRows) lookKinds(ctx context.Context, devices []energy.DeviceID) (map[energy.DeviceID]kinds, error) {
	if len(devices) == 0 {
		return nil, nil
	}
	found, err := p.tx.QueryContext(ctx, `SELECT d.id, k.bits FROM unnest($1::text[]) AS d (id), LATERAL
		(SELECT coalesce(bit_or(1 << newest.kind), 0)::smallint AS bits FROM (SELECT kind, estimated FROM energy_readings WHERE device_id = d.id AND kind > 0 ORDER BY at DESC LIMIT $2) newest
			WHERE newest.kind > 1 OR NOT newest.estimated) k`, textsOf(devices), maxKindReadings)
	if err != nil {
		return nil, err
	}
	return scanKinds(found)
}

func (p postgresRows) saveKinds(ctx context.Context, changed map[energy.DeviceID]kinds) error {
	if len(changed) == 0 {
		return nil
	}
	devices := slices.Sorted(maps.Keys(changed))
	bits := make([]int16, len(devices))
	for i, id := range devices {
		bits[i] = int16(changed[id])
	}
	_, err := p.tx.ExecContext(ctx, `UPDATE energy_chains c SET kinds = n.kinds FROM unnest($1::text[], $2::smallint[]) AS n (device_id, kinds)
		WHERE c.device_id = n.device_id`, textsOf(devices), bits)
	return err
}
