package backup

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"runtime"
	"sync"

	"github.com/klauspost/compress/zstd"
)

// Reader reads a file. Blocks are decoded beside each other and returned in their order.
type Reader struct {
	Manifest Manifest

	in      *blocksIn
	decoder *zstd.Decoder
	queue   chan chan decoded // in the order of the file; closed after its end
	stop    chan struct{}
	ended   sync.WaitGroup
	rows    map[string]int64
	summary Summary
	err     error // of the first failure, or io.EOF
}

type decoded struct {
	table   int
	batch   *Batch
	summary *Summary
	err     error
}

// NewReader reads the beginning of a file. Close frees the reader. Errors: ErrNotBackup, ErrNewer, ErrDamaged, ErrTruncated.
func NewReader(from io.Reader) (*Reader, error) {
	in, err := newBlocksIn(from)
	if err != nil {
		return nil, err
	}
	decoder, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(runtime.GOMAXPROCS(0)), zstd.WithDecoderMaxMemory(maxBlock), zstd.WithDecoderMaxWindow(maxWindow))
	if err != nil {
		return nil, err
	}
	r := &Reader{in: in, decoder: decoder, queue: make(chan chan decoded, runtime.GOMAXPROCS(0)), stop: make(chan struct{}), rows: map[string]int64{}}
	if err := r.readManifest(); err != nil {
		decoder.Close()
		return nil, err
	}
	for _, t := range r.Manifest.Tables {
		r.rows[t.Name] = 0
	}
	r.ended.Go(r.read)
	return r, nil
}

func (r *Reader) readManifest() error {
	first, err := r.in.next()
	switch {
	case err != nil:
		return err
	case first.kind != manifestBlock || first.size > maxManifest:
		return fmt.Errorf("%w: it does not begin with its contents", ErrDamaged)
	}
	content, err := r.open(first)
	if err != nil {
		return err
	}
	if err := strictly(content, &r.Manifest); err != nil {
		return err
	}
	return r.Manifest.check()
}

// strictly decodes JSON in which nothing is unknown.
func strictly(content []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(content))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil || d.More() {
		return fmt.Errorf("%w: its contents cannot be read", ErrDamaged)
	}
	return nil
}

// open decompresses a block.
func (r *Reader) open(b block) ([]byte, error) {
	content, err := r.decoder.DecodeAll(b.stored, make([]byte, 0, min(b.size, 4*len(b.stored)+1<<16)))
	if err != nil || len(content) != b.size {
		return nil, fmt.Errorf("%w: a block cannot be decompressed", ErrDamaged)
	}
	return content, nil
}

// read reads blocks until the file ends or something is wrong.
func (r *Reader) read() {
	defer close(r.queue)
	for {
		b, err := r.in.next()
		if err == nil && b.kind == summaryBlock {
			err = r.in.end()
		}
		result := make(chan decoded, 1)
		select {
		case <-r.stop:
			return
		case r.queue <- result:
		}
		if err != nil {
			result <- decoded{err: err}
			return
		}
		r.ended.Go(func() { result <- r.decode(b) })
		if b.kind == summaryBlock {
			return
		}
	}
}

func (r *Reader) decode(b block) (d decoded) {
	content, err := r.open(b)
	if err != nil {
		return decoded{err: err}
	}
	switch b.kind {
	case rowsBlock:
		d.table, d.batch, d.err = decodeRows(content, r.Manifest.Tables)
	case summaryBlock:
		d.summary = new(Summary)
		d.err = strictly(content, d.summary)
	default:
		d.err = fmt.Errorf("%w: a block has no kind", ErrDamaged)
	}
	return d
}

// Next returns the next rows, and the number of their table in the manifest. At the end it returns io.EOF, and only if all of the file
// is as it was written. Errors: ErrDamaged, ErrTruncated.
func (r *Reader) Next() (table int, b *Batch, err error) {
	if r.err != nil {
		return 0, nil, r.err
	}
	table, b, r.err = r.next()
	return table, b, r.err
}

func (r *Reader) next() (int, *Batch, error) {
	result, ok := <-r.queue
	if !ok {
		return 0, nil, ErrTruncated
	}
	d := <-result
	switch {
	case d.err != nil:
		return 0, nil, d.err
	case d.summary != nil:
		if !maps.Equal(d.summary.Rows, r.rows) {
			return 0, nil, fmt.Errorf("%w: it has other rows than its end says", ErrDamaged)
		}
		r.summary = *d.summary
		return 0, nil, io.EOF
	}
	r.rows[r.Manifest.Tables[d.table].Name] += int64(d.batch.Rows)
	return d.table, d.batch, nil
}

// Summary returns the end of the file, after Next returned io.EOF.
func (r *Reader) Summary() (Summary, error) {
	if !errors.Is(r.err, io.EOF) {
		return Summary{}, ErrTruncated
	}
	return r.summary, nil
}

// Close ends the reader. It does not wait for a read that is under way: standard input may be silent for long.
func (r *Reader) Close() {
	close(r.stop)
	go func() {
		r.ended.Wait()
		r.decoder.Close()
	}()
}
