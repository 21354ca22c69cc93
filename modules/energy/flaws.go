package energy

import (
	"unicode/utf8"
)

// Flaw is an error in one field of a request. Rule is the check that failed ("required", "negative", "future", …);
// Args are the values for the error text.
type Flaw struct {
	Field string
	Rule  string
	Args  map[string]any
}

// Flaws collects the errors in a request's fields.
type Flaws []Flaw

// Add adds an error in a field; args are the names and values for the error text: name, value, name, value.
func (all *Flaws) Add(field, rule string, args ...any) {
	f := Flaw{Field: field, Rule: rule}
	for i := 0; i+1 < len(args); i += 2 {
		if f.Args == nil {
			f.Args = make(map[string]any)
		}
		f.Args[args[i].(string)] = args[i+1]
	}
	*all = append(*all, f)
}

// CheckName adds an error if a name does not have 1 to 200 characters.
func CheckName(c *Flaws, name string) {
	switch n := utf8.RuneCountInString(name); {
	case n == 0:
		c.Add("name", "required")
	case n > 200:
		c.Add("name", "max_length", "max", 200)
	}
}
