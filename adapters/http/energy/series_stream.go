package httpenergy

import (
	"bufio"

	"github.com/danielgtaylor/huma/v2"
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/holotwin/holotwin/modules/energy/tariffs"
	"github.com/holotwin/holotwin/modules/energy/usage"
	"github.com/holotwin/holotwin/platform/httpserver"
)

// stepsAtOnce is how many steps are converted for one write.
const stepsAtOnce = 500

// streamSeries writes the same JSON as seriesBody, but keeps only a few converted steps in memory.
func streamSeries(all []usage.Series, coverage usage.Coverage, p tariffs.Pricing, grouped bool, language string) *huma.StreamResponse {
	return httpserver.Stream("application/json", func(w *bufio.Writer) error {
		out := jsontext.NewEncoder(w, jsontext.AllowInvalidUTF8(true))
		begin := func() error { return writeCoverage(out, coverage) }
		if !grouped {
			return writeTokens(out, jsontext.BeginObject, begin, jsontext.String("items"), func() error {
				return writeSteps(out, all[0].Steps, language)
			}, func() error { return writePricing(out, pricingOf(p)) }, jsontext.EndObject)
		}
		return writeTokens(out, jsontext.BeginObject, begin, jsontext.String("series"), jsontext.BeginArray, func() error {
			for i := range all {
				if err := writeGroup(out, all[i], language); err != nil {
					return err
				}
				all[i].Steps = nil // free the memory of what is written
			}
			return nil
		}, jsontext.EndArray, func() error { return writePricing(out, pricingOf(p)) }, jsontext.EndObject)
	})
}

// writePricing writes the fields of Pricing that are set.
func writePricing(out *jsontext.Encoder, p Pricing) error {
	var err error
	member := func(name string, present bool, value any) {
		if present && err == nil {
			err = writeTokens(out, jsontext.String(name), func() error { return json.MarshalEncode(out, value) })
		}
	}
	member("tariff", p.Tariff != nil, p.Tariff)
	member("tariffs", len(p.Tariffs) > 0, p.Tariffs)
	member("emission_factor", p.EmissionFactor != nil, p.EmissionFactor)
	member("emission_factors_used", len(p.Factors) > 0, p.Factors)
	return err
}

func writeCoverage(out *jsontext.Encoder, c usage.Coverage) error {
	return writeTokens(out, jsontext.String("coverage"), jsontext.Float(c.Measured), jsontext.String("missing"), func() error {
		return json.MarshalEncode(out, missingOf(c.Missing))
	})
}

func writeGroup(out *jsontext.Encoder, s usage.Series, language string) error {
	return writeTokens(out, jsontext.BeginObject, jsontext.String("key"), jsontext.String(s.Key), jsontext.String("name"), jsontext.String(s.Name),
		jsontext.String("items"), func() error { return writeSteps(out, s.Steps, language) }, jsontext.EndObject)
}

func writeSteps(out *jsontext.Encoder, steps []usage.Step, language string) error {
	return writeTokens(out, jsontext.BeginArray, func() error {
		for len(steps) > 0 {
			n := min(stepsAtOnce, len(steps))
			for _, one := range stepsOf(steps[:n], language) {
				if err := json.MarshalEncode(out, one, json.FormatNilSliceAsNull(false)); err != nil {
					return err
				}
			}
			steps = steps[n:]
		}
		return nil
	}, jsontext.EndArray)
}

// writeTokens writes its parts in order: a token is written, a function is called to write its own tokens.
func writeTokens(out *jsontext.Encoder, parts ...any) error {
	for _, part := range parts {
		var err error
		switch p := part.(type) {
		case jsontext.Token:
			err = out.WriteToken(p)
		case func() error:
			err = p()
		}
		if err != nil {
			return err
		}
	}
	return nil
}
