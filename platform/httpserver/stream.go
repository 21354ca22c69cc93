package httpserver

import (
	"bufio"
	"errors"
	"io"
	"reflect"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humafiber"
)

// Stream answers with what write makes, while it makes it: an answer of any length in little memory. When write
// fails the connection is cut, so that the reader does not take a part for the whole; when the reader goes away,
// write's next flush fails.
func Stream(contentType string, write func(*bufio.Writer) error) *huma.StreamResponse {
	return Download(contentType, "", write)
}

// Download is Stream for what a browser keeps as a file of that name.
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

var errPanicked = errors.New("the answer could not be made")

// runWriter runs write into the pipe. A panic cuts the answer and not the process.
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

// JSON answers with a value where another answer of the same route is a stream.
func JSON(v any) *huma.StreamResponse {
	return &huma.StreamResponse{Body: func(ctx huma.Context) {
		ctx.SetHeader("Content-Type", "application/json")
		_ = marshal(ctx.BodyWriter(), v)
	}}
}

// JSONResponse documents an answer of type T; media types after it are streams of text.
func JSONResponse[T any](api *API, description string, others ...string) *huma.Response {
	content := map[string]*huma.MediaType{"application/json": {
		Schema: api.huma.OpenAPI().Components.Schemas.Schema(reflect.TypeFor[T](), true, ""),
	}}
	for _, media := range others {
		content[media] = &huma.MediaType{Schema: &huma.Schema{Type: "string"}}
	}
	return &huma.Response{Description: description, Content: content}
}

// Body documents the request of a route whose handler reads it as it arrives. It comes after Register, since a
// route that has one before is read whole.
func Body(api *API, path string, body *huma.RequestBody) {
	api.huma.OpenAPI().Paths[path].Post.RequestBody = body
}
