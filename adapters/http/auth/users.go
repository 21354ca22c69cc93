package httpauth

import (
	"context"
	"net/http"
	"net/url"

	"github.com/danielgtaylor/huma/v2"

	"github.com/holotwin/holotwin/modules/auth"
	"github.com/holotwin/holotwin/platform/httpserver"
)

var administrators = httpserver.Allow(httpserver.Admin)

func (h *Handlers) registerUsers(api *httpserver.API) {
	tags := []string{"users"}
	httpserver.Register(api, problemOf, huma.Operation{
		OperationID: "listUsers", Method: http.MethodGet, Path: "/auth/usuarios", Tags: tags,
		Summary: "Usuarios · Users", Metadata: administrators,
	}, h.listUsers)
	httpserver.Register(api, problemOf, huma.Operation{
		OperationID: "addUser", Method: http.MethodPost, Path: "/auth/usuarios", Tags: tags, DefaultStatus: 201,
		Summary: "Crear un usuario · Create a user", Metadata: administrators, Errors: []int{409, 503},
		Description: "Without `password` the user is invited: the answer has a link, which the user sends to `/auth/restablecer` with a password of their own. No password works for them before. " +
			"The link is valid once and for three days; `/auth/usuarios/{id}/enlace` makes another. An administrator limited to a space can only create users of that space and the spaces within it.",
	}, h.addUser)
	httpserver.Register(api, problemOf, huma.Operation{
		OperationID: "getUser", Method: http.MethodGet, Path: "/auth/usuarios/{id}", Tags: tags,
		Summary: "Un usuario · A user", Metadata: administrators, Errors: []int{404},
	}, h.getUser)
	httpserver.Register(api, problemOf, huma.Operation{
		OperationID: "changeUser", Method: http.MethodPatch, Path: "/auth/usuarios/{id}", Tags: tags,
		Summary: "Cambiar un usuario · Change a user", Metadata: administrators, Errors: []int{404, 409, 503},
		Description: "A new password, or `disabled`, ends the user's sessions. A new role or space takes effect in open sessions within five seconds. The last administrator of the whole campus cannot be demoted, disabled or limited to a space: 409 `last_administrator`.",
	}, h.changeUser)
	registerRemoval(api, huma.Operation{
		OperationID: "removeUser", Path: "/auth/usuarios/{id}", Tags: tags,
		Summary: "Eliminar un usuario · Remove a user", Metadata: administrators, Errors: []int{404, 409},
		Description: "Ends the user's sessions. The last administrator of the whole campus cannot be removed: 409 `last_administrator`. " + dryRunDescription,
	}, h.Accounts.Remove, h.previewUser)
}

// actorOf returns the caller of a request.
func actorOf(ctx context.Context) auth.Actor {
	p := httpserver.PrincipalOf(ctx)
	return auth.Actor{ID: p.Subject, Role: auth.Role(p.Role), Space: p.Space, Client: httpserver.ClientIP(ctx), Request: httpserver.RequestID(ctx)}
}

// Account is a user as an administrator sees them.
type Account struct {
	User
	Disabled  bool   `json:"disabled"`
	Login     string `json:"login" enum:"password,sign_on" doc:"sign_on: created by the university's login, without a password until an administrator sets one or sends a reset link"`
	Invited   bool   `json:"invited" doc:"True if the user was created without a password and has not set one yet"`
	CreatedAt string `json:"created_at" format:"date-time"`
}

// NewAccount is a user who was just created.
type NewAccount struct {
	Account
	Invitation *ResetLink `json:"invitation,omitempty" doc:"Present if the user was created without a password"`
}

func accountOf(u auth.User) Account {
	return Account{User: userOf(u), Disabled: u.Disabled, Login: string(u.Login), Invited: u.IsInvited(), CreatedAt: instantOf(u.Created)}
}

// UserBody holds the fields that an administrator sets; an absent field stays unchanged.
type UserBody struct {
	Email    *string `json:"email,omitempty" maxLength:"320"`
	Password *string `json:"password,omitempty" maxLength:"200" doc:"10 to 72 bytes; common passwords are rejected. A new user without one is invited"`
	Role     *string `json:"role,omitempty" enum:"admin,manager,viewer" doc:"Default for a new user: viewer"`
	Disabled *bool   `json:"disabled,omitempty"`
	// SpaceID is null or empty for the whole campus.
	SpaceID httpserver.Nullable[string] `json:"space_id,omitempty" maxLength:"64" doc:"The space to which the user is limited; null or empty for the whole campus"`
}

func (b UserBody) edit() auth.UserEdit {
	edit := auth.UserEdit{Email: b.Email, Password: b.Password, Role: (*auth.Role)(b.Role), Disabled: b.Disabled}
	if b.SpaceID.Given {
		edit.Space = new(string)
		if b.SpaceID.Value != nil {
			edit.Space = b.SpaceID.Value
		}
	}
	return edit
}

// UserID is a user's id in the path.
type UserID struct {
	ID string `path:"id" maxLength:"64"`
}

// ListInput holds the parameters of a page of a list.
type ListInput struct {
	Limit  int    `query:"limit" minimum:"1" maximum:"1000" default:"100" doc:"Maximum number of items"`
	Cursor string `query:"cursor" maxLength:"64" doc:"The field next of the previous page"`
}

// pageUpTo cuts a list of up to limit+1 items to limit. The id of a page's last item is the cursor of the next page.
func pageUpTo[T any](limit int, all []T, id func(T) string) (page []T, next *string) {
	if len(all) <= limit {
		return all, nil
	}
	last := id(all[limit-1])
	return all[:limit], &last
}

type accountsOutput struct {
	Body struct {
		Items []Account `json:"items"`
		Next  *string   `json:"next" doc:"The cursor of the next page; null at the end"`
	}
}

func (h *Handlers) listUsers(ctx context.Context, in *ListInput) (*accountsOutput, error) {
	all, err := h.Accounts.List(ctx, actorOf(ctx), in.Cursor, in.Limit+1)
	if err != nil {
		return nil, err
	}
	out := &accountsOutput{}
	page, next := pageUpTo(in.Limit, all, func(u auth.User) string { return u.ID })
	out.Body.Items, out.Body.Next = make([]Account, len(page)), next
	for i, u := range page {
		out.Body.Items[i] = accountOf(u)
	}
	return out, nil
}

type newAccountOutput struct {
	Location string `header:"Location"`
	Body     NewAccount
}

func (h *Handlers) addUser(ctx context.Context, in *struct{ Body UserBody }) (*newAccountOutput, error) {
	var user auth.User
	var invitation *ResetLink
	var err error
	if in.Body.Password == nil {
		var link auth.ResetLink
		user, link, err = h.Accounts.Invite(ctx, actorOf(ctx), in.Body.edit())
		invitation = &ResetLink{Token: link.Token, ExpiresAt: instantOf(link.Expires)}
	} else {
		user, err = h.Accounts.Add(ctx, actorOf(ctx), in.Body.edit())
	}
	return &newAccountOutput{Location: "/auth/usuarios/" + url.PathEscape(user.ID), Body: NewAccount{accountOf(user), invitation}}, err
}

func (h *Handlers) getUser(ctx context.Context, in *UserID) (*struct{ Body Account }, error) {
	u, err := h.Accounts.Get(ctx, actorOf(ctx), in.ID)
	return &struct{ Body Account }{accountOf(u)}, err
}

func (h *Handlers) changeUser(ctx context.Context, in *struct {
	UserID
	Body UserBody
},
) (*struct{ Body Account }, error) {
	u, err := h.Accounts.Change(ctx, actorOf(ctx), in.ID, in.Body.edit())
	return &struct{ Body Account }{accountOf(u)}, err
}
