package energy

import (
	"unicode/utf8"
)

// Flaw is what is wrong with one field of a request. Rules are the words of the field's check ("required",
// "negative", "future", …); Args fill the sentence that says so.
type Flaw struct {
	Field string
	Rule  string
	Args  map[string]any
}

// Flaws collects what is wrong with a request.
type Flaws []Flaw

// Add notes what is wrong with a field; args are names and values that the sentence about it needs, in turn.
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

// CheckName notes what is wrong with a name: it has 1 to 200 characters.
func CheckName(c *Flaws, name string) {
	switch n := utf8.RuneCountInString(name); {
	case n == 0:
		c.Add("name", "required")
	case n > 200:
		c.Add("name", "max_length", "max", 200)
	}
}
