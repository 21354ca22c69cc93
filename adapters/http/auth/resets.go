package httpauth

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/holotwin/holotwin/platform/httpserver"
)

func (h *Handlers) registerResets(api *httpserver.API) {
	httpserver.Register(api, problemOf, huma.Operation{
		OperationID: "giveReset", Method: http.MethodPost, Path: "/auth/usuarios/{id}/enlace", Tags: []string{"users"}, DefaultStatus: 201,
		Summary:     "Enlace para restablecer la contraseña · Password reset link",
		Description: "`token` is valid once and for one day (three days if the user is invited and has no password yet), and replaces an earlier one. Give it to the user, who sends it to `/auth/restablecer` with their new password.",
		Metadata:    administrators, Errors: []int{404},
	}, h.giveReset)
	httpserver.Register(api, problemOf, huma.Operation{
		OperationID: "reset", Method: http.MethodPost, Path: "/auth/restablecer", Tags: []string{"auth"}, DefaultStatus: 204,
		Summary:     "Restablecer la contraseña · Reset the password",
		Description: "With the token of an administrator's reset link. Ends all sessions of the user.",
		Metadata:    httpserver.Public(), Errors: []int{401, 503},
	}, h.reset)
}

// ResetLink is a link by which a user sets a password.
type ResetLink struct {
	Token     string `json:"token" doc:"Shown only in this answer"`
	ExpiresAt string `json:"expires_at" format:"date-time"`
}

func (h *Handlers) giveReset(ctx context.Context, in *UserID) (*struct{ Body ResetLink }, error) {
	token, expires, err := h.Accounts.ResetToken(ctx, actorOf(ctx), in.ID)
	return &struct{ Body ResetLink }{ResetLink{Token: token, ExpiresAt: instantOf(expires)}}, err
}

type resetInput struct {
	Body struct {
		Token string `json:"token" minLength:"1" maxLength:"200"`
		New   string `json:"new" maxLength:"200" doc:"10 to 72 bytes; common passwords are rejected"`
	}
}

func (h *Handlers) reset(ctx context.Context, in *resetInput) (*struct{}, error) {
	return nil, h.Accounts.Reset(ctx, actorOf(ctx), in.Body.Token, in.Body.New)
}
