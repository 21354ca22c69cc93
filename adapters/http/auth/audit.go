package httpauth

import (
	"bufio"
	"context"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"go.uber.org/zap"

	"github.com/holotwin/holotwin/modules/auth"
	"github.com/holotwin/holotwin/platform/httpserver"
	"github.com/holotwin/holotwin/platform/problem"
	"github.com/holotwin/holotwin/platform/sheet"
)

func (h *Handlers) registerAudit(api *httpserver.API) {
	httpserver.Register(api, problemOf, huma.Operation{
		OperationID: "audit", Method: http.MethodGet, Path: "/auth/auditoria", Tags: []string{"users"},
		Summary:     "Auditoría · Audit",
		Description: "Who did what to what, when and from where, newest first: logins and refused ones, changes, exports, refusals. For administrators of the whole campus. `format=csv` or `xlsx` gives all of it.",
		Metadata:    httpserver.Heavy(administrators, httpserver.Light),
		Responses:   map[string]*huma.Response{"200": httpserver.JSONResponse[AuditBody](api, "A page of the audit", "text/csv", sheet.XLSXType)},
	}, h.listAudit)
}

// AuditBody is a page of the audit.
type AuditBody struct {
	Items []AuditLine `json:"items"`
	Next  *string     `json:"next" doc:"The cursor of the next page; null at the end"`
}

// AuditLine is one of the audit.
type AuditLine struct {
	At        string `json:"at" format:"date-time"`
	Actor     string `json:"actor" doc:"The user's or key's id; empty for somebody who was not let in"`
	Action    string `json:"action" doc:"What was done; of the other modules, method and route"`
	Target    string `json:"target"`
	Detail    string `json:"detail"`
	Client    string `json:"client" doc:"The address that it came from"`
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
		return nil, auth.ErrForbidden // its lines are about the whole campus
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
		weight := httpserver.Medium
		if format == "xlsx" {
			weight = httpserver.Workbook
		}
		if err := httpserver.Weigh(ctx, weight); err != nil {
			return nil, err
		}
		return h.auditSheet(ctx, q, format), nil
	}
	q.Limit = in.Limit + 1
	found, err := h.Audit.Entries(ctx, q)
	if err != nil {
		return nil, err
	}
	page, next := pageUpTo(in.Limit, found, func(e auth.Numbered) string { return strconv.FormatInt(e.Number, 10) })
	out := AuditBody{Items: make([]AuditLine, len(page)), Next: next}
	for i, e := range page {
		out.Items[i] = AuditLine{instantOf(e.At), e.Actor, e.Action, e.Target, e.Detail, e.Client, e.Request}
	}
	return httpserver.JSON(out), nil
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
			if err := httpserver.StillMay(ctx); err != nil {
				return err
			}
			page, err := h.Audit.Entries(ctx, q)
			if err != nil {
				return err
			}
			for _, e := range page {
				if err := out.Row(e.At, e.Actor, e.Action, e.Target, e.Detail, e.Client, e.Request); err != nil {
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

// refusalsPerSecond bounds what a flood of refused requests may write.
const refusalsPerSecond = 20

// refusals counts those of the running second.
type refusals struct {
	mu     sync.Mutex
	second int64
	count  int
}

// admit tells whether one more may be noted, and at the begin of a second how many were left out in the one before.
func (r *refusals) admit(now time.Time) (ok bool, leftOut int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if second := now.Unix(); second != r.second {
		leftOut = max(0, r.count-refusalsPerSecond)
		r.second, r.count = second, 0
	}
	r.count++
	return r.count <= refusalsPerSecond, leftOut
}

// Noted answers httpserver.Options.Noted: it keeps what was done through other modules' routes, and who was refused.
func (h *Handlers) Noted(ctx context.Context, deed httpserver.Deed) {
	now := h.Clock.Now()
	if deed.Refused {
		ok, leftOut := h.refused.admit(now)
		if leftOut > 0 {
			h.Log.Warn("refused requests were too many for the audit", zap.Int("left_out", leftOut))
		}
		if !ok {
			return
		}
	}
	actor := auth.Actor{ID: deed.Principal.Subject, Client: httpserver.ClientIP(ctx), Request: httpserver.RequestID(ctx)}
	detail := strconv.Itoa(deed.Status)
	if err := h.Audit.Note(context.WithoutCancel(ctx), actor.Entry(now, deed.Method+" "+deed.Route, deed.Target, detail)); err != nil {
		h.Log.Error("the audit could not be written", zap.String("request_id", actor.Request), zap.Error(err))
	}
}
