package httpadvice

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/holotwin/holotwin/modules/advice/recommendations"
	"github.com/holotwin/holotwin/modules/advice/text"
	"github.com/holotwin/holotwin/platform/httpserver"
)

func (h *Handlers) registerComparison(api *httpserver.API) {
	httpserver.Register(api, problemOf, huma.Operation{
		OperationID: "compareSpace", Method: http.MethodGet, Path: "/api/espacios/{id}/comparacion", Tags: []string{"advice"},
		Summary:     "Un espacio comparado con los de su tipo · A space compared with others of its kind",
		Description: "Per m²: the use of a typical month, the use of an open hour, the base load at night, and the use per °C. `measures` is empty if the space has no area or measurements, or if fewer than three other spaces have them.",
		Metadata:    httpserver.Heavy(httpserver.Readers(), httpserver.Light), Errors: []int{404},
	}, h.compareSpace)
}

// ComparisonBody compares a space with others of its kind.
type ComparisonBody struct {
	ID       string           `json:"id"`
	Level    string           `json:"level"`
	AreaM2   float64          `json:"area_m2"`
	Peers    int              `json:"peers" doc:"Number of other spaces of its kind with an area and enough measurements"`
	Measures []ComparisonItem `json:"measures" nullable:"false"`
	Message  string           `json:"message"`
}

// ComparisonItem is one measure.
type ComparisonItem struct {
	Measure string  `json:"measure" enum:"kwh_month_m2,wh_open_hour_m2,base_w_m2,cooling_kwh_day_degree_m2"`
	Value   float64 `json:"value"`
	Median  float64 `json:"median" doc:"Median of the peers"`
	High    float64 `json:"high" doc:"Nine of ten peers are below this value"`
	Below   int     `json:"below" doc:"Number of peers below this space"`
}

type comparisonOutput struct{ Body ComparisonBody }

func (h *Handlers) compareSpace(ctx context.Context, in *IDInput) (*comparisonOutput, error) {
	c, err := h.Catalog.Compare(ctx, callerOf(ctx), in.ID)
	if err != nil {
		return nil, err
	}
	body := ComparisonBody{ID: c.Target.ID, Level: string(c.Target.Level), AreaM2: c.AreaM2, Peers: c.Peers, Measures: []ComparisonItem{}}
	var value, median float64
	for _, m := range c.Measures {
		if m.Measure == recommendations.UsePerArea {
			value, median = m.Value, m.Median
		}
		body.Measures = append(body.Measures, ComparisonItem{
			Measure: string(m.Measure), Value: rounded(m.Value, otherDecimals), Median: rounded(m.Median, otherDecimals), High: rounded(m.High, otherDecimals), Below: m.Below,
		})
	}
	body.Message = text.Beside(languageOf(ctx), c.Name, value, median, c.Peers)
	return &comparisonOutput{Body: body}, nil
}
