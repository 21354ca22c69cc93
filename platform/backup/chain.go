package backup

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// head is how each file begins; the version follows in one byte.
const head = "HoloTwin backup"

// kind says what a block is.
type kind byte

// The kinds.
const (
	manifestBlock kind = 'M'
	rowsBlock     kind = 'R'
	summaryBlock  kind = 'S' // the last
)

// block is a part of the file.
type block struct {
	kind   kind
	size   int // of its content before compression
	stored []byte
}

// blockHead is the size of what is before the content of a block: the kind and two sizes.
const blockHead = 1 + 4 + 4

func (b block) head() (h [blockHead]byte) {
	h[0] = byte(b.kind)
	binary.BigEndian.PutUint32(h[1:], uint32(b.size))
	binary.BigEndian.PutUint32(h[5:], uint32(len(b.stored)))
	return h
}

// chain is the hash of all of the file up to a block.
type chain [sha256.Size]byte

// after returns the hash with one more block.
func (c chain) after(b block) (next chain) {
	h, head := sha256.New(), b.head()
	h.Write(c[:])
	h.Write(head[:])
	h.Write(b.stored)
	h.Sum(next[:0])
	return next
}

// beginning is the hash of the beginning of a file.
func beginning(version byte) chain { return sha256.Sum256(append([]byte(head), version)) }

// blocksOut writes blocks, each with the hash of all up to it.
type blocksOut struct {
	to    io.Writer
	chain chain
	bytes int64
}

func newBlocksOut(to io.Writer) (*blocksOut, error) {
	o := &blocksOut{to: to, chain: beginning(Version)}
	return o, o.write(append([]byte(head), Version))
}

func (o *blocksOut) put(b block) error {
	o.chain = o.chain.after(b)
	head := b.head()
	for _, part := range [][]byte{head[:], b.stored, o.chain[:]} {
		if err := o.write(part); err != nil {
			return err
		}
	}
	return nil
}

func (o *blocksOut) write(b []byte) error {
	n, err := o.to.Write(b)
	o.bytes += int64(n)
	return err
}

// blocksIn reads blocks and compares their hashes.
type blocksIn struct {
	from  io.Reader
	chain chain
}

// newBlocksIn reads the beginning of a file. Errors: ErrNotBackup, ErrNewer, ErrTruncated.
func newBlocksIn(from io.Reader) (*blocksIn, error) {
	begin := make([]byte, len(head)+1)
	if err := readAll(from, begin); err != nil {
		if errors.Is(err, ErrTruncated) && !bytes.HasPrefix([]byte(head), bytes.TrimRight(begin, "\x00")) {
			return nil, ErrNotBackup
		}
		return nil, err
	}
	version := begin[len(head)]
	switch {
	case string(begin[:len(head)]) != head || version == 0:
		return nil, ErrNotBackup
	case version > Version:
		return nil, fmt.Errorf("%w: its format is %d, this program reads up to %d; restore it with the version that wrote it", ErrNewer, version, Version)
	}
	return &blocksIn{from, beginning(version)}, nil
}

// next reads a block. Errors: ErrDamaged, ErrTruncated.
func (i *blocksIn) next() (block, error) {
	var head [blockHead]byte
	if err := readAll(i.from, head[:]); err != nil {
		return block{}, err
	}
	b := block{kind: kind(head[0]), size: int(binary.BigEndian.Uint32(head[1:]))}
	stored := binary.BigEndian.Uint32(head[5:])
	if b.size > maxBlock || stored > maxBlock {
		return block{}, fmt.Errorf("%w: a block is too large", ErrDamaged)
	}
	var content bytes.Buffer // grows with what is there, and not with what the file claims
	if _, err := io.CopyN(&content, i.from, int64(stored)); err != nil {
		return block{}, incomplete(err)
	}
	b.stored = content.Bytes()
	var sum chain
	if err := readAll(i.from, sum[:]); err != nil {
		return block{}, err
	}
	if i.chain = i.chain.after(b); sum != i.chain {
		return block{}, fmt.Errorf("%w: a hash is wrong", ErrDamaged)
	}
	return b, nil
}

// end returns an error if something follows the last block.
func (i *blocksIn) end() error {
	var one [1]byte
	switch _, err := io.ReadFull(i.from, one[:]); {
	case errors.Is(err, io.EOF):
		return nil
	case err != nil:
		return err
	}
	return fmt.Errorf("%w: something follows its end", ErrDamaged)
}

func readAll(from io.Reader, into []byte) error {
	_, err := io.ReadFull(from, into)
	return incomplete(err)
}

func incomplete(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return ErrTruncated
	}
	return err
}
