package history

import (
	"crypto/sha256"
	"encoding/hex"
	"hash"
	"math"
	"strconv"
)

// Digest returns the SHA-256 of the history as canonical text: one line an hour with whole numbers of mW, millionths, m°C and thousandths
// of a person, an empty field if unknown, and the number of the kind of day.
func (h *History) Digest() string {
	d := NewDigest()
	d.Add("start", strconv.FormatInt(h.Start.UnixMilli(), 10))
	var line []byte
	for _, hour := range h.Hours {
		line = line[:0]
		line = appendField(line, hour.KW, 1e6)
		line = appendField(line, hour.Share, 1e6)
		line = appendField(line, hour.PeakKW, 1e6)
		line = strconv.AppendBool(line, hour.Open)
		line = append(line, ',', '0'+byte(hour.Day), ',')
		line = appendField(line, hour.Outdoor, 1e3)
		line = appendField(line, hour.Indoor, 1e3)
		line = appendField(line, hour.Occupancy, 1e3)
		line = append(line, hour.State...)
		d.sum.Write(append(line, '\n'))
	}
	return d.Hex()
}

func appendField(line []byte, v, parts float64) []byte {
	if !math.IsNaN(v) {
		line = strconv.AppendInt(line, int64(math.Round(v*parts)), 10)
	}
	return append(line, ',')
}

// Digest computes a hash of named values.
type Digest struct{ sum hash.Hash }

// NewDigest returns an empty digest.
func NewDigest() *Digest { return &Digest{sum: sha256.New()} }

// Add adds a value under a name.
func (d *Digest) Add(name, value string) {
	d.sum.Write([]byte(strconv.Quote(name) + "=" + strconv.Quote(value) + "\n"))
}

// AddNumber adds a number in millionths.
func (d *Digest) AddNumber(name string, v float64) {
	d.Add(name, strconv.FormatFloat(math.Round(v*1e6), 'f', 0, 64))
}

// Hex returns the hash of the values so far.
func (d *Digest) Hex() string { return hex.EncodeToString(d.sum.Sum(nil)) }
