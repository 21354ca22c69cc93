package httpenergy

import (
	"cmp"
	"context"
	"net/http"
	"slices"

	"github.com/danielgtaylor/huma/v2"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/campus"
	"github.com/holotwin/holotwin/modules/energy/holidays"
	"github.com/holotwin/holotwin/platform/httpserver"
)

const inUseDescription = "409 `in_use` if spaces, devices, readings, users or keys depend on it. `blocked_by` lists them, spaces and devices with id and name; for users and keys, administrators receive `{kind, id, name}` and other callers `{kind, count}`."

func (h *Handlers) registerSpaces(api *httpserver.API) {
	tags := []string{"campus"}
	httpserver.Register(api, problemOf, huma.Operation{
		OperationID: "listSpaces", Method: http.MethodGet, Path: "/api/espacios", Tags: tags,
		Summary: "Espacios · Spaces", Metadata: httpserver.Readers(),
	}, h.listSpaces)
	httpserver.Register(api, problemOf, huma.Operation{
		OperationID: "createSpace", Method: http.MethodPost, Path: "/api/espacios", Tags: tags, DefaultStatus: 201,
		Summary: "Crear un espacio · Create a space", Metadata: httpserver.Managers(),
	}, h.createSpace)
	httpserver.Register(api, problemOf, huma.Operation{
		OperationID: "getSpace", Method: http.MethodGet, Path: "/api/espacios/{id}", Tags: tags,
		Summary: "Un espacio · A space", Metadata: httpserver.Readers(), Errors: []int{404},
	}, h.getSpace)
	httpserver.Register(api, problemOf, huma.Operation{
		OperationID: "updateSpace", Method: http.MethodPatch, Path: "/api/espacios/{id}", Tags: tags,
		Summary:     "Cambiar un espacio · Change a space",
		Description: "When a space moves to another parent, its history moves with it: users who may see the space also see its earlier consumption.",
		Metadata:    httpserver.Managers(), Errors: []int{404},
	}, h.updateSpace)
	httpserver.RegisterRemoval(api, problemOf, huma.Operation{
		OperationID: "deleteSpace", Path: "/api/espacios/{id}", Tags: tags,
		Summary:     "Quitar un espacio vacío · Remove an empty space",
		Description: inUseDescription,
		Metadata:    httpserver.Managers(), Errors: []int{404, 409},
	}, h.spaceRemoval, h.deleteSpace)
}

type space struct {
	ID        string   `json:"id"`
	Name      string   `json:"name"`
	Kind      string   `json:"kind" enum:"site,building,floor,room"`
	ParentID  *string  `json:"parent_id"`
	TimeZone  string   `json:"time_zone,omitempty" doc:"IANA name. In a list, spaces inside a site show the site's time zone"`
	Holidays  string   `json:"holidays,omitempty" enum:"CO,none" doc:"The public holidays of a site: CO uses Colombia's; none uses only the closed days of its calendar"`
	AreaM2    *float64 `json:"area_m2"`
	Latitude  *float64 `json:"latitude,omitempty"`
	Longitude *float64 `json:"longitude,omitempty"`
	CreatedAt instant  `json:"created_at"`
}

func spaceOf(s campus.Space) space {
	return space{
		ID: string(s.ID), Name: s.Name, Kind: string(s.Kind), ParentID: orNull(string(s.Parent)), TimeZone: s.TimeZone, Holidays: string(s.Holidays),
		AreaM2: orNull(s.AreaM2), Latitude: s.Latitude, Longitude: s.Longitude, CreatedAt: instant(s.Created),
	}
}

// orNull returns nil for a zero value, which means unknown.
func orNull[T comparable](v T) *T {
	var unknown T
	if v == unknown {
		return nil
	}
	return &v
}

// spaceBody is the request body. Absent fields stay unchanged, and null clears a field.
type spaceBody struct {
	Name      *string                      `json:"name,omitempty" minLength:"1" maxLength:"200"`
	Kind      *string                      `json:"kind,omitempty" enum:"site,building,floor,room"`
	ParentID  httpserver.Nullable[string]  `json:"parent_id,omitzero" maxLength:"64" doc:"null for a site"`
	TimeZone  *string                      `json:"time_zone,omitempty" maxLength:"64" doc:"IANA name; only for a site" example:"America/Bogota"`
	Holidays  *string                      `json:"holidays,omitempty" enum:"CO,none" doc:"The public holidays of a site: CO uses Colombia's; none uses only the closed days of its calendar"`
	AreaM2    httpserver.Nullable[float64] `json:"area_m2,omitzero" minimum:"0" maximum:"10000000" doc:"null if unknown"`
	Latitude  httpserver.Nullable[float64] `json:"latitude,omitzero" minimum:"-90" maximum:"90" doc:"null together with longitude: the place is unknown, and there is no weather"`
	Longitude httpserver.Nullable[float64] `json:"longitude,omitzero" minimum:"-180" maximum:"180"`
}

func (b spaceBody) edit() campus.SpaceEdit {
	return campus.SpaceEdit{
		Name: b.Name, Kind: stringAs[campus.SpaceKind](b.Kind), Parent: stringAs[energy.SpaceID](givenOf(b.ParentID)),
		TimeZone: b.TimeZone, Holidays: stringAs[holidays.Set](b.Holidays), AreaM2: givenOf(b.AreaM2), Latitude: b.Latitude.Value, Longitude: b.Longitude.Value,
		ClearLatitude: b.Latitude.Given && b.Latitude.Value == nil, ClearLongitude: b.Longitude.Given && b.Longitude.Value == nil,
	}
}

func stringAs[T ~string](s *string) *T {
	if s == nil {
		return nil
	}
	return pointer(T(*s))
}

type spacesInput struct {
	PageInput
	Kind     string `query:"kind" enum:"site,building,floor,room"`
	ParentID string `query:"parent_id" maxLength:"64"`
}

func (h *Handlers) listSpaces(ctx context.Context, in *spacesInput) (*listOutput[space], error) {
	all, err := h.Catalog.Spaces(ctx, callerOf(ctx), campus.SpaceKind(in.Kind), energy.SpaceID(in.ParentID))
	if err != nil {
		return nil, err
	}
	tree, err := h.Catalog.Campus(ctx)
	if err != nil {
		return nil, err
	}
	return pageOf(all, in.PageInput, func(s campus.Space) string { return string(s.ID) }, func(s campus.Space) space {
		shown := spaceOf(s)
		shown.TimeZone = tree.Zone(s.ID).String() // a caller limited to a room cannot see the site but needs its time zone
		return shown
	}), nil
}

// pageOf returns a page of a complete list. It pages by key, so that pages stay stable while items are added.
func pageOf[T, O any](all []T, in PageInput, key func(T) string, show func(T) O) *listOutput[O] {
	slices.SortFunc(all, func(a, b T) int { return cmp.Compare(key(a), key(b)) })
	from := 0
	for from < len(all) && in.Cursor != "" && key(all[from]) <= in.Cursor {
		from++
	}
	to := min(len(all), from+in.Limit)
	out := &listOutput[O]{Body: List[O]{Items: make([]O, 0, to-from)}}
	for _, one := range all[from:to] {
		out.Body.Items = append(out.Body.Items, show(one))
	}
	if to < len(all) {
		out.Body.Next = pointer(key(all[to-1]))
	}
	return out
}

func (h *Handlers) createSpace(ctx context.Context, in *struct{ Body spaceBody }) (*createdOutput[space], error) {
	s, err := h.Catalog.CreateSpace(ctx, callerOf(ctx), in.Body.edit())
	if err != nil {
		return nil, err
	}
	return &createdOutput[space]{Location: "/api/espacios/" + string(s.ID), Body: spaceOf(s)}, nil
}

// IDInput holds the id in the path.
type IDInput struct {
	ID string `path:"id" maxLength:"64"`
}

func (h *Handlers) getSpace(ctx context.Context, in *IDInput) (*output[space], error) {
	s, err := h.Catalog.Space(ctx, callerOf(ctx), energy.SpaceID(in.ID))
	return &output[space]{spaceOf(s)}, err
}

func (h *Handlers) updateSpace(ctx context.Context, in *struct {
	IDInput
	Body spaceBody
},
) (*output[space], error) {
	s, err := h.Catalog.UpdateSpace(ctx, callerOf(ctx), energy.SpaceID(in.ID), in.Body.edit())
	return &output[space]{spaceOf(s)}, err
}

func (h *Handlers) spaceRemoval(ctx context.Context, in *RemoveInput) (httpserver.Removal, error) {
	r, err := h.Catalog.SpaceRemoval(ctx, callerOf(ctx), energy.SpaceID(in.ID))
	return removalOf(r), err
}

func (h *Handlers) deleteSpace(ctx context.Context, in *RemoveInput) error {
	return h.Catalog.DeleteSpace(ctx, callerOf(ctx), energy.SpaceID(in.ID))
}
