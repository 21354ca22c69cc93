package report

import (
	"strings"

	"github.com/holotwin/holotwin/modules/advice"
)

// TypicalDevice is the typical power of a type of device. If Measured is true, the figures are medians of real devices at one minute
// (tracebase); otherwise they are usual ratings.
type TypicalDevice struct {
	// Sort is the stable name of the type, Kind the energy module's kind of device.
	Sort, Kind string
	// OnW is the power in use, StandbyW the power while idle, W.
	OnW, StandbyW float64
	// AlwaysOn is true for a device that is never switched off.
	AlwaysOn bool
	Measured bool

	names []string
}

// typicals are matched in this order: a "televisor con PlayStation" is not a television, but a "monitor de PC" is a monitor. Names are
// folded (see fold) and match whole words.
var typicals = []TypicalDevice{
	{Sort: "set_top_box", Kind: "tv", OnW: 10, StandbyW: 10, Measured: true, names: []string{"decodificador", "set top box", "tdt", "receptor"}},
	{Sort: "console", Kind: "console", OnW: 115, StandbyW: 1.4, Measured: true, names: []string{"ps", "ps2", "ps3", "ps4", "ps5", "playstation", "play station", "xbox", "nintendo", "switch", "wii", "consola", "consolas", "console"}},
	{Sort: "projector", Kind: "tv", OnW: 228, StandbyW: 1, Measured: true, names: []string{"proyector", "projector", "video beam", "videobeam", "beamer"}},
	{Sort: "monitor", Kind: "computer", OnW: 49, StandbyW: 1, Measured: true, names: []string{"monitor", "monitores", "monitors"}},
	{Sort: "tv", Kind: "tv", OnW: 123, StandbyW: 1, Measured: true, names: []string{"tv", "tvs", "smart tv", "televisor", "televisores", "television", "tele", "pantalla", "pantallas", "screen"}},
	{Sort: "laptop", Kind: "computer", OnW: 19, StandbyW: 1, Measured: true, names: []string{"laptop", "laptops", "portatil", "portatiles", "notebook"}},
	{Sort: "computer", Kind: "computer", OnW: 91, StandbyW: 3, Measured: true, names: []string{"pc", "pcs", "computador", "computadora", "computadores", "computadoras", "ordenador", "ordenadores", "computer", "computers", "desktop"}},
	{Sort: "router", Kind: "other", OnW: 7, StandbyW: 7, AlwaysOn: true, Measured: true, names: []string{"router", "enrutador", "modem", "wifi", "access point"}},
	{Sort: "amplifier", Kind: "tv", OnW: 44, StandbyW: 1, Measured: true, names: []string{"amplificador", "amplifier", "equipo de sonido", "parlante", "parlantes", "altavoz", "speaker", "speakers"}},
	{Sort: "ac", Kind: "ac", OnW: 1200, StandbyW: 3, names: []string{"ac", "a c", "aa", "aire", "aires", "aire acondicionado", "air conditioner", "air conditioning", "climatizador", "split", "minisplit", "mini split"}},
	{Sort: "fan", Kind: "appliance", OnW: 55, names: []string{"ventilador", "ventiladores", "fan", "fans", "abanico"}},
	{Sort: "light", Kind: "lighting", OnW: 72, names: []string{"luz", "luces", "lampara", "lamparas", "iluminacion", "bombillo", "bombillos", "foco", "focos", "light", "lights", "lighting", "lamp", "lamps"}},
	{Sort: "fridge", Kind: "appliance", OnW: 50, AlwaysOn: true, names: []string{"nevera", "refrigerador", "refrigeradora", "frigorifico", "fridge", "refrigerator", "minibar"}},
	{Sort: "microwave", Kind: "appliance", OnW: 1200, StandbyW: 3, names: []string{"microondas", "microwave"}},
	{Sort: "coffee", Kind: "appliance", OnW: 900, StandbyW: 1, names: []string{"cafetera", "greca", "coffee", "coffee maker"}},
	{Sort: "printer", Kind: "other", OnW: 40, StandbyW: 5, names: []string{"impresora", "impresoras", "printer", "printers"}},
}

// typicalOf recognises a device by its name, and returns the zero TypicalDevice if it cannot.
func typicalOf(name string) TypicalDevice {
	text := " " + fold(name) + " "
	for _, t := range typicals {
		for _, n := range t.names {
			if strings.Contains(text, " "+n+" ") || numbered(text, n) {
				return t
			}
		}
	}
	return TypicalDevice{}
}

// numbered reports whether a word is a name followed by a number, such as tv2 or luz1.
func numbered(text, name string) bool {
	for word := range strings.FieldsSeq(text) {
		if rest, found := strings.CutPrefix(word, name); found && rest != "" && strings.Trim(rest, "0123456789") == "" {
			return true
		}
	}
	return false
}

// dayHours is the hours of use on a typical day; every figure shows it.
const dayHours = 8

// dayKWh returns a typical day's consumption.
func (t TypicalDevice) dayKWh() float64 {
	if t.AlwaysOn {
		return t.OnW * advice.HoursPerDay / 1000
	}
	return (t.OnW*dayHours + t.StandbyW*(advice.HoursPerDay-dayHours)) / 1000
}

var unaccented = strings.NewReplacer("á", "a", "é", "e", "í", "i", "ó", "o", "ú", "u", "ü", "u", "ñ", "n")

// fold makes names comparable: lower case, without accents, one space between words.
func fold(s string) string {
	s = unaccented.Replace(strings.ToLower(s))
	words := strings.FieldsFunc(s, func(r rune) bool { return (r < 'a' || r > 'z') && (r < '0' || r > '9') })
	return strings.Join(words, " ")
}
