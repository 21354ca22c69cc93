package httpauth

import (
	"bufio"
	"context"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/holotwin/holotwin/modules/auth"
	"github.com/holotwin/holotwin/platform/httpserver"
	"github.com/holotwin/holotwin/platform/problem"
	"github.com/holotwin/holotwin/platform/sheet"
)

func (h *Handlers) registerAudit(api *httpserver.API) {
	httpserver.Register(api, problemOf, huma.Operation{
		OperationID: "audit", Method: http.MethodGet, Path: "/auth/auditoria", Tags: []string{"users"},
		Summary: "Auditoría · Audit",
		Description: "Who did what to which target, when and from where, newest first: logins, refused logins, changes, exports and refused requests. A change and its entry are stored in one transaction. " +
			"Refused requests of each user or key are stored up to a burst of 1000, then 10 a minute; those without a login up to 600 in all, then 10 a minute, for 90 days. `refusals.left_out` counts the others. Only for administrators of the whole campus. `format=csv` or `xlsx` returns all matching entries.",
		Metadata:  httpserver.Heavy(administrators, httpserver.Light),
		Responses: map[string]*huma.Response{"200": httpserver.JSONResponse[AuditBody](api, "A page of the audit", "text/csv", sheet.XLSXType)},
	}, h.listAudit)
}

// AuditBody is a page of the audit.
type AuditBody struct {
	Items []AuditLine `json:"items"`
	Next  *string     `json:"next" doc:"The cursor of the next page; null at the end"`
}

// AuditLine is one audit entry.
type AuditLine struct {
	At        string `json:"at" format:"date-time"`
	Actor     string `json:"actor" doc:"The user's or key's id; empty for a request without a valid login"`
	Action    string `json:"action" doc:"What was done, such as user.changed, or method and route"`
	Target    string `json:"target"`
	Detail    string `json:"detail" doc:"Details; the HTTP status of an export or a refused request"`
	Client    string `json:"client" doc:"The IP address of the request"`
	RequestID string `json:"request_id"`
}

type auditInput struct {
	ListInput
	Actor  string `query:"actor" maxLength:"64"`
	Action string `query:"action" maxLength:"200"`
	Target string `query:"target" maxLength:"400"`
	From   string `query:"from" maxLength:"40" doc:"RFC 3339"`
	To     string `query:"to" maxLength:"40" doc:"RFC 3339"`
	Accept string `header:"Accept"`
	Format string `query:"format" enum:"json,csv,xlsx"`
}

func (h *Handlers) listAudit(ctx context.Context, in *auditInput) (*huma.StreamResponse, error) {
	if httpserver.PrincipalOf(ctx).Space != "" {
		return nil, auth.ErrForbidden // entries are about the whole campus
	}
	q, err := in.query()
	if err != nil {
		return nil, err
	}
	if in.Format == "csv" || in.Format == "xlsx" || (in.Format == "" && strings.Contains(in.Accept, "text/csv")) {
		format := in.Format
		if format == "" {
			format = "csv"
		}
		if err := httpserver.Reserve(ctx, httpserver.Table); err != nil {
			return nil, err
		}
		return h.auditSheet(ctx, q, format), nil
	}
	q.Limit = in.Limit + 1
	found, err := h.Audit.Entries(ctx, q)
	if err != nil {
		return nil, err
	}
	page, next := pageUpTo(in.Limit, found, func(e auth.NumberedEntry) string { return strconv.FormatInt(e.Number, 10) })
	out := AuditBody{Items: make([]AuditLine, len(page)), Next: next}
	for i, e := range page {
		out.Items[i] = auditLineOf(e)
	}
	return httpserver.JSON(out), nil
}

func auditLineOf(e auth.NumberedEntry) AuditLine {
	return AuditLine{instantOf(e.At), e.Actor, e.Action, e.Target, e.Detail, e.Client, e.Request}
}

func (in *auditInput) query() (auth.AuditQuery, error) {
	q := auth.AuditQuery{Actor: in.Actor, Action: in.Action, Target: in.Target}
	var flaws []problem.Field
	for _, end := range []struct {
		name, text string
		at         *time.Time
	}{{"from", in.From, &q.From}, {"to", in.To, &q.To}} {
		if end.text == "" {
			continue
		}
		at, err := time.Parse(time.RFC3339, strings.ReplaceAll(end.text, " ", "+"))
		if err != nil {
			flaws = append(flaws, problem.Bad(end.name, problem.NotAnInstant))
		}
		*end.at = at
	}
	if in.Cursor != "" {
		var err error
		if q.Before, err = strconv.ParseInt(in.Cursor, 10, 64); err != nil || q.Before < 1 {
			flaws = append(flaws, problem.Bad("cursor", problem.Malformed))
		}
	}
	if len(flaws) > 0 {
		return q, problem.Invalid(flaws...)
	}
	return q, nil
}

// auditRow returns an entry as a row of a table.
func auditRow(e auth.NumberedEntry) []sheet.Cell {
	row := []sheet.Cell{sheet.Instant(e.At)}
	for _, text := range []string{e.Actor, e.Action, e.Target, e.Detail, e.Client, e.Request} {
		row = append(row, sheet.Text(text))
	}
	return row
}

func (h *Handlers) auditSheet(ctx context.Context, q auth.AuditQuery, format string) *huma.StreamResponse {
	const pageOfStream = 1000
	q.Limit = pageOfStream
	ctx = context.WithoutCancel(ctx)
	media := sheet.CSVType
	if format == "xlsx" {
		media = sheet.XLSXType
	}
	return httpserver.Download(media, "auditoria."+format, func(w *bufio.Writer) error {
		out, err := sheet.New(format, w, time.UTC, "at", "actor", "action", "target", "detail", "client", "request_id")
		if err != nil {
			return err
		}
		for {
			if err := httpserver.CheckRights(ctx); err != nil {
				return err
			}
			page, err := h.Audit.Entries(ctx, q)
			if err != nil {
				return err
			}
			for _, e := range page {
				if err := out.Row(auditRow(e)...); err != nil {
					return err
				}
				q.Before = e.Number
			}
			if len(page) < q.Limit {
				return out.Close()
			}
		}
	})
}
