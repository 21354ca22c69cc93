package gormenergy_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	gormenergy "github.com/holotwin/holotwin/adapters/gorm/energy"
	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/books"
	"github.com/holotwin/holotwin/modules/energy/campus"
	"github.com/holotwin/holotwin/modules/energy/energytest"
	"github.com/holotwin/holotwin/modules/energy/ledger"
	"github.com/holotwin/holotwin/platform/audit"
	"github.com/holotwin/holotwin/platform/database"
	"github.com/holotwin/holotwin/platform/database/databasetest"
)

const (
	quarter = energy.Instant(energy.QuarterMs)
	oneDay  = energy.Instant(energy.DayMs)
)

func checkerOf(store *gormenergy.Store) *books.Checker {
	return books.NewChecker(store, campus.NewCatalog(store, energytest.Clock{}, func(string) string { return "id" }, time.UTC), energytest.Clock{})
}

// proven are the tests whose books are checked when they end.
var proven sync.Map

// provedAtEnd checks the books of a store when the test ends, once for a test that begins again with an empty store.
func provedAtEnd(t *testing.T, store *gormenergy.Store) *gormenergy.Store {
	if _, known := proven.LoadOrStore(t, true); known {
		return store
	}
	t.Cleanup(func() {
		sum, err := checkerOf(store).Check(context.Background(), func(d books.Difference) error { return errors.New(d.String()) })
		assert.NoError(t, err)
		assert.Zero(t, sum.Differences)
	})
	return store
}

func differencesOf(t *testing.T, store *gormenergy.Store) (all []books.Difference) {
	t.Helper()
	_, err := checkerOf(store).Check(context.Background(), func(d books.Difference) error {
		all = append(all, d)
		return nil
	})
	require.NoError(t, err)
	return all
}

// dump are the rows whose figures a repair corrects.
func dump(t *testing.T, db *database.Database) (rows []string) {
	t.Helper()
	for _, query := range []string{
		"SELECT device_id || ' ' || day || ' ' || energy || ' ' || estimated, quarters FROM energy_pages ORDER BY device_id, day",
		"SELECT device_id || ' ' || at || ' ' || value || ' ' || verdict || ' ' || booked_from || ' ' || booked || ' ' || base_at || ' ' || base_value || ' ' || burst, '' FROM energy_readings ORDER BY device_id, at",
		"SELECT device_id || ' ' || day, '' FROM energy_begun ORDER BY device_id",
	} {
		found, err := db.Read.Raw(query).Rows()
		require.NoError(t, err)
		for found.Next() {
			var text, bytes string
			require.NoError(t, found.Scan(&text, &bytes))
			if !strings.Contains(text, " 0 0") || bytes != "" { // a page that was planted stays, without energy
				rows = append(rows, fmt.Sprintf("%s %x", text, bytes))
			}
		}
		require.NoError(t, errors.Join(found.Err(), found.Close()))
	}
	return rows
}

// fillBooks stores every kind of reading.
func fillBooks(t *testing.T, store *gormenergy.Store) {
	t.Helper()
	var batch []energy.Reading
	for i := range energy.Instant(4) {
		at := energytest.Start + i*quarter
		batch = append(batch, energytest.Interval("interval", at, 105_001), energytest.Sample("power", at, energy.Power(100_001+i)))
		batch = append(batch, energytest.Register("register", at+oneDay, energy.Energy(999_000_000+i*333_333)))
	}
	last := energytest.Start + oneDay + 40*quarter // a long silence
	batch = append(batch, energytest.Register("register", last, 1_001_000_001), energytest.Register("register", last+quarter, 70_007), energytest.Register("register", last+2*quarter, 70_006))
	batch = append(batch, energytest.Register("burst", energytest.Start, 5_000_000))
	for i := range energy.Instant(3) {
		r := energytest.Register("burst", energytest.Start+8*quarter+i*100, energy.Energy(5_500_000+i*100_001))
		r.Source = energy.ByArrival
		batch = append(batch, r)
	}
	_, err := store.Append(context.Background(), batch, energytest.Traits)
	require.NoError(t, err)
	_, err = store.Post(context.Background())
	require.NoError(t, err)
}

// changeQuarter changes the first quarter hour with energy of a device's page, and the page's sums.
func changeQuarter(t *testing.T, db *database.Database, device string, change func(*ledger.Quarter)) {
	t.Helper()
	var page ledger.Page
	var packed []byte
	require.NoError(t, db.Read.Raw("SELECT day, quarters FROM energy_pages WHERE device_id = ? ORDER BY day LIMIT 1", device).Row().Scan(&page.Day, &packed))
	require.NoError(t, page.DecodeQuarters(packed))
	for i := range page.Quarters {
		if page.Quarters[i].Energy > 0 {
			change(&page.Quarters[i])
			break
		}
	}
	require.NoError(t, db.Write.Exec("UPDATE energy_pages SET energy = ?, estimated = ?, quarters = ? WHERE device_id = ? AND day = ?",
		int64(page.Total()), int64(page.Estimated()), page.EncodeQuarters(), device, page.Day).Error)
}

// planted are differences of 1 mWh or 1 ms, by what is changed; each is found as a figure of a device.
var planted = []struct {
	name   string
	device string
	figure books.Figure
	plant  func(t *testing.T, db *database.Database)
}{
	{"energy of a quarter hour", "interval", books.QuarterEnergy, quarterPlant("interval", func(q *ledger.Quarter) { q.Energy++ })},
	{"estimate of a quarter hour", "register", books.QuarterEstimated, quarterPlant("register", func(q *ledger.Quarter) { q.Estimated++ })},
	{"measured time", "power", books.QuarterMeasured, quarterPlant("power", func(q *ledger.Quarter) { q.Measured-- })},
	{"filled time", "interval", books.QuarterFilled, quarterPlant("interval", func(q *ledger.Quarter) { q.Filled++ })},
	{"sum of a day", "power", books.DayEnergy, sqlPlant("UPDATE energy_pages SET energy = energy - 1 WHERE device_id = 'power'")},
	{"estimate of a day", "burst", books.DayEstimated, sqlPlant("UPDATE energy_pages SET estimated = estimated + 1 WHERE device_id = 'burst'")},
	{"a page that cannot be read", "register", books.UnreadablePage, plantUnreadable},
	{"a page that is gone", "interval", books.QuarterEnergy, sqlPlant("DELETE FROM energy_pages WHERE device_id = 'interval'")},
	{"a page without readings", "power", books.QuarterEnergy, plantPage},
	{"what a register books", "register", books.LinkEnergy, sqlPlant("UPDATE energy_readings SET booked = booked + 1 WHERE device_id = 'register' AND verdict = 2 AND value = 999333333")},
	{"what a restarted register books", "register", books.LinkEnergy, sqlPlant("UPDATE energy_readings SET booked = booked - 1 WHERE device_id = 'register' AND value = 70007")},
	{"what a power books", "power", books.LinkEnergy, sqlPlant("UPDATE energy_readings SET booked = booked + 1 WHERE device_id = 'power' AND value = 100002")},
	{"the start of a booking", "register", books.LinkStart, sqlPlant("UPDATE energy_readings SET booked_from = booked_from + 1 WHERE device_id = 'register' AND value = 999333333")},
	{"where a chain stands", "register", books.LinkBase, sqlPlant("UPDATE energy_readings SET base_value = base_value + 1 WHERE device_id = 'register' AND value = 999333333")},
	{"where a chain stands after a step back", "register", books.LinkBase, sqlPlant("UPDATE energy_readings SET base_value = base_value + 1 WHERE device_id = 'register' AND value = 70006")},
	{"when a chain stood there", "power", books.LinkBaseAt, sqlPlant("UPDATE energy_readings SET base_at = base_at - 1 WHERE device_id = 'power' AND value = 100003")},
	{"what a burst counted", "burst", books.LinkBurst, plantBurst},
	{"a reading that is not decoded", "register", books.LinkNotBooked, plantNotBooked},
	{"the day of the first page", "interval", books.FirstDay, sqlPlant("UPDATE energy_begun SET day = day + 1 WHERE device_id = 'interval'")},
}

func sqlPlant(statement string) func(*testing.T, *database.Database) {
	return func(t *testing.T, db *database.Database) {
		done := db.Write.Exec(statement)
		require.NoError(t, done.Error)
		require.Positive(t, done.RowsAffected)
	}
}

func quarterPlant(device string, change func(*ledger.Quarter)) func(*testing.T, *database.Database) {
	return func(t *testing.T, db *database.Database) { changeQuarter(t, db, device, change) }
}

func plantUnreadable(t *testing.T, db *database.Database) {
	require.NoError(t, db.Write.Exec("UPDATE energy_pages SET quarters = ? WHERE device_id = 'register'", []byte{1}).Error)
}

func plantPage(t *testing.T, db *database.Database) {
	page := ledger.Page{Day: energy.DayOf(energytest.Start + 3*oneDay)}
	page.Quarters[5] = ledger.Quarter{Energy: 1, Measured: 1}
	require.NoError(t, db.Write.Exec("INSERT INTO energy_pages (device_id, day, energy, estimated, quarters) VALUES ('power', ?, 1, 0, ?)", page.Day, page.EncodeQuarters()).Error)
}

func plantBurst(t *testing.T, db *database.Database) {
	var burst string
	require.NoError(t, db.Read.Raw("SELECT burst FROM energy_readings WHERE device_id = 'burst' AND burst <> '' ORDER BY at LIMIT 1").Scan(&burst).Error)
	var since, start, counted int64
	_, err := fmt.Sscan(burst, &since, &start, &counted)
	require.NoError(t, err)
	require.NoError(t, db.Write.Exec("UPDATE energy_readings SET burst = ? WHERE burst = ?", fmt.Sprint(since, start, counted+1), burst).Error)
}

// plantNotBooked undoes what the last reading of a register booked.
func plantNotBooked(t *testing.T, db *database.Database) {
	sqlPlant("UPDATE energy_readings SET verdict = 0, booked_from = 0, booked = 0, base_at = 0, base_value = 0 WHERE device_id = 'register' AND value = 70006")(t, db)
}

// TestPlantedDifferencesAreFoundAndRepaired plants one difference at a time in each stored figure. It is found alone, found again because
// looking repairs nothing, and after a repair the books are what they were. The repair is in the audit with both values.
func TestPlantedDifferencesAreFoundAndRepaired(t *testing.T) {
	databasetest.Everywhere(t, func(t *testing.T, db *database.Database) {
		ctx := context.Background()
		require.NoError(t, db.Migrate(ctx, "energy", gormenergy.Migrations()))
		var noted []audit.Entry
		var refused error
		db.Audit(func(_ *gorm.DB, e audit.Entry) error {
			noted = append(noted, e)
			return refused
		})
		store := gormenergy.New(db, energytest.Clock{})
		fillBooks(t, store)
		require.Empty(t, differencesOf(t, store))
		before := dump(t, db)
		for _, p := range planted {
			t.Run(p.name, func(t *testing.T) {
				p.plant(t, db)
				found := differencesOf(t, store)
				require.NotEmpty(t, found)
				require.Equal(t, found, differencesOf(t, store))
				for _, d := range found {
					require.Equal(t, energy.DeviceID(p.device), d.Device, "%s", d)
				}
				require.Contains(t, figuresOf(found), p.figure)

				noted, refused = nil, errors.New("no audit")
				_, err := checkerOf(store).Repair(ctx, "holotwin", func(books.Difference) error { return nil })
				require.ErrorIs(t, err, refused)
				require.Equal(t, found, differencesOf(t, store), "without its audit nothing is repaired")

				noted, refused = nil, nil
				sum, err := checkerOf(store).Repair(ctx, "holotwin", func(books.Difference) error { return nil })
				require.NoError(t, err)
				require.Equal(t, len(found), sum.Repaired)
				require.Empty(t, differencesOf(t, store))
				require.Equal(t, before, dump(t, db))
				require.NotEmpty(t, noted)
				require.Equal(t, "/api/dispositivos/"+p.device, noted[0].Target)
				require.Equal(t, "holotwin", noted[0].Actor)
				details := ""
				for _, e := range noted {
					details += e.Detail + "\n"
				}
				for _, d := range found {
					if d.Figure != books.LinkNotBooked && d.Figure != books.UnreadablePage {
						require.Contains(t, details, fmt.Sprintf("%s %d → %d %s", d.Figure, d.Stored, d.Computed, d.Figure.Unit()))
					}
				}
				require.Contains(t, details, string(p.figure))
			})
		}
	})
}

func figuresOf(all []books.Difference) (figures []books.Figure) {
	for _, d := range all {
		figures = append(figures, d.Figure)
	}
	return figures
}

// TestAPlantedMilliwattHourIsReportedWithItsPlace checks a difference to the digit.
func TestAPlantedMilliwattHourIsReportedWithItsPlace(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.Database) {
		require.NoError(t, db.Migrate(context.Background(), "energy", gormenergy.Migrations()))
		store := gormenergy.New(db, energytest.Clock{})
		fillBooks(t, store)
		changeQuarter(t, db, "interval", func(q *ledger.Quarter) { q.Energy++ })
		from := energytest.Start - quarter
		require.Equal(t, []books.Difference{{Device: "interval", Figure: books.QuarterEnergy, From: from, To: from + quarter, Stored: 105_002, Computed: 105_001}}, differencesOf(t, store))
	})
}

// TestJournalledDifferences plants differences in the journal of PostgreSQL.
func TestJournalledDifferences(t *testing.T) {
	db := openPostgres(t)
	ctx := context.Background()
	require.NoError(t, db.Migrate(ctx, "energy", gormenergy.Migrations()))
	store := gormenergy.New(db, energytest.Clock{})
	for i, statement := range []string{"UPDATE energy_journal SET value = value + 1", "DELETE FROM energy_journal"} {
		at := energytest.Start + energy.Instant(i)*quarter
		_, err := store.Append(ctx, []energy.Reading{energytest.Interval("d", at, 7)}, energytest.Traits)
		require.NoError(t, err)
		require.Empty(t, differencesOf(t, store))
		sqlPlant(statement)(t, db)
		found := differencesOf(t, store)
		require.NotEmpty(t, found)
		require.Equal(t, books.QuarterEnergy, found[0].Figure)
		_, err = checkerOf(store).Repair(ctx, "holotwin", func(books.Difference) error { return nil })
		require.NoError(t, err)
		require.Empty(t, differencesOf(t, store))
		_, err = store.Post(ctx)
		require.NoError(t, err)
		require.Empty(t, differencesOf(t, store))
		require.EqualValues(t, 7*(i+1), energytest.Total(t, store, "d"))
	}
}

// TestDeletedReadingsProveNothing deletes readings whose totals stay: also where an earlier version deleted them and recorded nothing.
func TestDeletedReadingsProveNothing(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.Database) {
		ctx := context.Background()
		require.NoError(t, db.Migrate(ctx, "energy", before{gormenergy.Migrations(), "00260", "none"}))
		store := gormenergy.New(db, energytest.Clock{})
		february := energytest.Start + 31*oneDay - 20*quarter
		var batch []energy.Reading
		for i := energy.Instant(-100); i < 100; i++ {
			batch = append(batch, energytest.Register("r", february+i*quarter, energy.Energy(5_000_000+i*1001)), energytest.Interval("i", february+i*quarter, 1001))
		}
		_, err := store.Append(ctx, batch, energytest.Traits)
		require.NoError(t, err)
		_, err = store.Post(ctx)
		require.NoError(t, err)
		require.NoError(t, db.Write.Exec("DELETE FROM energy_readings WHERE at < ?", int64(february)).Error) // as an earlier version
		require.NoError(t, db.Migrate(ctx, "energy", gormenergy.Migrations()))
		check := func() books.Result {
			sum, err := checkerOf(store).Check(ctx, func(d books.Difference) error { return errors.New(d.String()) })
			require.NoError(t, err)
			return sum
		}
		require.Equal(t, books.Result{Devices: 2, Readings: 200, Days: 4, Unproven: 4}, check())
		_, err = store.ForgetReadings(ctx, february+28*oneDay)
		require.NoError(t, err)
		require.Equal(t, books.Result{Devices: 2, Unproven: 8}, check())
		require.NoError(t, store.ForgetTotals(ctx, energy.DayOf(february)))
		require.Equal(t, books.Result{Devices: 2, Unproven: 4}, check())
	})
}

// TestNoDifferenceIsReportedWhileOthersWrite checks the books again and again while two servers store readings of all kinds, correct and
// withdraw them, post the journal and delete old ones; and repairs one difference meanwhile.
func TestNoDifferenceIsReportedWhileOthersWrite(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.Database) {
		ctx := context.Background()
		require.NoError(t, db.Migrate(ctx, "energy", gormenergy.Migrations()))
		stores := []*gormenergy.Store{gormenergy.New(db, energytest.Clock{}), gormenergy.New(db, energytest.Clock{})}
		fillBooks(t, stores[0])
		stop := make(chan struct{})
		var writers sync.WaitGroup
		for n, store := range stores {
			writers.Go(func() {
				random := rand.New(rand.NewPCG(uint64(n), 7))
				for round := 0; !isClosed(stop) && !t.Failed(); round++ {
					writeSome(t, store, random, round)
				}
			})
		}
		for range 12 {
			require.Empty(t, differencesOf(t, stores[0]))
		}
		changeQuarter(t, db, "interval", func(q *ledger.Quarter) { q.Energy++ })
		sum, err := checkerOf(stores[1]).Repair(ctx, "holotwin", func(books.Difference) error { return nil })
		require.NoError(t, err)
		require.Equal(t, 1, sum.Repaired)
		require.Empty(t, differencesOf(t, stores[0]))
		close(stop)
		writers.Wait()
		require.Empty(t, differencesOf(t, stores[0]))
	})
}

func isClosed(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}

// writeSome stores a few readings of two devices, late ones among them, and corrects one.
func writeSome(t *testing.T, store *gormenergy.Store, random *rand.Rand, round int) {
	ctx := context.Background()
	device := energy.DeviceID([]string{"interval", "register", "power", "mixed"}[random.IntN(4)])
	at := energytest.Start + energy.Instant(random.IntN(200))*quarter/3
	readings := map[energy.DeviceID]energy.Reading{
		"interval": energytest.Interval(device, at, energy.Energy(random.IntN(1_000_000))), "power": energytest.Sample(device, at, energy.Power(random.IntN(1_000_000))),
		"register": energytest.Register(device, at, energy.Energy(int64(at-energytest.Start)*3)), "mixed": energytest.Register(device, at, energy.Energy(at-energytest.Start)),
	}
	r := readings[device]
	if device == "mixed" && round%3 > 0 {
		r = energy.Reading{Device: device, At: at, Kind: energy.Interval, Energy: energy.Energy(random.IntN(1000)), Span: int64(quarter / 3)}
	}
	_, err := store.Append(ctx, []energy.Reading{r}, energytest.Traits)
	assert.NoError(t, err)
	if round%4 == 0 {
		c := ledger.Correction{Key: r.Key(), Reason: "r", By: "b", Made: energytest.Now}
		if round%8 == 0 {
			after := r
			after.Energy++
			c.After = &after
		}
		var overlapping energy.ErrOverlapping
		var missing energy.ErrNotFound
		if _, err := store.Correct(ctx, c, energytest.Traits); err != nil && !errors.As(err, &overlapping) && !errors.As(err, &missing) {
			assert.NoError(t, err)
		}
	}
	if round%5 == 0 {
		_, err := store.Post(ctx)
		assert.NoError(t, err)
	}
}

// TestBooksAreCheckedOnceADay checks device after device, by one process at a time, and starts again after a day.
func TestBooksAreCheckedOnceADay(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.Database) {
		ctx := context.Background()
		require.NoError(t, db.Migrate(ctx, "energy", gormenergy.Migrations()))
		store := gormenergy.New(db, energytest.Clock{})
		fillBooks(t, store)
		changeQuarter(t, db, "power", func(q *ledger.Quarter) { q.Energy++ })
		clock := &energytest.SetClock{At: energytest.Now}
		checker := books.NewChecker(store, campus.NewCatalog(store, clock, func(string) string { return "id" }, time.UTC), clock)
		release, mine, err := store.TryLockBooks(ctx)
		require.NoError(t, err)
		require.True(t, mine)
		require.NoError(t, checker.CheckSome(ctx))
		_, err = checker.Repair(ctx, "holotwin", nil)
		require.ErrorIs(t, err, books.ErrBusy)
		state, err := checker.State(ctx)
		require.NoError(t, err)
		require.Equal(t, books.State{}, state, "another process is at it")
		release()
		for range 6 {
			require.NoError(t, checker.CheckSome(ctx))
		}
		state, err = checker.State(ctx)
		require.NoError(t, err)
		require.Equal(t, books.State{Checked: 4, Oldest: energytest.Now, Differing: 1, Differences: 1}, state)
		clock.At += oneDay + 1
		require.NoError(t, checker.CheckSome(ctx))
		due, all, err := store.DueForCheck(ctx, clock.At-oneDay, 10)
		require.NoError(t, err)
		require.Equal(t, []energy.DeviceID{"interval", "power", "register"}, due)
		require.Equal(t, 4, all)
	})
}
