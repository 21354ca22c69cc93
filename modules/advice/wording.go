package advice

import (
	"github.com/holotwin/holotwin/modules/advice/history"
	"github.com/holotwin/holotwin/modules/advice/words"
)

// Advice is a recommendation with the names of what it is about.
type Advice struct {
	Recommendation
	About words.About
	// Zone names the space's time zone, in which hours are told.
	Zone string
	// worded are better words for its texts, by their keys.
	worded map[string]words.Text
}

// Device is the device that it is about; empty for a space.
func (a Advice) Device() string {
	if a.Target.Level == OfDevice {
		return a.Target.ID
	}
	return ""
}

// wordingKey names a text in a language, so that a text that changes is worded anew.
func wordingKey(l words.Language, t words.Text) string {
	d := history.NewDigest()
	d.Add("language", string(l))
	d.Add("title", t.Title)
	d.Add("message", t.Message)
	d.Add("action", t.Action)
	return d.Hex()
}

// Text words it: as somebody worded it better, where that says the same, and otherwise from the templates.
func (a Advice) Text(l words.Language) words.Text {
	original := a.template(l)
	if better, known := a.worded[wordingKey(l, original)]; known && words.Faithful(original, better) {
		return better
	}
	return original
}

func (a Advice) template(l words.Language) words.Text {
	return words.Finding(l, a.About, a.Finding, words.Promise{KWh: a.Finding.Saving.Low, Cost: a.Money.CostLow, Currency: a.Money.Currency, Tariff: a.Money.Of().Words()})
}

// wordingKeys are those of its texts in all languages.
func (a Advice) wordingKeys() []string {
	var keys []string
	for _, l := range words.Languages() {
		keys = append(keys, wordingKey(l, a.template(l)))
	}
	return keys
}

// withWordings is a recommendation with better words for its texts, by their keys.
func (a Advice) withWordings(wordings map[string]words.Text) Advice {
	a.worded = wordings
	return a
}
