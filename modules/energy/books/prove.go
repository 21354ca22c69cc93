package books

import (
	"cmp"
	"slices"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/ledger"
)

// Proof is the comparison of a device's books with its readings.
type Proof struct {
	Device                   energy.DeviceID
	Differences              []Difference
	Readings, Days, Unproven int
	// Missing is what the pages lack; negative where they have too much. A page whose sums alone are wrong is in it without a quarter.
	Missing ledger.Entries
	// Unreadable are the pages whose quarters cannot be decoded. Missing has all of their energy.
	Unreadable []ledger.PageKey
	// Links are the links to be corrected, oldest first.
	Links []CorrectedLink
	// NotBooked are the readings that must be decoded.
	NotBooked []energy.Reading
	// Irreparable are the differences whose readings are deleted.
	Irreparable int
	// FirstDay is the day of the first page, if the stored one is later.
	FirstDay *int32
}

// CorrectedLink is a link as it is stored, and as it must be.
type CorrectedLink struct{ Was, Is ledger.Link }

// Prove compares the records of a device.
func Prove(device energy.DeviceID, t ledger.Traits, r Records) (Proof, error) {
	p := prover{proof: Proof{Device: device, Missing: ledger.Entries{}}, records: r, compared: make(map[int32]bool)}
	steps := []func() error{func() error { return p.readLinks(t) }, p.readLimits, p.comparePages, p.comparePageless, p.compareFirstDay}
	for _, step := range steps {
		if err := step(); err != nil {
			return Proof{}, err
		}
	}
	slices.SortStableFunc(p.proof.Differences, func(a, b Difference) int {
		return cmp.Or(cmp.Compare(a.From, b.From), cmp.Compare(a.To, b.To))
	})
	return p.proof, nil
}

type prover struct {
	proof   Proof
	records Records
	// computed is what the readings say.
	computed   ledger.Entries
	journalled ledger.Entries
	from       int32          // the first day that is proved
	compared   map[int32]bool // the days that were compared
	first      *int32         // the day of the first page
}

func (p *prover) readLinks(t ledger.Traits) error {
	p.computed = ledger.Entries{}
	counters := make(map[energy.Kind]*ledger.Recounter)
	for _, kind := range []energy.Kind{energy.Register, energy.Sample} {
		base, err := p.records.KeptBase(kind)
		if err != nil {
			return err
		}
		counters[kind] = ledger.NewRecounter(t, base)
	}
	for l, err := range p.records.Links() {
		if err != nil {
			return err
		}
		p.proof.Readings++
		switch {
		case l.Kind == energy.Interval && !l.BreaksChain:
			p.computed.BookInterval(l.Reading, +1)
		case l.BreaksChain && (l.Kind == energy.Sample || l.Kind == energy.Rejected):
			counters[energy.Sample].Next(l)
		case !l.BreaksChain && !l.Booked:
			p.proof.NotBooked = append(p.proof.NotBooked, l.Reading)
			p.add(LinkNotBooked, l.At, l.At, 0, 0)
		case !l.BreaksChain:
			p.addLink(l, counters[l.Kind].Next(l))
		}
	}
	return nil
}

// addLink books a link as it must be, and adds how the stored one differs.
func (p *prover) addLink(was, is ledger.Link) {
	p.computed.Book(is.Device, is.At, is.Booking, +1)
	if was == is {
		return
	}
	p.proof.Links = append(p.proof.Links, CorrectedLink{was, is})
	for _, f := range []struct {
		figure           Figure
		stored, computed int64
	}{
		{LinkEnergy, int64(was.Booking.Energy), int64(is.Booking.Energy)},
		{LinkStart, int64(was.Booking.From), int64(is.Booking.From)},
		{LinkBase, was.Base.Value, is.Base.Value},
		{LinkBaseAt, int64(was.Base.At), int64(is.Base.At)},
		{LinkBurst, int64(was.Base.Burst.Energy), int64(is.Base.Burst.Energy)},
	} {
		if f.stored != f.computed {
			p.add(f.figure, is.Booking.From, is.At, f.stored, f.computed)
		}
	}
}

func (p *prover) add(figure Figure, from, to energy.Instant, stored, computed int64) {
	p.proof.Differences = append(p.proof.Differences, Difference{Device: p.proof.Device, Figure: figure, From: from, To: to, Stored: stored, Computed: computed})
}

// readLimits reads which days are proved, and what is not posted.
func (p *prover) readLimits() (err error) {
	if p.from, err = p.records.ProvenFrom(); err == nil {
		p.journalled, err = p.records.Journalled()
	}
	return err
}

func (p *prover) comparePages() error {
	for stored, err := range p.records.Pages() {
		if err != nil {
			return err
		}
		p.compare(stored)
	}
	return nil
}

// compare compares a page with its own sums and, if its day is proved, with what the readings say.
func (p *prover) compare(stored StoredPage) {
	key := ledger.PageKey{Device: p.proof.Device, Day: stored.Page.Day}
	if p.first == nil {
		p.first = &key.Day
	}
	proved := key.Day >= p.from
	if !stored.Unreadable {
		p.compareSums(key, stored)
	}
	if !proved {
		p.proof.Unproven++
		if stored.Unreadable {
			p.proof.Irreparable++
			p.addOfDay(UnreadablePage, key, int64(stored.Energy), int64(stored.Energy))
		}
		return
	}
	p.proof.Days++
	p.compared[key.Day] = true
	computed := p.computed[key]
	if stored.Unreadable {
		p.proof.Unreadable = append(p.proof.Unreadable, key)
		p.correct(key)
		p.addOfDay(UnreadablePage, key, int64(stored.Energy), totalOf(computed))
	}
	p.journalled.Apply(stored.Page)
	for slot, is := range stored.Page.Quarters {
		p.compareQuarter(key, slot, is, computed[slot], stored.Unreadable)
	}
}

func totalOf(quarters map[int]ledger.Quarter) (mWh int64) {
	for _, q := range quarters {
		mWh += int64(q.Energy)
	}
	return mWh
}

// compareSums compares the sums that are stored beside a page's quarters with the quarters.
func (p *prover) compareSums(key ledger.PageKey, stored StoredPage) {
	for _, f := range []struct {
		figure           Figure
		stored, computed energy.Energy
	}{{DayEnergy, stored.Energy, stored.Page.Total()}, {DayEstimated, stored.Estimated, stored.Page.Estimated()}} {
		if f.stored != f.computed {
			p.correct(key)
			p.addOfDay(f.figure, key, int64(f.stored), int64(f.computed))
		}
	}
}

func (p *prover) addOfDay(figure Figure, key ledger.PageKey, stored, computed int64) {
	p.add(figure, energy.StartOf(key.Day), energy.StartOf(key.Day+1), stored, computed)
}

// compareQuarter adds what a quarter hour lacks. The figures are not reported where their page is a difference as a whole.
func (p *prover) compareQuarter(key ledger.PageKey, slot int, stored, computed ledger.Quarter, reported bool) {
	if stored == computed {
		return
	}
	p.correct(key)[slot] = ledger.Quarter{
		Energy: computed.Energy - stored.Energy, Estimated: computed.Estimated - stored.Estimated,
		Measured: computed.Measured - stored.Measured, Filled: computed.Filled - stored.Filled,
	}
	if reported {
		return
	}
	from := energy.QuarterStart(int64(key.Day)*energy.QuartersPerDay + int64(slot))
	for _, f := range []struct {
		figure           Figure
		stored, computed int64
	}{
		{QuarterEnergy, int64(stored.Energy), int64(computed.Energy)},
		{QuarterEstimated, int64(stored.Estimated), int64(computed.Estimated)},
		{QuarterMeasured, stored.Measured, computed.Measured},
		{QuarterFilled, stored.Filled, computed.Filled},
	} {
		if f.stored != f.computed {
			p.add(f.figure, from, from.Add(energy.QuarterMs), f.stored, f.computed)
		}
	}
}

// correct returns what a page lacks, to be added to.
func (p *prover) correct(key ledger.PageKey) map[int]ledger.Quarter {
	if p.proof.Missing[key] == nil {
		p.proof.Missing[key] = make(map[int]ledger.Quarter)
	}
	return p.proof.Missing[key]
}

// comparePageless compares the days without a stored page: what the readings or the journal have of them.
func (p *prover) comparePageless() error {
	for _, entries := range []ledger.Entries{p.computed, p.journalled} {
		for key := range entries {
			if key.Day < p.from || p.compared[key.Day] {
				continue
			}
			p.compared[key.Day] = true
			p.proof.Days++
			journalled, computed := p.journalled[key], p.computed[key]
			for slot := range energy.QuartersPerDay {
				p.compareQuarter(key, slot, journalled[slot], computed[slot], false)
			}
		}
	}
	return nil
}

// compareFirstDay compares the stored day of the first page with the pages.
func (p *prover) compareFirstDay() error {
	stored, known, err := p.records.FirstDay()
	if err != nil || p.first == nil || (known && stored <= *p.first) {
		return err
	}
	p.proof.FirstDay = p.first
	p.add(FirstDay, energy.StartOf(*p.first), energy.StartOf(*p.first+1), int64(stored), int64(*p.first))
	return nil
}
