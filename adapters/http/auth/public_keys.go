package httpauth

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/holotwin/holotwin/platform/httpserver"
)

// PublicKey is a key that verifies tokens (RFC 7517, RFC 8037).
type PublicKey struct {
	Type      string `json:"kty"`
	Curve     string `json:"crv"`
	Use       string `json:"use"`
	Algorithm string `json:"alg"`
	ID        string `json:"kid"`
	X         string `json:"x"`
}

// KeySet is the content of /.well-known/jwks.json.
type KeySet struct {
	Keys []PublicKey `json:"keys" nullable:"false"`
}

func (h *Handlers) registerPublicKeys(api *httpserver.API) {
	httpserver.Register(api, problemOf, huma.Operation{
		OperationID: "publicKeys", Method: http.MethodGet, Path: "/.well-known/jwks.json", Tags: []string{"auth"},
		Summary: "Claves públicas · Public keys", Description: "The keys that verify access tokens signed with EdDSA. Empty if the server signs tokens with a secret.",
		Metadata: httpserver.Public(),
	}, func(context.Context, *struct{}) (*struct{ Body KeySet }, error) {
		return &struct{ Body KeySet }{KeySet{Keys: append([]PublicKey{}, h.PublicKeys...)}}, nil
	})
}
