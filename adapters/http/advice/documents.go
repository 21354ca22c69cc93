package httpadvice

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/holotwin/holotwin/platform/httpserver"
)

func (h *Handlers) registerDocuments(api *httpserver.API) {
	tags := []string{"advice"}
	httpserver.Register(api, problemOf, huma.Operation{
		OperationID: "recommendPDF", Method: http.MethodPost, Path: "/api/recomendaciones/recomendar/pdf", Tags: tags,
		Summary:  "Recomendar para una sala, en PDF · Advice for a room, as PDF",
		Metadata: httpserver.Heavy(httpserver.Readers(), httpserver.Light),
	}, h.adviseRoomPDF)
	httpserver.Register(api, problemOf, huma.Operation{
		OperationID: "getReport", Method: http.MethodGet, Path: "/api/recomendaciones/reporte/{id}.pdf", Tags: tags,
		Summary: "El PDF de una recomendación · A recommendation's PDF", Description: "Kept for thirty days.",
		Metadata: httpserver.Heavy(httpserver.Readers(), httpserver.Rendered), Errors: []int{404},
		Responses: map[string]*huma.Response{"200": {
			Description: "The report, one page",
			Content:     map[string]*huma.MediaType{"application/pdf": {Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}}},
		}},
	}, h.getReport)
}

// ReportBody is the advice and the path of its PDF.
type ReportBody struct {
	Msg           string `json:"msg"`
	Recomendacion string `json:"recomendacion"`
	RutaPDF       string `json:"ruta_pdf" example:"/api/recomendaciones/reporte/rep_k3v5q6m7x2c4b1a0.pdf"`
}

type reportOutput struct{ Body ReportBody }

func (h *Handlers) adviseRoomPDF(ctx context.Context, in *roomQuestionInput) (*reportOutput, error) {
	answer, err := h.Reporter.Advise(ctx, callerOf(ctx), in.question())
	if err != nil {
		return nil, err
	}
	l := languageOf(ctx)
	report, err := h.Reporter.StoreDocument(ctx, callerOf(ctx), l, answer)
	if err != nil {
		return nil, err
	}
	msg := "PDF generado"
	if l == "en" {
		msg = "PDF created"
	}
	return &reportOutput{Body: ReportBody{
		Msg: msg, Recomendacion: answer.Text(l), RutaPDF: "/api/recomendaciones/reporte/" + report.ID + ".pdf",
	}}, nil
}

type fileOutput struct {
	ContentType        string `header:"Content-Type"`
	ContentDisposition string `header:"Content-Disposition"`
	Body               []byte
}

func (h *Handlers) getReport(ctx context.Context, in *IDInput) (*fileOutput, error) {
	pdf, err := h.Reporter.DocumentPDF(ctx, callerOf(ctx), in.ID)
	if err != nil {
		return nil, err
	}
	return &fileOutput{ContentType: "application/pdf", ContentDisposition: `inline; filename="recomendacion.pdf"`, Body: pdf}, nil
}
