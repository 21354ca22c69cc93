package report

import (
	"context"
	"time"
)

// Archive stores documents for as long as they can be fetched.
type Archive interface {
	// KeepReport stores a document. It deletes documents created before forget, and the author's oldest ones beyond maxOfAuthor.
	KeepReport(ctx context.Context, r Document, forget time.Time, maxOfAuthor int) error
	// Report returns a document by its id; found is false if there is none.
	Report(ctx context.Context, id string) (r Document, found bool, err error)
}

// Renderer draws a document as a PDF of one page.
type Renderer interface {
	Render(ctx context.Context, r Document) ([]byte, error)
}
