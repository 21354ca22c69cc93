package report

import (
	"context"
	"time"
)

// Archive stores documents for as long as they can be fetched.
type Archive interface {
	// KeepReport stores a document, and deletes those made before an instant and its maker's oldest beyond ofMaker.
	KeepReport(ctx context.Context, r Document, forget time.Time, ofMaker int) error
	// Report is one by its id; found is false where there is none.
	Report(ctx context.Context, id string) (r Document, found bool, err error)
}

// Renderer draws a report as a PDF of one page.
type Renderer interface {
	Render(ctx context.Context, r Document) ([]byte, error)
}
