package backup

// Batch is some rows of a table, column by column.
type Batch struct {
	Rows    int
	Columns []Values
}

// Values are the values of one column.
type Values struct {
	Type Type
	// Null says of each row whether it has no value; empty if all have one.
	Null []bool
	// Numbers are integers, booleans as 0 and 1, and floats as their bits. A row without a value has 0.
	Numbers []int64
	// Bytes are texts and bytes, one after the other; Ends is where each ends.
	Bytes []byte
	Ends  []int
}

// Rows and bytes after which a batch is full.
const (
	fullRows  = 1 << 14
	fullBytes = 1 << 20
)

// NewBatch returns an empty batch for rows of a table.
func NewBatch(t Table) *Batch {
	b := &Batch{Columns: make([]Values, len(t.Columns))}
	for i, c := range t.Columns {
		b.Columns[i].Type = c.Type
	}
	return b
}

// Full reports whether the batch should be written before another row is added.
func (b *Batch) Full() bool {
	if b.Rows >= fullRows {
		return true
	}
	size := 0
	for i := range b.Columns {
		size += len(b.Columns[i].Bytes)
	}
	return size >= fullBytes
}

// clear empties the batch, and keeps its memory.
func (b *Batch) clear() {
	b.Rows = 0
	for i := range b.Columns {
		c := &b.Columns[i]
		c.Null, c.Numbers, c.Bytes, c.Ends = c.Null[:0], c.Numbers[:0], c.Bytes[:0], c.Ends[:0]
	}
}

func (v *Values) len() int {
	if v.Type.isNumber() {
		return len(v.Numbers)
	}
	return len(v.Ends)
}

// AppendNumber adds an integer, a boolean as 0 or 1, or the bits of a float.
func (v *Values) AppendNumber(n int64) {
	v.Numbers = append(v.Numbers, n)
	if len(v.Null) > 0 {
		v.Null = append(v.Null, false)
	}
}

// AppendBytes adds a text or bytes, which are copied.
func (v *Values) AppendBytes(b []byte) {
	v.Bytes = append(v.Bytes, b...)
	v.end()
}

// AppendText adds a text.
func (v *Values) AppendText(text string) {
	v.Bytes = append(v.Bytes, text...)
	v.end()
}

func (v *Values) end() {
	v.Ends = append(v.Ends, len(v.Bytes))
	if len(v.Null) > 0 {
		v.Null = append(v.Null, false)
	}
}

// AppendNull adds a row without a value.
func (v *Values) AppendNull() {
	if n := v.len(); len(v.Null) < n { // the first
		v.Null = append(v.Null, make([]bool, n)...)
	}
	v.Null = append(v.Null, true)
	if v.Type.isNumber() {
		v.Numbers = append(v.Numbers, 0)
	} else {
		v.Ends = append(v.Ends, len(v.Bytes))
	}
}

// IsNull reports whether a row has no value.
func (v *Values) IsNull(row int) bool { return len(v.Null) > 0 && v.Null[row] }

// BytesAt returns the text or the bytes of a row; they are valid as long as the batch is.
func (v *Values) BytesAt(row int) []byte {
	from := 0
	if row > 0 {
		from = v.Ends[row-1]
	}
	return v.Bytes[from:v.Ends[row]]
}
