package httpauth

import (
	"context"
	"net/url"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/go-json-experiment/json"

	"github.com/holotwin/holotwin/modules/auth"
	"github.com/holotwin/holotwin/platform/httpserver"
	"github.com/holotwin/holotwin/platform/problem"
)

var (
	loginSchema = &huma.Schema{Type: "object", AdditionalProperties: false, Required: []string{"password"}, Properties: map[string]*huma.Schema{
		"email": {Type: "string"}, "username": {Type: "string", Description: "Use in place of email"}, "password": {Type: "string"},
		"code": {Type: "string", Description: "A code of the second factor, or a recovery code"},
	}}
	formSchema = &huma.Schema{Type: "object", Required: []string{"username", "password"}, Properties: map[string]*huma.Schema{
		"username": {Type: "string"}, "password": {Type: "string"}, "code": {Type: "string"}, "grant_type": {Type: "string"}, "scope": {Type: "string"},
		"client_id": {Type: "string"}, "client_secret": {Type: "string"},
	}}
)

type loginInput struct {
	ContentType string `header:"Content-Type"`
	RawBody     []byte
}

// User is a user as the API shows them.
type User struct {
	ID      string  `json:"id"`
	Email   string  `json:"email"`
	Role    string  `json:"role" enum:"admin,manager,viewer"`
	SpaceID *string `json:"space_id" doc:"The part of the campus that the user sees; null for all"`
	// InitialPassword is that of auth.User.
	InitialPassword bool `json:"initial_password" doc:"True while the first administrator has the password of the first start, generated or from ADMIN_PASSWORD"`
	SecondFactor    bool `json:"second_factor" doc:"True if a login by password needs a code"`
	// SetUpFactor is auth.User.MustSetUpFactor.
	SetUpFactor bool `json:"second_factor_setup_required" doc:"True if the user must set up a second factor before anything else: their role demands it"`
}

func userOf(u auth.User) User {
	out := User{ID: u.ID, Email: u.Email, Role: string(u.Role), InitialPassword: u.InitialPassword, SecondFactor: u.SecondFactor, SetUpFactor: u.MustSetUpFactor()}
	if u.Space != "" {
		out.SpaceID = &u.Space
	}
	return out
}

type grant struct {
	AccessToken  string `json:"access_token"`
	TokenType    string `json:"token_type" enum:"bearer"`
	ExpiresIn    int    `json:"expires_in" doc:"Seconds" example:"7200"`
	RefreshToken string `json:"refresh_token"`
	User         User   `json:"user"`
}

type grantOutput struct{ Body grant }

func grantOf(g auth.Grant) *grantOutput {
	return &grantOutput{grant{
		AccessToken: g.Access, TokenType: "bearer", ExpiresIn: int(auth.AccessLife.Seconds()), RefreshToken: g.Refresh, User: userOf(g.User),
	}}
}

func (h *Handlers) login(ctx context.Context, in *loginInput) (*grantOutput, error) {
	form, err := credentials(in)
	if err != nil {
		return nil, err
	}
	granted, err := h.Sessions.Login(ctx, form, actorOf(ctx))
	if err != nil {
		return nil, err
	}
	return grantOf(granted), nil
}

// credentials reads a login from JSON or from the form of OAuth2's password grant.
func credentials(in *loginInput) (form auth.LoginForm, err error) {
	media, _, _ := strings.Cut(in.ContentType, ";")
	switch strings.ToLower(strings.TrimSpace(media)) {
	case "application/json":
		return fromJSON(in.RawBody)
	case "application/x-www-form-urlencoded":
		return fromForm(in.RawBody)
	}
	return auth.LoginForm{}, problem.New(problem.UnsupportedMediaType, "accepted", "application/json, application/x-www-form-urlencoded")
}

func fromJSON(body []byte) (form auth.LoginForm, err error) {
	if flaw := httpserver.Inspect(body); flaw != nil {
		return auth.LoginForm{}, problem.Invalid(*flaw)
	}
	var members map[string]any
	if err := json.Unmarshal(body, &members); err != nil {
		return auth.LoginForm{}, problem.Invalid(problem.Bad("body", problem.NotAnObject))
	}
	var flaws []problem.Field
	texts := make(map[string]string, len(members))
	for name, value := range members {
		text, isText := value.(string)
		switch {
		case !slices.Contains([]string{"email", "username", "password", "code"}, name):
			flaws = append(flaws, problem.Bad(name, problem.Unknown))
		case !isText:
			flaws = append(flaws, problem.Bad(name, problem.NotText))
		}
		texts[name] = text
	}
	_, hasEmail := members["email"]
	_, hasName := members["username"]
	if hasEmail && hasName {
		flaws = append(flaws, problem.Bad("email", problem.ExactlyOne, "values", "email, username"))
	}
	if len(flaws) > 0 {
		return auth.LoginForm{}, problem.Invalid(flaws...)
	}
	form = auth.LoginForm{Email: texts["email"], Password: texts["password"], Code: texts["code"]}
	if hasName {
		form.Email = texts["username"]
	}
	return form, nil
}

func fromForm(body []byte) (form auth.LoginForm, err error) {
	fields, err := url.ParseQuery(string(body))
	if err != nil {
		return auth.LoginForm{}, problem.Invalid(problem.Bad("body", problem.Malformed))
	}
	if grantType := fields.Get("grant_type"); grantType != "" && grantType != "password" {
		return auth.LoginForm{}, problem.Invalid(problem.Bad("grant_type", problem.OneOf, "values", "password"))
	}
	for _, name := range []string{"username", "password", "code"} {
		if len(fields[name]) > 1 {
			return auth.LoginForm{}, problem.Invalid(problem.Bad(name, problem.Duplicate))
		}
		if strings.ContainsRune(fields.Get(name), 0) {
			return auth.LoginForm{}, problem.Invalid(problem.Bad(name, problem.ControlChars))
		}
	}
	return auth.LoginForm{Email: fields.Get("username"), Password: fields.Get("password"), Code: fields.Get("code")}, nil
}

type refreshInput struct {
	Body struct {
		RefreshToken string `json:"refresh_token" minLength:"1" maxLength:"200"`
	}
}

func (h *Handlers) refresh(ctx context.Context, in *refreshInput) (*grantOutput, error) {
	granted, err := h.Sessions.Refresh(ctx, in.Body.RefreshToken, actorOf(ctx))
	if err != nil {
		return nil, err
	}
	return grantOf(granted), nil
}

func (h *Handlers) logout(ctx context.Context, _ *struct{}) (*struct{}, error) {
	return nil, h.Sessions.Logout(ctx, actorOf(ctx), httpserver.PrincipalOf(ctx).Family)
}

func (h *Handlers) me(ctx context.Context, _ *struct{}) (*struct{ Body User }, error) {
	user, err := h.Sessions.UserOf(ctx, httpserver.PrincipalOf(ctx).Family)
	return &struct{ Body User }{userOf(user)}, err
}

type passwordInput struct {
	Body struct {
		Current string `json:"current" minLength:"1" maxLength:"200"`
		New     string `json:"new" maxLength:"200" doc:"10 to 72 bytes; common passwords are rejected"`
	}
}

func (h *Handlers) changePassword(ctx context.Context, in *passwordInput) (*struct{}, error) {
	p := httpserver.PrincipalOf(ctx)
	return nil, h.Sessions.ChangePassword(ctx, actorOf(ctx), p.Family, in.Body.Current, in.Body.New)
}
