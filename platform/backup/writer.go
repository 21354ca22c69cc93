package backup

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"runtime"
	"sync"

	"github.com/klauspost/compress/zstd"
)

// Writer writes a file. Rows are compressed beside each other and written in their order. Its memory is some batches for each processor.
type Writer struct {
	out     *blocksOut
	tables  []Table
	encoder *zstd.Encoder
	summary Summary

	queue chan chan compressed // in the order of the file
	done  chan struct{}        // closed when all of the queue is written
	err   error                // of writing; valid after done
	free  sync.Pool            // of *[]byte
	spare []chan *Batch        // by table
	open  bool
}

type compressed struct {
	block block
	err   error
}

// NewWriter begins a file. Close ends it.
func NewWriter(to io.Writer, m Manifest) (*Writer, error) {
	if err := m.check(); err != nil {
		return nil, err
	}
	out, err := newBlocksOut(to)
	if err != nil {
		return nil, err
	}
	encoder, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedDefault), zstd.WithEncoderConcurrency(runtime.GOMAXPROCS(0)), zstd.WithWindowSize(window), zstd.WithLowerEncoderMem(true))
	if err != nil {
		return nil, err
	}
	w := &Writer{
		out: out, tables: m.Tables, encoder: encoder, open: true,
		summary: Summary{Rows: map[string]int64{}, Numbers: map[string]int64{}},
		queue:   make(chan chan compressed, runtime.GOMAXPROCS(0)), done: make(chan struct{}),
	}
	for _, t := range m.Tables {
		w.summary.Rows[t.Name] = 0
		w.spare = append(w.spare, make(chan *Batch, cap(w.queue)+1))
	}
	content, err := json.Marshal(m)
	if err != nil {
		return nil, err
	}
	if err := out.put(w.compress(manifestBlock, content)); err != nil {
		return nil, err
	}
	go w.write()
	return w, nil
}

// How far back the content of a block refers to itself: what this writer uses, and what a reader accepts. It is the memory of both.
const (
	window    = 1 << 20
	maxWindow = 8 << 20
)

// Batch returns an empty batch for the rows of a table, by its number in the manifest.
func (w *Writer) Batch(table int) *Batch {
	select {
	case b := <-w.spare[table]:
		b.clear()
		return b
	default:
		return NewBatch(w.tables[table])
	}
}

// Write writes a batch of Batch, and takes it. An error may be that of an earlier batch.
func (w *Writer) Write(table int, b *Batch) error {
	if b.Rows == 0 {
		return nil
	}
	if err := checkBatch(w.tables[table], b); err != nil {
		return err
	}
	w.summary.Rows[w.tables[table].Name] += int64(b.Rows)
	result := make(chan compressed, 1)
	select {
	case <-w.done:
		return w.err
	case w.queue <- result:
	}
	go func() {
		buffer, _ := w.free.Get().(*[]byte)
		if buffer == nil {
			buffer = new([]byte)
		}
		*buffer = appendRows((*buffer)[:0], table, b)
		select {
		case w.spare[table] <- b:
		default:
		}
		if len(*buffer) > maxBlock {
			result <- compressed{err: fmt.Errorf("%s has a row of more than %d MB", w.tables[table].Name, maxBlock>>20)}
			return
		}
		result <- compressed{block: w.compress(rowsBlock, *buffer)}
		w.free.Put(buffer)
	}()
	return nil
}

// checkBatch returns an error if the batch is not of the table, or has a value that not every database can store.
func checkBatch(t Table, b *Batch) error {
	for i := range b.Columns {
		v := &b.Columns[i]
		if v.len() != b.Rows || v.Type != t.Columns[i].Type {
			return fmt.Errorf("%s: the column %s has %d values in %d rows", t.Name, t.Columns[i].Name, v.len(), b.Rows)
		}
		for row, n := range v.Numbers {
			if v.Type == Float && !v.IsNull(row) && !isFloat(n) || v.Type == Boolean && n != 0 && n != 1 {
				return fmt.Errorf("%s: the column %s has a value that is no %s", t.Name, t.Columns[i].Name, v.Type)
			}
		}
	}
	return nil
}

func (w *Writer) compress(k kind, content []byte) block {
	return block{kind: k, size: len(content), stored: w.encoder.EncodeAll(content, nil)}
}

// write writes the queue until it is closed. After an error it takes no more.
func (w *Writer) write() {
	defer close(w.done)
	for result := range w.queue {
		next := <-result
		if next.err == nil {
			next.err = w.out.put(next.block)
		}
		if next.err != nil {
			w.err = next.err
			return
		}
	}
}

// SetNumber records the last number that a table gave to a row.
func (w *Writer) SetNumber(table string, last int64) { w.summary.Numbers[table] = last }

// errUnfinished is the error of a writer that was closed before its end.
var errUnfinished = errors.New("the backup was not finished")

// Abort ends the writer without ending the file, which no reader accepts then. After Close it does nothing.
func (w *Writer) Abort() {
	if !w.open {
		return
	}
	w.open = false
	close(w.queue)
	<-w.done
	_ = w.encoder.Close()
}

// Close ends the file. It does not close what it writes to.
func (w *Writer) Close() (Summary, int64, error) {
	if !w.open {
		return Summary{}, 0, errUnfinished
	}
	w.Abort()
	if w.err != nil {
		return Summary{}, 0, w.err
	}
	content, err := json.Marshal(w.summary)
	if err != nil {
		return Summary{}, 0, err
	}
	if err := w.out.put(w.compress(summaryBlock, content)); err != nil {
		return Summary{}, 0, err
	}
	return w.summary, w.out.bytes, nil
}
