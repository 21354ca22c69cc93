package remote

import (
	"context"

	"github.com/holotwin/holotwin/modules/advice/recommendations"
	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/campus"
	"github.com/holotwin/holotwin/platform/peer"
)

type limitedAsked struct {
	Spaces  []energy.SpaceID
	Devices []energy.DeviceID
	Limit   int
}

var (
	emailsCall  = peer.Call[[]string, map[string]string]{Module: ofAuth, Name: "emails"}
	limitedCall = peer.Call[limitedAsked, []energy.Grant]{Module: ofAuth, Name: "limited-to"}
)

// People implements the advice module's port.
type People struct{ Client *peer.Client }

var _ recommendations.People = People{}

// Emails returns the addresses of users by id; who is no user any more is left out. While auth is away it knows none: advice is
// shown without the names of those who changed it.
func (p People) Emails(ctx context.Context, ids []string) (map[string]string, error) {
	if len(ids) == 0 {
		return map[string]string{}, nil
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	emails, err := ask(ctx, p.Client, emailsCall, ids)
	if peer.IsAway(err) {
		return map[string]string{}, nil
	}
	return emails, err
}

// Grants implements the energy module's port.
type Grants struct{ Client *peer.Client }

var _ campus.Grants = Grants{}

// LimitedTo returns up to limit users and keys that are limited to one of the spaces or devices.
func (g Grants) LimitedTo(ctx context.Context, spaces []energy.SpaceID, devices []energy.DeviceID, limit int) ([]energy.Grant, error) {
	return ask(ctx, g.Client, limitedCall, limitedAsked{spaces, devices, limit})
}

// AnswerPeople makes a server answer the questions of other modules about users and keys.
func AnswerPeople(s *peer.Server, people recommendations.People, grants campus.Grants) {
	emailsCall.Answer(s, people.Emails)
	limitedCall.Answer(s, func(ctx context.Context, asked limitedAsked) ([]energy.Grant, error) {
		return grants.LimitedTo(ctx, asked.Spaces, asked.Devices, asked.Limit)
	})
}
