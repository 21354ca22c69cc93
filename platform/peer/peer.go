// Package peer lets the processes of one installation ask each other. A process that runs only some modules asks the others over
// HTTP (client.go); the process that is asked answers from a table of calls (server.go). Each request carries a token that only a
// process of the same installation can make (token.go). A process that does not answer costs its callers little (breaker.go).
//
// Questions and answers are encoded by encoding/gob: both ends are this program, gob transfers NaN and ignores fields that only one
// version knows. gob omits zero values, so a pointer to zero arrives as nil: types for the wire hold no pointers.
package peer

import (
	"bytes"
	"context"
	"encoding/gob"
	"errors"
	"fmt"
	"time"
)

// Path is the path under which a process answers others: Path/<module>/<call>, POST only.
const Path = "/interno"

// Nothing is the question or the answer of a call that has none. gob encodes no empty struct.
type Nothing bool

// Call is a question that one process asks another, with the types of its question and its answer.
type Call[In, Out any] struct {
	// Module answers the call; Name is its name in the module, of a-z and dashes.
	Module, Name string
	// Changes is true if the call changes something that a repetition would change again. Such a call is repeated only if it
	// did not arrive.
	Changes bool
}

// Ask asks the other process. Errors: ErrAway, Refusal.
func (c Call[In, Out]) Ask(ctx context.Context, client *Client, in In) (out Out, err error) {
	var question bytes.Buffer
	if err := gob.NewEncoder(&question).Encode(in); err != nil {
		return out, fmt.Errorf("encode the question %s/%s: %w", c.Module, c.Name, err)
	}
	answer, err := client.ask(ctx, c.Module, c.Name, c.Changes, question.Bytes())
	if err != nil {
		return out, err
	}
	if err := gob.NewDecoder(bytes.NewReader(answer)).Decode(&out); err != nil {
		return out, ErrAway{Module: c.Module, Cause: fmt.Errorf("the answer to %s cannot be decoded: %w", c.Name, err)}
	}
	return out, nil
}

// Answer makes a server answer the call.
func (c Call[In, Out]) Answer(s *Server, answer func(ctx context.Context, in In) (Out, error)) {
	s.calls[c.Module+"/"+c.Name] = func(ctx context.Context, question []byte) ([]byte, error) {
		var in In
		if err := gob.NewDecoder(bytes.NewReader(question)).Decode(&in); err != nil {
			return nil, errBadQuestion
		}
		out, err := answer(ctx, in)
		if err != nil {
			return nil, err
		}
		var encoded bytes.Buffer
		if err := gob.NewEncoder(&encoded).Encode(out); err != nil {
			return nil, fmt.Errorf("encode the answer of %s/%s: %w", c.Module, c.Name, err)
		}
		return encoded.Bytes(), nil
	}
}

// ErrAway means that another process does not answer now. It may have made the change that was asked for.
type ErrAway struct {
	Module string
	// After is when it is worth to ask again; 0 if unknown.
	After time.Duration
	Cause error
}

func (e ErrAway) Error() string { return "the module " + e.Module + " is away: " + e.Cause.Error() }

func (e ErrAway) Unwrap() error { return e.Cause }

// IsAway reports whether an error means that another process does not answer now.
func IsAway(err error) bool {
	var away ErrAway
	return errors.As(err, &away)
}

// Refusal is an answer that is no: an error of the module that was asked. Its code is one that both ends know.
type Refusal struct {
	Code string
	Args []string
}

func (r Refusal) Error() string { return fmt.Sprintf("refused: %s %q", r.Code, r.Args) }
