package httpadvice

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/holotwin/holotwin/modules/advice/schedule"
	"github.com/holotwin/holotwin/platform/httpserver"
)

func (h *Handlers) registerJobs(api *httpserver.API) {
	tags := []string{"advice"}
	httpserver.Register(api, problemOf, huma.Operation{
		OperationID: "listJobs", Method: http.MethodGet, Path: "/api/trabajos", Tags: tags,
		Summary: "Trabajos · Jobs", Description: "The analyses of all that was due, the newest first, with their progress. One process runs them at a time; what an interrupted one has done stays done.",
		Metadata: httpserver.Readers(),
	}, h.listJobs)
	httpserver.Register(api, problemOf, huma.Operation{
		OperationID: "startJob", Method: http.MethodPost, Path: "/api/trabajos", Tags: tags, DefaultStatus: 202,
		Summary: "Analizar todo ahora · Analyse all now", Description: "Begins in the background, and gives the job, or the one that runs already.",
		Metadata: httpserver.Managers(),
	}, h.startJob)
}

// JobBody is a job.
type JobBody struct {
	ID        string `json:"id"`
	Trigger   string `json:"trigger" enum:"schedule,demand"`
	By        string `json:"by,omitempty"`
	Status    string `json:"status" enum:"running,done,failed,interrupted"`
	StartedAt string `json:"started_at" format:"date-time"`
	UpdatedAt string `json:"updated_at" format:"date-time"`
	Done      int    `json:"done" doc:"Devices and spaces analysed"`
	Total     int    `json:"total"`
	Verified  int    `json:"verified" doc:"Recommendations found to have saved"`
	Reopened  int    `json:"reopened" doc:"Recommendations whose saving had decayed"`
}

// JobList are jobs.
type JobList struct {
	Items []JobBody `json:"items" nullable:"false"`
	Next  *string   `json:"next" doc:"null: the last fifty are all that is kept"`
}

type jobsOutput struct{ Body JobList }

func (h *Handlers) listJobs(ctx context.Context, _ *struct{}) (*jobsOutput, error) {
	all, err := h.Scheduler.Jobs(ctx, callerOf(ctx))
	if err != nil {
		return nil, err
	}
	out := &jobsOutput{Body: JobList{Items: []JobBody{}}}
	for _, job := range all {
		out.Body.Items = append(out.Body.Items, jobOf(job))
	}
	return out, nil
}

type jobOutput struct{ Body JobBody }

func (h *Handlers) startJob(ctx context.Context, _ *struct{}) (*jobOutput, error) {
	job, err := h.Scheduler.Start(ctx, callerOf(ctx))
	if err != nil {
		return nil, err
	}
	return &jobOutput{Body: jobOf(job)}, nil
}

func jobOf(j schedule.Job) JobBody {
	return JobBody{
		ID: j.ID, Trigger: string(j.Trigger), By: j.By, Status: string(j.Status), StartedAt: instant(j.Started), UpdatedAt: instant(j.Updated),
		Done: j.Done, Total: j.Total, Verified: j.Verified, Reopened: j.Reopened,
	}
}
