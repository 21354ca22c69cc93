package energy

// Field is a field of what comes from outside: absent, read, or in a form that cannot be read. The zero value is absent. A field is
// read once, by the adapter that knows its form.
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

// Optional is a field with the value of a pointer, absent where that is nil.
func Optional[T any](value *T) Field[T] {
	if value == nil {
		return Field[T]{}
	}
	return Known(*value)
}

// Unreadable is a field that was given and cannot be read. What should have been there is for the rules to say.
func Unreadable[T any]() Field[T] { return Field[T]{state: unreadable} }

// Read reads the text of a field by a parser: unreadable where that gives an error.
func Read[T any](text string, parse func(string) (T, error)) Field[T] {
	value, err := parse(text)
	if err != nil {
		return Unreadable[T]()
	}
	return Known(value)
}

// Given tells whether the field was given, readable or not.
func (f Field[T]) Given() bool { return f.state != absent }

// Value is the field's value; ok is false where the field is absent or unreadable.
func (f Field[T]) Value() (value T, ok bool) { return f.value, f.state == known }
