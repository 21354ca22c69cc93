package events

import (
	"context"
	"errors"
	"sort"
	"sync"
	"sync/atomic"
	"time"
)

// Feed lets readers follow the outbox. One goroutine reads it for all of them; who falls behind what is held in memory reads on
// from the database by himself, and holds up nobody.
type Feed struct {
	outbox *Outbox
	wakeUp chan struct{}

	readers atomic.Int64
	failing atomic.Bool

	mu sync.Mutex
	// recent are the last events, oldest first; from is the place before the first of them, and at the one that the feed has
	// read up to. While nobody reads, the feed sleeps and known is false.
	recent                []Event
	memoryStart, position Position
	active                bool
	// changed is closed and made anew when there is more.
	changed chan struct{}
}

// Bounds of the feed.
const (
	// recentEvents are some seconds of a busy campus; half of them are dropped when there are more.
	recentEvents = 8192
	// pollEvery is how often the outbox is looked at for what other processes committed, and what this one committed while an
	// older transaction was under way.
	pollEvery = 50 * time.Millisecond
	// Where other processes tell of their commits, it is looked only so often after each, in case an older transaction was under
	// way, and every now and then all the same.
	pollsAfterCommit = 20
	slowPollEvery    = 2 * time.Second
	// gatherTime is how long events are gathered for all readers: sending each alone would cost a write a reader.
	gatherTime = 20 * time.Millisecond
	// rowsAtOnce bounds what is read at once.
	rowsAtOnce = 200
	// pauseAfterError is how long a database that is away is left alone.
	pauseAfterError = time.Second
)

// NewFeed makes a feed; Run must run for readers to get anything.
func NewFeed(outbox *Outbox) *Feed {
	f := &Feed{outbox: outbox, wakeUp: make(chan struct{}, 1), changed: make(chan struct{})}
	outbox.subscribe(f.wakeUp)
	return f
}

// Run follows the outbox until ctx ends, while anybody reads. failed is told the first of several errors.
func (f *Feed) Run(ctx context.Context, failed func(error)) {
	quiet := 0 // looks in a row for which nobody asked
	for ctx.Err() == nil {
		wait := pollEvery
		if f.outbox.SharesCommits() && quiet >= pollsAfterCommit {
			wait = slowPollEvery
		}
		if f.readers.Load() == 0 {
			f.deactivate()
			wait = time.Hour // a reader wakes it
		}
		select {
		case <-ctx.Done():
			return
		case <-f.wakeUp:
			quiet = 0
		case <-time.After(wait):
			quiet++
		}
		if f.readers.Load() == 0 {
			continue
		}
		err := f.readNew(ctx)
		if err != nil && ctx.Err() == nil && !f.failing.Load() {
			failed(err)
		}
		f.failing.Store(err != nil)
		pause := gatherTime
		if err != nil {
			pause = pauseAfterError
		}
		select {
		case <-ctx.Done():
		case <-time.After(pause):
		}
	}
}

// deactivate forgets where the feed was: what comes while nobody reads need not be read.
func (f *Feed) deactivate() {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.readers.Load() == 0 {
		f.recent, f.active = nil, false
	}
}

// readNew reads all that there is.
func (f *Feed) readNew(ctx context.Context) error {
	f.mu.Lock()
	at, known := f.position, f.active
	f.mu.Unlock()
	if !known {
		var err error
		if at, err = f.outbox.head(ctx); err != nil {
			return err
		}
		f.mu.Lock()
		f.memoryStart, f.position, f.active, f.recent = at, at, true, nil
		f.notifyReaders() // what came between a reader's place and this one is in the database
		f.mu.Unlock()
	}
	for {
		all, err := f.outbox.after(ctx, at, rowsAtOnce)
		if err != nil || len(all) == 0 {
			return err
		}
		f.add(all)
		at = all[len(all)-1].Position
	}
}

func (f *Feed) add(all []Event) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.recent = append(f.recent, all...)
	f.position = all[len(all)-1].Position
	if drop := len(f.recent) - recentEvents; drop > 0 {
		drop = max(drop, recentEvents/2)
		drop = min(drop, len(f.recent)-1)
		f.memoryStart = f.recent[drop-1].Position
		f.recent = append([]Event(nil), f.recent[drop:]...)
	}
	f.notifyReaders()
}

// notifyReaders lets readers look again; f.mu is held.
func (f *Feed) notifyReaders() {
	close(f.changed)
	f.changed = make(chan struct{})
}

// ErrExpired is a place of which what follows is no longer kept: what happened since must be asked for otherwise.
var ErrExpired = errors.New("the events since then are no longer kept")

// Reader goes through the events from a place on.
type Reader struct {
	feed     *Feed
	position Position
}

// Read begins after a place, or with what comes from now on where it is nil. The reader must be closed. ErrForgotten where the
// place is too old.
func (f *Feed) Read(ctx context.Context, after *Position) (*Reader, error) {
	head, err := f.outbox.head(ctx)
	if err != nil {
		return nil, err
	}
	r := &Reader{feed: f, position: head}
	if after != nil {
		if after.MadeAt < f.outbox.now().Add(-Retention).UnixMilli() {
			return nil, ErrExpired
		}
		r.position = *after
	}
	f.readers.Add(1)
	select {
	case f.wakeUp <- struct{}{}:
	default:
	}
	return r, nil
}

// Close ends the reading.
func (r *Reader) Close() { r.feed.readers.Add(-1) }

// maxCommitTime is longer than any transaction: what was told before it has been read.
const maxCommitTime = time.Minute

// Position is the place up to which the reader has read.
func (r *Reader) Position() Position { return r.position }

// Next waits for events and gives them, oldest first; none where ctx ended before there were any.
func (r *Reader) Next(ctx context.Context) ([]Event, error) {
	for {
		all, more, err := r.available(ctx)
		if err != nil {
			return nil, err
		}
		if len(all) > 0 {
			r.position = all[len(all)-1].Position
			return all, nil
		}
		select {
		case <-ctx.Done():
			r.position.MadeAt = max(r.position.MadeAt, r.feed.outbox.now().Add(-maxCommitTime).UnixMilli())
			return nil, nil
		case <-more:
		}
	}
}

// available gives what is there after the reader's place, or what tells that there is more.
func (r *Reader) available(ctx context.Context) (all []Event, more <-chan struct{}, err error) {
	f := r.feed
	f.mu.Lock()
	more = f.changed
	inMemory := f.active && r.position.compare(f.memoryStart) >= 0
	behind := f.active && !inMemory
	if inMemory {
		i := sort.Search(len(f.recent), func(i int) bool { return f.recent[i].Position.compare(r.position) > 0 })
		all = f.recent[i:len(f.recent):len(f.recent)]
	}
	f.mu.Unlock()
	if !behind {
		return all, more, nil
	}
	all, err = f.outbox.after(ctx, r.position, rowsAtOnce)
	if err == nil && len(all) == 0 {
		r.position = f.skipToMemory(r.position)
		return r.available(ctx)
	}
	return all, more, err
}

// skipToMemory moves a reader who has read all that is in the database before the feed's memory to its begin.
func (f *Feed) skipToMemory(at Position) Position {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.active && at.compare(f.memoryStart) < 0 {
		return f.memoryStart
	}
	return at
}
