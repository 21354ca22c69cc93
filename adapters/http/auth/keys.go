package httpauth

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/holotwin/holotwin/modules/auth"
	"github.com/holotwin/holotwin/platform/httpserver"
)

func (h *Handlers) registerKeys(api *httpserver.API) {
	tags := []string{"users"}
	httpserver.Register(api, problemOf, huma.Operation{
		OperationID: "listKeys", Method: http.MethodGet, Path: "/auth/claves", Tags: tags,
		Summary: "Claves de dispositivos y de lectura · API keys", Metadata: administrators,
	}, h.listKeys)
	httpserver.Register(api, problemOf, huma.Operation{
		OperationID: "addKey", Method: http.MethodPost, Path: "/auth/claves", Tags: tags, DefaultStatus: 201,
		Summary: "Crear una clave · Create an API key",
		Description: "`key` is shown only in this answer. It is sent as `X-API-Key: htk_…` or `Authorization: Bearer htk_…`. By its `role`, a `device` key writes measurements, states and ambient readings of its devices or space, and cannot read. " +
			"A `viewer` key reads what a viewer of its space may, or of the whole campus without a space: for Grafana, a wall, a script. No key may call anything under `/auth`. " +
			"After `expires_at` it is refused everywhere (401), and MQTT connections that use it end.",
		Metadata: administrators,
	}, h.addKey)
	httpserver.Register(api, problemOf, huma.Operation{
		OperationID: "getKey", Method: http.MethodGet, Path: "/auth/claves/{id}", Tags: tags,
		Summary: "Una clave · An API key", Metadata: administrators, Errors: []int{404},
	}, h.getKey)
	httpserver.Register(api, problemOf, huma.Operation{
		OperationID: "changeKey", Method: http.MethodPatch, Path: "/auth/claves/{id}", Tags: tags,
		Summary:     "Cambiar una clave · Change an API key",
		Description: "Changes the name or the expiry; absent members stay unchanged. It takes effect within five seconds. An `expires_at` in the past ends the key; a later one lets it work again.",
		Metadata:    administrators, Errors: []int{404},
	}, h.changeKey)
	registerRemoval(api, huma.Operation{
		OperationID: "removeKey", Path: "/auth/claves/{id}", Tags: tags,
		Summary: "Revocar una clave · Revoke an API key", Metadata: administrators, Errors: []int{404},
		Description: "It is refused at once, and MQTT connections that use it end. " + dryRunDescription + " `used_by` says how many devices may be using it.",
	}, h.Keys.Remove, h.previewKey)
}

// DeviceKey is an API key without its secret.
type DeviceKey struct {
	ID         string   `json:"id"`
	Name       string   `json:"name"`
	Role       string   `json:"role" enum:"device,viewer" doc:"device writes and cannot read; viewer reads and cannot write"`
	DeviceIDs  []string `json:"device_ids" nullable:"false" doc:"Empty: all devices of the space"`
	SpaceID    *string  `json:"space_id" doc:"The part of the campus of the key; null for the devices alone, or for a viewer key of the whole campus"`
	CreatedAt  string   `json:"created_at" format:"date-time"`
	LastUsedAt *string  `json:"last_used_at" format:"date-time" doc:"Exact to the minute; null if the key was never used"`
	ExpiresAt  *string  `json:"expires_at" format:"date-time" doc:"After this the key is refused; null if it never expires"`
}

func keyOf(k auth.Key) DeviceKey {
	out := DeviceKey{ID: k.ID, Name: k.Name, Role: string(cmp.Or(k.Role, auth.Device)), DeviceIDs: append([]string{}, k.Devices...), CreatedAt: instantOf(k.Created)}
	if k.Space != "" {
		out.SpaceID = &k.Space
	}
	if !k.LastUsed.IsZero() {
		used := instantOf(k.LastUsed)
		out.LastUsedAt = &used
	}
	if !k.Expires.IsZero() {
		expires := k.Expires.UTC().Format("2006-01-02T15:04:05.999Z07:00")
		out.ExpiresAt = &expires
	}
	return out
}

func instantOf(t time.Time) string { return t.UTC().Format(time.RFC3339) }

type keysOutput struct {
	Body struct {
		Items []DeviceKey `json:"items"`
		Next  *string     `json:"next" doc:"The cursor of the next page; null at the end"`
	}
}

func (h *Handlers) listKeys(ctx context.Context, in *ListInput) (*keysOutput, error) {
	all, err := h.Keys.List(ctx, actorOf(ctx), in.Cursor, in.Limit+1)
	if err != nil {
		return nil, err
	}
	out := &keysOutput{}
	page, next := pageUpTo(in.Limit, all, func(k auth.Key) string { return k.ID })
	out.Body.Items, out.Body.Next = make([]DeviceKey, len(page)), next
	for i, k := range page {
		out.Body.Items[i] = keyOf(k)
	}
	return out, nil
}

type newKeyInput struct {
	Body struct {
		Name      string   `json:"name" maxLength:"200"`
		Role      string   `json:"role,omitempty" enum:"device,viewer" doc:"Absent: device. A viewer key has no device_ids"`
		DeviceIDs []string `json:"device_ids,omitempty" maxItems:"1000"`
		SpaceID   string   `json:"space_id,omitempty" maxLength:"64"`
		ExpiresAt *string  `json:"expires_at,omitempty" maxLength:"40" doc:"RFC 3339, in the future; without a zone it is read in the site's. Absent: the key never expires"`
	}
}

// momentOf reads a point in time of a body; an absent one is the zero Moment.
func momentOf(text *string) auth.Moment {
	if text == nil {
		return auth.Moment{}
	}
	return auth.ParseMoment(*text)
}

type newKeyOutput struct {
	Location string `header:"Location"`
	Body     NewKey
}

// NewKey is an API key with its secret.
type NewKey struct {
	DeviceKey
	Key string `json:"key" doc:"Shown only in this answer"`
}

func (h *Handlers) addKey(ctx context.Context, in *newKeyInput) (*newKeyOutput, error) {
	k, secret, err := h.Keys.Add(ctx, actorOf(ctx), auth.KeyEdit{
		Name: in.Body.Name, Role: auth.Role(in.Body.Role), Devices: in.Body.DeviceIDs, Space: in.Body.SpaceID, Expires: momentOf(in.Body.ExpiresAt),
	})
	return &newKeyOutput{Location: "/auth/claves/" + url.PathEscape(k.ID), Body: NewKey{DeviceKey: keyOf(k), Key: secret}}, err
}

func (h *Handlers) getKey(ctx context.Context, in *UserID) (*struct{ Body DeviceKey }, error) {
	k, err := h.Keys.Get(ctx, actorOf(ctx), in.ID)
	return &struct{ Body DeviceKey }{keyOf(k)}, err
}

// KeyBody holds the fields of a key that may change; an absent field stays unchanged.
type KeyBody struct {
	Name      *string                     `json:"name,omitempty" maxLength:"200"`
	ExpiresAt httpserver.Nullable[string] `json:"expires_at,omitempty" maxLength:"40" doc:"RFC 3339; without a zone it is read in the site's. null: the key never expires"`
}

func (h *Handlers) changeKey(ctx context.Context, in *struct {
	UserID
	Body KeyBody
},
) (*struct{ Body DeviceKey }, error) {
	change := auth.KeyChange{Name: in.Body.Name}
	if in.Body.ExpiresAt.Given {
		expires := momentOf(in.Body.ExpiresAt.Value)
		change.Expires = &expires
	}
	k, err := h.Keys.Change(ctx, actorOf(ctx), in.ID, change)
	return &struct{ Body DeviceKey }{keyOf(k)}, err
}
