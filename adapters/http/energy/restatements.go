package httpenergy

import (
	"context"
	"encoding/base64"
	"fmt"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/ledger"
	"github.com/holotwin/holotwin/platform/httpserver"
	"github.com/holotwin/holotwin/platform/problem"
)

func (h *Handlers) registerRestatements(api *httpserver.API) {
	httpserver.Register(api, problemOf, huma.Operation{
		OperationID: "restatements", Method: http.MethodGet, Path: "/api/consumo/restatements", Tags: []string{"energy"},
		Summary:     "Totales que cambiaron desde un instante · Totals changed since an instant",
		Description: "Devices and UTC days whose totals changed after they may already have been reported: because readings arrived more than a day late, or because of corrections. Sorted by the time of the change.",
		Metadata:    httpserver.Readers(), Errors: []int{404},
	}, h.listRestatements)
}

type restatementsInput struct {
	PageInput
	Since    string `query:"since" maxLength:"40" doc:"RFC 3339; without an offset, the site's time zone is used; default: from the beginning"`
	DeviceID string `query:"device_id" maxLength:"64"`
	SpaceID  string `query:"space_id" maxLength:"64"`
}

// restatement is a day of a device whose totals changed.
type restatement struct {
	DeviceID  string  `json:"device_id"`
	From      instant `json:"from"`
	To        instant `json:"to"`
	ChangedAt instant `json:"changed_at"`
}

func restatementOf(r ledger.Restatement) restatement {
	from, to := r.Span()
	return restatement{DeviceID: string(r.Page.Device), From: instant(from), To: instant(to), ChangedAt: instant(r.Changed)}
}

func (h *Handlers) listRestatements(ctx context.Context, in *restatementsInput) (*listOutput[restatement], error) {
	q := ledger.RestatementsQuery{Device: energy.DeviceID(in.DeviceID), Space: energy.SpaceID(in.SpaceID), Limit: in.Limit + 1}
	zone, err := h.zoneOf(ctx, in.DeviceID, in.SpaceID)
	if err != nil {
		return nil, err
	}
	if in.Since != "" {
		if q.Since, err = parseInstantOrDay(in.Since, zone); err != nil {
			return nil, problem.Invalid(problem.Bad("since", problem.Rule(energy.InstantRule(err))))
		}
	}
	if q.After, err = decodeRestatement(in.Cursor); err != nil {
		return nil, err
	}
	found, err := h.Ledger.Restatements(ctx, callerOf(ctx), q)
	if err != nil {
		return nil, err
	}
	return &listOutput[restatement]{pageUpTo(in.Limit, found, restatementOf, encodeRestatement)}, nil
}

const restatementCursor = "%d %d %s"

func encodeRestatement(r ledger.Restatement) string {
	return base64.RawURLEncoding.EncodeToString(fmt.Appendf(nil, restatementCursor, r.Changed, r.Page.Day, r.Page.Device))
}

func decodeRestatement(s string) (ledger.Restatement, error) {
	var after ledger.Restatement
	if s == "" {
		return after, nil
	}
	raw, err := base64.RawURLEncoding.DecodeString(s)
	if err == nil {
		_, err = fmt.Sscanf(string(raw), restatementCursor, (*int64)(&after.Changed), &after.Page.Day, (*string)(&after.Page.Device))
	}
	if err != nil {
		return after, problem.Invalid(problem.Bad("cursor", problem.Malformed))
	}
	return after, nil
}
