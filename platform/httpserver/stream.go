package httpserver

import (
	"bufio"
	"errors"
	"io"
	"net/http"
	"reflect"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humafiber"
)

// Stream answers with what write sends, while write runs. The answer can have any length and needs little memory. If write
// fails, the connection is closed, so that the reader does not use a part as the whole. If the reader disconnects, write's next
// flush fails.
func Stream(contentType string, write func(*bufio.Writer) error) *huma.StreamResponse {
	return Download(contentType, "", write)
}

// Download is like Stream, for an answer that a browser saves as a file with this name.
func Download(contentType, name string, write func(*bufio.Writer) error) *huma.StreamResponse {
	return &huma.StreamResponse{Body: func(ctx huma.Context) {
		c := humafiber.Unwrap(ctx)
		c.Set("Content-Type", contentType)
		if name != "" {
			c.Set("Content-Disposition", `attachment; filename="`+name+`"`)
		}
		reader, writer := io.Pipe()
		held := reservationOf(ctx.Context())
		if held != nil {
			held.handOver()
		}
		go func() {
			if held != nil {
				defer held.release()
			}
			runWriter(writer, write)
		}()
		c.Context().SetBodyStream(compressStream(c, contentType, reader), -1)
	}}
}

var errPanicked = errors.New("writing the answer panicked")

// runWriter runs write into the pipe. A panic ends the answer and not the process.
func runWriter(pipe *io.PipeWriter, write func(*bufio.Writer) error) {
	err := errPanicked
	defer func() {
		_ = recover()
		_ = pipe.CloseWithError(err)
	}()
	const bufferSize = 32 << 10
	buffered := bufio.NewWriterSize(pipe, bufferSize)
	if err = write(buffered); err == nil {
		err = buffered.Flush()
	}
}

// JSON answers with a value on a route whose other answer is a stream.
func JSON(v any) *huma.StreamResponse {
	return &huma.StreamResponse{Body: func(ctx huma.Context) {
		ctx.SetHeader("Content-Type", "application/json")
		_ = marshal(ctx.BodyWriter(), v)
	}}
}

// NoContent returns an answer without a body, for a handler that otherwise answers with JSON.
func NoContent() *huma.StreamResponse {
	return &huma.StreamResponse{Body: func(ctx huma.Context) { ctx.SetStatus(http.StatusNoContent) }}
}

// JSONResponse documents an answer of type T. Each further media type is a stream of text.
func JSONResponse[T any](api *API, description string, others ...string) *huma.Response {
	content := map[string]*huma.MediaType{"application/json": {
		Schema: api.huma.OpenAPI().Components.Schemas.Schema(reflect.TypeFor[T](), true, ""),
	}}
	for _, media := range others {
		content[media] = &huma.MediaType{Schema: &huma.Schema{Type: "string"}}
	}
	return &huma.Response{Description: description, Content: content}
}

// Body documents the request body of a route whose handler reads it while it arrives. It must be called after Register: huma
// reads the whole body of a route that documents one before.
func Body(api *API, path string, body *huma.RequestBody) {
	api.huma.OpenAPI().Paths[path].Post.RequestBody = body
}
