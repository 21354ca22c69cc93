package energy

// Field is a field of an input: absent, known, or unreadable. The zero value is absent. A field is read once, by the adapter
// that knows its format.
type Field[T any] struct {
	value T
	state fieldState
}

type fieldState uint8

const (
	absent fieldState = iota
	unreadable
	known
)

// Known is a field with a value.
func Known[T any](value T) Field[T] { return Field[T]{value, known} }

// Optional is a field with the value of a pointer; nil is absent.
func Optional[T any](value *T) Field[T] {
	if value == nil {
		return Field[T]{}
	}
	return Known(*value)
}

// Unreadable is a field that was given and cannot be read. The rule that checks the field reports what was expected.
func Unreadable[T any]() Field[T] { return Field[T]{state: unreadable} }

// Read parses the text of a field; it is unreadable if parse returns an error.
func Read[T any](text string, parse func(string) (T, error)) Field[T] {
	value, err := parse(text)
	if err != nil {
		return Unreadable[T]()
	}
	return Known(value)
}

// Given reports whether the field was given, readable or not.
func (f Field[T]) Given() bool { return f.state != absent }

// Value is the field's value; ok is false if the field is absent or unreadable.
func (f Field[T]) Value() (value T, ok bool) { return f.value, f.state == known }
