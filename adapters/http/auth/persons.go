package httpauth

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/holotwin/holotwin/platform/httpserver"
)

func (h *Handlers) registerPersons(api *httpserver.API) {
	tags := []string{"users"}
	httpserver.Register(api, problemOf, huma.Operation{
		OperationID: "personalData", Method: http.MethodGet, Path: "/auth/datos/{user_id}", Tags: tags,
		Summary: "Datos de una persona · A person's data", Metadata: administrators, Errors: []int{404},
		Description: "All that is kept of a user, or of one who was removed: the account, sessions, links, networks, the audit entries by or about them, and where other modules name them. " +
			"Secrets and hashes are left out. For requests under Ley 1581 de 2012. The audit has who asked for it.",
	}, h.personalData)
	httpserver.Register(api, problemOf, huma.Operation{
		OperationID: "forgetPerson", Method: http.MethodPost, Path: "/auth/datos/{user_id}/olvido", Tags: tags,
		Summary: "Olvidar a una persona · Forget a person", Metadata: administrators, Errors: []int{404, 409},
		Description: "Deletes the user with their sessions, links, second factor and addresses, and replaces their id and e-mail addresses by a pseudonym in the audit, in corrections, in the steps of recommendations and in all texts. " +
			"The audit keeps its entries, without the addresses of their clients. It cannot be undone, and backups that were made before still have the person. After a failure it can be repeated. " +
			"The last administrator of the whole campus cannot be forgotten: 409 `last_administrator`.",
	}, h.forgetPerson)
}

// PersonID is a user's id in the path; the user may be removed already.
type PersonID struct {
	ID string `path:"user_id" maxLength:"64"`
}

// PersonalData is all that is kept of a person.
type PersonalData struct {
	UserID       string          `json:"user_id"`
	MadeAt       string          `json:"made_at" format:"date-time"`
	Addresses    []string        `json:"addresses" nullable:"false" doc:"E-mail addresses, the former ones too"`
	User         *Account        `json:"user,omitempty" doc:"Absent if the user was removed"`
	Sessions     []PersonSession `json:"sessions" nullable:"false"`
	Accounts     []PersonAccount `json:"university_accounts" nullable:"false"`
	Networks     []PersonNetwork `json:"networks" nullable:"false" doc:"Networks from which they logged in, an IPv4 address or an IPv6 /64, up to 90 days"`
	SecondFactor *PersonFactor   `json:"second_factor,omitempty"`
	ResetUntil   *string         `json:"reset_link_until" format:"date-time"`
	Audit        []AuditLine     `json:"audit" nullable:"false" doc:"Entries by or about them, newest first"`
	AllAudit     bool            `json:"audit_complete" doc:"False if only the newest 50,000 entries are here"`
	Elsewhere    []PersonTrace   `json:"elsewhere" nullable:"false" doc:"Where other modules name them"`
}

// PersonSession is a login.
type PersonSession struct {
	BegunAt string `json:"begun_at" format:"date-time"`
	UsedAt  string `json:"used_at" format:"date-time"`
	Ended   bool   `json:"ended"`
}

// PersonAccount is an account of the university.
type PersonAccount struct {
	Issuer   string `json:"issuer"`
	Subject  string `json:"subject"`
	LinkedAt string `json:"linked_at" format:"date-time"`
}

// PersonNetwork is a network of a login.
type PersonNetwork struct {
	Network string `json:"network"`
	LastAt  string `json:"last_login_at" format:"date-time"`
}

// PersonFactor is a second factor.
type PersonFactor struct {
	PreparedAt   string  `json:"prepared_at" format:"date-time"`
	ActiveSince  *string `json:"active_since" format:"date-time"`
	RecoveryLeft int     `json:"recovery_codes_left"`
}

// PersonTrace is a row of another module that names a person.
type PersonTrace struct {
	Kind  string            `json:"kind" doc:"Such as correction, recommendation_step or report"`
	What  string            `json:"what" doc:"What the row is about: the id of a device, recommendation, report …"`
	At    *string           `json:"at" format:"date-time"`
	Texts map[string]string `json:"texts" doc:"The fields that name the person"`
}

func instantOrNull(t time.Time) *string {
	if t.IsZero() {
		return nil
	}
	text := instantOf(t)
	return &text
}

type personalDataOutput struct {
	Disposition string `header:"Content-Disposition"`
	Body        PersonalData
}

func (h *Handlers) personalData(ctx context.Context, in *PersonID) (*personalDataOutput, error) {
	person, kept, traces, err := h.Persons.Data(ctx, actorOf(ctx), in.ID)
	if err != nil {
		return nil, err
	}
	out := PersonalData{
		UserID: person.ID, MadeAt: instantOf(h.Clock.Now()), Addresses: append([]string{}, person.Emails...), Sessions: []PersonSession{}, Accounts: []PersonAccount{},
		Networks: []PersonNetwork{}, ResetUntil: instantOrNull(kept.ResetUntil), Audit: make([]AuditLine, len(kept.Audit)), AllAudit: kept.Complete, Elsewhere: make([]PersonTrace, len(traces)),
	}
	if kept.User != nil {
		account := accountOf(*kept.User)
		out.User = &account
	}
	if kept.Factor != nil {
		out.SecondFactor = &PersonFactor{PreparedAt: instantOf(kept.Factor.Proposed), ActiveSince: instantOrNull(kept.Factor.Confirmed), RecoveryLeft: kept.Factor.RecoveryLeft}
	}
	for _, s := range kept.Sessions {
		out.Sessions = append(out.Sessions, PersonSession{instantOf(s.Begun), instantOf(s.Used), s.Ended})
	}
	for _, a := range kept.Accounts {
		out.Accounts = append(out.Accounts, PersonAccount{a.Issuer, a.Subject, instantOf(a.Linked)})
	}
	for _, n := range kept.Networks {
		out.Networks = append(out.Networks, PersonNetwork{n.Network, instantOf(n.Last)})
	}
	for i, e := range kept.Audit {
		out.Audit[i] = auditLineOf(e)
	}
	for i, trace := range traces {
		out.Elsewhere[i] = PersonTrace{Kind: trace.Kind, What: trace.What, At: instantOrNull(trace.At), Texts: trace.Texts}
	}
	return &personalDataOutput{`attachment; filename="datos.json"`, out}, nil
}

// Forgotten is what remains of a person.
type Forgotten struct {
	Pseudonym string `json:"pseudonym" doc:"What stands in place of the person from now on"`
	Replaced  int    `json:"replaced" doc:"How many stored texts named the person"`
}

func (h *Handlers) forgetPerson(ctx context.Context, in *PersonID) (*struct{ Body Forgotten }, error) {
	pseudonym, replaced, err := h.Persons.Forget(ctx, actorOf(ctx), in.ID)
	return &struct{ Body Forgotten }{Forgotten{pseudonym, replaced}}, err
}
