package auth

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Person is a user, or one who was removed, as the tables of all modules name them.
type Person struct {
	ID string
	// Emails are their addresses, the former ones too, without those that another user has now.
	Emails []string
}

// Words are what a person is found by.
func (p Person) Words() []string { return append([]string{p.ID}, p.Emails...) }

// Kept is what this module keeps of a person.
type Kept struct {
	// User is nil if they were removed.
	User     *User
	Sessions []Family
	Accounts []LinkedAccount
	Networks []KnownNetwork
	// Factor is nil if they have no second factor. It is without the secret.
	Factor *Factor
	// ResetUntil is zero if there is no reset link.
	ResetUntil time.Time
	// Audit has the entries that the person made or that are about them, newest first. Complete is false if there are more.
	Audit    []NumberedEntry
	Complete bool
}

// LinkedAccount is an account of the university, and when it was linked.
type LinkedAccount struct {
	Account
	Linked time.Time
}

// KnownNetwork is a network from which a person logged in.
type KnownNetwork struct {
	Network string
	Last    time.Time
}

// MaxAuditOfPerson bounds the memory of one answer.
const MaxAuditOfPerson = 50_000

// Trace is what another module keeps of a person.
type Trace struct {
	Kind, What string
	At         time.Time // zero if it has none
	Texts      map[string]string
}

// Traces is what another module keeps of persons.
type Traces interface {
	// TracesOf returns what names the person, by their id or by an address in a text.
	TracesOf(ctx context.Context, person Person) ([]Trace, error)
	// Forget replaces the person by a pseudonym everywhere, and returns how many rows it changed. It may be called again.
	Forget(ctx context.Context, person Person, pseudonym string) (changed int, err error)
}

// PersonStore is what this module keeps of persons.
type PersonStore interface {
	// PersonOf returns a user by id, and one who was removed as the audit knows them; found is false if there is no trace of the id.
	PersonOf(ctx context.Context, id string) (person Person, found bool, err error)
	// KeptOf returns what is kept of a person.
	KeptOf(ctx context.Context, person Person) (Kept, error)
	// ForgetPerson deletes a user with all that belongs to them, replaces the person by a pseudonym in the audit, where it deletes the
	// addresses of their clients, and adds the audit entry. check gets the user if there is one. Errors: ErrLastAdmin, and errors of check.
	ForgetPerson(ctx context.Context, person Person, pseudonym string, check func(*User) error, note Entry) (changed int, err error)
	// DeleteAudit deletes at most limit entries older than before, oldest first, and adds the entry that note makes of their number, in one
	// transaction; none if nothing was deleted.
	DeleteAudit(ctx context.Context, before time.Time, limit int, note func(deleted int) Entry) (deleted int, err error)
}

// The actions that persons and the age of the audit write to it.
const (
	PersonForgotten = "person.forgotten"
	AuditDeleted    = "audit.deleted"
)

// Persons answers what is kept of a person, and forgets persons (Ley 1581 de 2012).
type Persons struct {
	store    PersonStore
	accounts *Accounts
	others   []Traces
	clock    Clock
	newID    func(prefix string) string
}

// NewPersons returns the use cases about persons. others are the modules that keep traces of them.
func NewPersons(store PersonStore, accounts *Accounts, clock Clock, newID func(prefix string) string, others ...Traces) *Persons {
	return &Persons{store: store, accounts: accounts, others: others, clock: clock, newID: newID}
}

// find returns a person whom the actor manages. A removed one is a matter of the administrators of the whole campus.
// Errors: ErrForbidden, ErrNotFound.
func (p *Persons) find(ctx context.Context, actor Actor, id string) (Person, error) {
	if actor.Role != Admin {
		return Person{}, ErrForbidden
	}
	if actor.Space != "" {
		if _, err := p.accounts.Get(ctx, actor, id); err != nil {
			return Person{}, err
		}
	}
	person, found, err := p.store.PersonOf(ctx, id)
	if err == nil && !found {
		err = ErrNotFound
	}
	return person, err
}

// Data returns all that is kept of a person. Errors: ErrForbidden, ErrNotFound.
func (p *Persons) Data(ctx context.Context, actor Actor, id string) (Person, Kept, []Trace, error) {
	person, err := p.find(ctx, actor, id)
	if err != nil {
		return Person{}, Kept{}, nil, err
	}
	kept, err := p.store.KeptOf(ctx, person)
	if err != nil {
		return Person{}, Kept{}, nil, err
	}
	var traces []Trace
	for _, other := range p.others {
		found, err := other.TracesOf(ctx, person)
		if err != nil {
			return Person{}, Kept{}, nil, err
		}
		traces = append(traces, found...)
	}
	slices.SortStableFunc(traces, func(a, b Trace) int { return b.At.Compare(a.At) })
	return person, kept, traces, nil
}

// Forget deletes a user, or the rest of one who was removed, and replaces them by a pseudonym wherever they are named. If it fails it can be
// called again. Errors: ErrForbidden, ErrNotFound, ErrLastAdmin.
func (p *Persons) Forget(ctx context.Context, actor Actor, id string) (pseudonym string, changed int, err error) {
	person, err := p.find(ctx, actor, id)
	if err != nil {
		return "", 0, err
	}
	was, known, err := p.accounts.users.User(ctx, id)
	if err != nil {
		return "", 0, err
	}
	if known {
		now := p.clock.Now()
		access, _, err := p.accounts.users.AccessOf(ctx, id, now, now)
		if err != nil {
			return "", 0, err
		}
		if access.LastAdmin {
			return "", 0, ErrLastAdmin
		}
	}
	pseudonym = p.newID("olvidado")
	for _, other := range p.others {
		n, err := other.Forget(ctx, person, pseudonym)
		if err != nil {
			return "", 0, err
		}
		changed += n
	}
	if actor.ID == id {
		actor.ID, actor.Client = pseudonym, ""
	}
	n, err := p.store.ForgetPerson(ctx, person, pseudonym, func(u *User) error {
		if u == nil || !known {
			return nil
		}
		return checkStillManaged(actor, was, *u)
	}, actor.Entry(p.clock.Now(), PersonForgotten, pseudonym, ""))
	p.accounts.changed(id)
	return pseudonym, changed + n, err
}

// auditBatch is how many entries one transaction deletes.
const auditBatch = 5000

// DeleteOldAudit deletes audit entries older than a number of days; 0 keeps all. Each deletion is an entry itself.
func (p *Persons) DeleteOldAudit(ctx context.Context, days int) error {
	if days == 0 {
		return nil
	}
	before := p.clock.Now().AddDate(0, 0, -days)
	for {
		deleted, err := p.store.DeleteAudit(ctx, before, auditBatch, func(n int) Entry {
			return programActor.Entry(p.clock.Now(), AuditDeleted, "", auditDeletion(n, before))
		})
		if err != nil || deleted < auditBatch {
			return err
		}
	}
}

// AddressesIn returns the well-formed addresses among the words of an audit entry's detail.
func AddressesIn(detail string) (addresses []string) {
	for word := range strings.FieldsSeq(detail) {
		if isAddress(word) {
			addresses = append(addresses, word)
		}
	}
	return addresses
}

func auditDeletion(n int, before time.Time) string {
	return strconv.Itoa(n) + " entries before " + before.UTC().Format(time.RFC3339)
}
