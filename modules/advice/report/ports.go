package report

import (
	"context"
	"time"
)

// Archive keeps reports for as long as they may be fetched.
type Archive interface {
	// KeepReport keeps a report, and lets go of those made before an instant and of its maker's beyond the newest so many.
	KeepReport(ctx context.Context, r Document, forget time.Time, ofMaker int) error
	// Report is one by its id; found is false where there is none.
	Report(ctx context.Context, id string) (r Document, found bool, err error)
}

// Renderer draws a report as a PDF of one page.
type Renderer interface {
	Render(ctx context.Context, r Document) ([]byte, error)
}
