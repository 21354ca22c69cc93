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
		Summary: "Trabajos · Jobs", Description: "Analyses of all devices and spaces that were due, newest first, with their progress. Only one process runs a job at a time. The results of an interrupted job are kept.",
		Metadata: httpserver.Readers(),
	}, h.listJobs)
	httpserver.Register(api, problemOf, huma.Operation{
		OperationID: "startJob", Method: http.MethodPost, Path: "/api/trabajos", Tags: tags, DefaultStatus: 202,
		Summary: "Analizar todo ahora · Analyse all now", Description: "Starts a job in the background and returns it, or returns the job that is already running.",
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
	Verified  int    `json:"verified" doc:"Recommendations whose saving was verified"`
	Reopened  int    `json:"reopened" doc:"Recommendations whose saving had decayed"`
}

// JobList is a list of jobs.
type JobList struct {
	Items []JobBody `json:"items" nullable:"false"`
	Next  *string   `json:"next" doc:"Always null: only the last fifty jobs are kept"`
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
