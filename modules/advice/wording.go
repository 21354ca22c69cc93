package advice

import (
	"github.com/holotwin/holotwin/modules/advice/history"
	"github.com/holotwin/holotwin/modules/advice/text"
)

// Advice is a recommendation with the names that its texts need.
type Advice struct {
	Recommendation
	About text.About
	// Zone is the space's time zone, used for hours in texts.
	Zone string
	// wordings are better wordings of its texts, by their keys.
	wordings map[string]text.Text
}

// Device returns the id of its device; empty for a space.
func (a Advice) Device() string {
	if a.Target.Level == OfDevice {
		return a.Target.ID
	}
	return ""
}

// WordingKey returns the key of a text in a language. A changed text has another key, so it gets a new wording.
func WordingKey(l text.Language, t text.Text) string {
	d := history.NewDigest()
	d.Add("language", string(l))
	d.Add("title", t.Title)
	d.Add("message", t.Message)
	d.Add("action", t.Action)
	return d.Hex()
}

// Text returns its text: a better wording if one is stored with the same meaning, or else the template.
func (a Advice) Text(l text.Language) text.Text {
	original := a.Template(l)
	if better, known := a.wordings[WordingKey(l, original)]; known && text.Faithful(original, better) {
		return better
	}
	return original
}

// Template returns its text from the templates.
func (a Advice) Template(l text.Language) text.Text {
	return text.Finding(l, a.About, a.Finding, text.Promise{KWh: a.Finding.Saving.Low, Cost: a.Money.CostLow, Currency: a.Money.Currency, Tariff: a.Money.NamedTariff().Words()})
}

// WordingKeys returns the keys of its texts in all languages.
func (a Advice) WordingKeys() []string {
	var keys []string
	for _, l := range text.Languages() {
		keys = append(keys, WordingKey(l, a.Template(l)))
	}
	return keys
}

// WithWordings returns the recommendation with better wordings of its texts, by their keys.
func (a Advice) WithWordings(wordings map[string]text.Text) Advice {
	a.wordings = wordings
	return a
}
