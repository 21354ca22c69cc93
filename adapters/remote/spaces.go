package remote

import (
	"context"
	"fmt"
	"time"

	"github.com/holotwin/holotwin/modules/auth"
	"github.com/holotwin/holotwin/platform/peer"
)

type withinAsked struct{ Outer, Inner string }

type unknownAsked struct {
	Within  string
	Devices []string
}

// keyAsked is what of a key decides which devices it may write for.
type keyAsked struct {
	Devices  []string
	Space    string
	LastUsed int64 // ms; 0 is never
}

var (
	withinCall    = peer.Call[withinAsked, bool]{Module: ofEnergy, Name: "within"}
	unknownCall   = peer.Call[unknownAsked, []string]{Module: ofEnergy, Name: "unknown"}
	zoneCall      = peer.Call[[]string, string]{Module: ofEnergy, Name: "zone"}
	reportingCall = peer.Call[keyAsked, int]{Module: ofEnergy, Name: "reporting-today"}
)

// Spaces implements the auth module's ports Spaces and Reports.
type Spaces struct{ Client *peer.Client }

var (
	_ auth.Spaces  = Spaces{}
	_ auth.Reports = Spaces{}
)

// Within reports whether the inner space exists and is the outer space or inside it.
func (s Spaces) Within(ctx context.Context, outer, inner string) (bool, error) {
	return ask(ctx, s.Client, withinCall, withinAsked{outer, inner})
}

// Unknown returns the devices that do not exist or are not in a space.
func (s Spaces) Unknown(ctx context.Context, within string, devices []string) ([]string, error) {
	if len(devices) == 0 {
		return nil, nil
	}
	unknown, err := ask(ctx, s.Client, unknownCall, unknownAsked{within, devices})
	if len(unknown) == 0 {
		unknown = nil
	}
	return unknown, err
}

// Zone returns the time zone of the site of some spaces or devices.
func (s Spaces) Zone(ctx context.Context, ids ...string) (*time.Location, error) {
	name, err := ask(ctx, s.Client, zoneCall, ids)
	if err != nil {
		return nil, err
	}
	return time.LoadLocation(name)
}

// ReportingToday counts the devices in a key's reach that sent something today, if the key was used today.
func (s Spaces) ReportingToday(ctx context.Context, key auth.Key) (int, error) {
	asked := keyAsked{Devices: key.Devices, Space: key.Space}
	if !key.LastUsed.IsZero() {
		asked.LastUsed = msOf(key.LastUsed)
	}
	n, err := ask(ctx, s.Client, reportingCall, asked)
	if peer.IsAway(err) {
		err = fmt.Errorf("%w: %w", auth.ErrAway, err)
	}
	return n, err
}

// AnswerSpaces makes a server answer the auth module's questions from the energy module.
func AnswerSpaces(s *peer.Server, spaces auth.Spaces, reports auth.Reports) {
	withinCall.Answer(s, func(ctx context.Context, asked withinAsked) (bool, error) {
		return spaces.Within(ctx, asked.Outer, asked.Inner)
	})
	unknownCall.Answer(s, func(ctx context.Context, asked unknownAsked) ([]string, error) {
		return spaces.Unknown(ctx, asked.Within, asked.Devices)
	})
	zoneCall.Answer(s, func(ctx context.Context, ids []string) (string, error) {
		zone, err := spaces.Zone(ctx, ids...)
		if err != nil {
			return "", err
		}
		return zone.String(), nil
	})
	reportingCall.Answer(s, func(ctx context.Context, asked keyAsked) (int, error) {
		key := auth.Key{Devices: asked.Devices, Space: asked.Space}
		if asked.LastUsed != 0 {
			key.LastUsed = instantOf(asked.LastUsed)
		}
		return reports.ReportingToday(ctx, key)
	})
}
