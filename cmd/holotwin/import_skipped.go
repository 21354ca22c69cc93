package main

import (
	"fmt"
	"iter"
	"strings"

	"github.com/holotwin/holotwin/adapters/upload/greenbutton"
)

// skippedIn yields the series of a Green Button file that were left out, a line each.
func skippedIn(feed *greenbutton.Feed, language string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for s, intervals := range feed.Skipped() {
			if !yield(skippedWords(s, intervals, language)) {
				return
			}
		}
	}
}

func skippedWords(s greenbutton.Skipped, intervals int, language string) string {
	name := s.Point
	if s.Reading != "" {
		name = strings.TrimPrefix(name+", MeterReading/"+s.Reading, ", ")
	}
	line, why := "se omite %s: %d intervalos %s", skippedWhy[s.Why][0]
	if language == "en" {
		line, why = "skipped %s: %d intervals %s", skippedWhy[s.Why][1]
	}
	return fmt.Sprintf(line, name, intervals, strings.ReplaceAll(why, "{code}", fmt.Sprint(s.Code)))
}

// skippedWhy are the reasons, in Spanish and in English.
var skippedWhy = map[greenbutton.Reason][2]string{
	greenbutton.Returned:     {"de lo devuelto a la red (flowDirection {code}), que no es consumo", "of what was given back to the grid (flowDirection {code}), which is no consumption"},
	greenbutton.OtherFlow:    {"de un saldo u otro flujo (flowDirection {code}), que no es consumo", "of a net or another flow (flowDirection {code}), which is no consumption"},
	greenbutton.Gas:          {"de gas, no de electricidad", "of gas, not electricity"},
	greenbutton.Water:        {"de agua, no de electricidad", "of water, not electricity"},
	greenbutton.OtherService: {"de otro servicio que electricidad ({code})", "of another service than electricity ({code})"},
	greenbutton.NoEnergy:     {"en una unidad que no es Wh ni W (uom {code})", "in a unit that is neither Wh nor W (uom {code})"},
	greenbutton.Extreme:      {"de la potencia máxima o mínima (dataQualifier {code}), de la que no se obtiene la energía", "of the highest or lowest power (dataQualifier {code}), from which no energy follows"},
	greenbutton.Coarser:      {"de {code} s: otros más finos cubren el mismo tiempo", "of {code} s: finer ones cover the same time"},
	greenbutton.Part:         {"de una parte de lo que otra serie tiene completo", "of a part of what another series has in full"},
	greenbutton.Otherwise:    {"que contradicen otra serie", "that contradict another series"},
}
