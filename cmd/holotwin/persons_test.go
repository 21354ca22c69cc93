package main

import (
	"context"
	"encoding/base32"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/fx"

	"github.com/holotwin/holotwin/adapters/bcrypt"
	gormadvice "github.com/holotwin/holotwin/adapters/gorm/advice"
	gormauth "github.com/holotwin/holotwin/adapters/gorm/auth"
	gormenergy "github.com/holotwin/holotwin/adapters/gorm/energy"
	"github.com/holotwin/holotwin/modules/auth"
	"github.com/holotwin/holotwin/modules/auth/totp"
	"github.com/holotwin/holotwin/platform/config"
	"github.com/holotwin/holotwin/platform/database"
	"github.com/holotwin/holotwin/platform/database/databasetest"
	"github.com/holotwin/holotwin/platform/database/personal"
)

func TestMain(m *testing.M) { databasetest.Main(m) }

// installation is the program on an empty database, not started.
type installation struct {
	fx.In `ignore-unexported:"true"`

	Database *database.Database
	Users    *gormauth.Store
	Sessions *auth.Sessions
	Accounts *auth.Accounts
	Factors  *auth.Factors
	Persons  *auth.Persons
	Keys     *auth.Keys

	root auth.Actor
}

func install(t *testing.T, databaseURL string) (i installation) {
	t.Helper()
	settings := everything
	settings.DBURL, settings.JWTSecret = databaseURL, "0123456789abcdef0123456789abcdef"
	settings.LogLevel, settings.LogFormat, settings.WeatherURL, settings.Locale, settings.LoginLimitPerMin = "error", "json", config.WeatherOff, "es", 10
	settings.Zone = time.UTC
	cheap := fx.Decorate(func(*bcrypt.Hasher) (*bcrypt.Hasher, error) { return bcrypt.New(4) }) // this is no test of passwords
	app := fx.New(program(settings), cheap, fx.NopLogger, fx.Invoke(func(made installation) { i = made }))
	require.NoError(t, app.Err())
	t.Cleanup(func() { require.NoError(t, i.Database.Close()) })
	require.NoError(t, migrate(t.Context(), settings, i.Database))
	_, err := i.Accounts.Bootstrap(t.Context(), "raiz@usc.edu.co", testPassword, auth.ForDemo)
	require.NoError(t, err)
	root, err := i.Accounts.ByEmail(t.Context(), "raiz@usc.edu.co")
	require.NoError(t, err)
	i.root = auth.Actor{ID: root.ID, Role: auth.Admin, Client: "192.0.2.1", Request: "rq_root"}
	return i
}

// textColumn is a column that holds text.
type textColumn struct{ Table, Name string }

// textColumns are all text columns of the database, but those of its own bookkeeping.
func (i installation) textColumns(t *testing.T) (columns []textColumn) {
	t.Helper()
	query := `SELECT table_name AS "table", column_name AS name FROM information_schema.columns WHERE table_schema = current_schema() AND data_type IN ('text', 'character varying')`
	if i.Database.Dialect == database.SQLite {
		query = `SELECT m.name AS "table", c.name AS name FROM sqlite_master m JOIN pragma_table_info(m.name) c WHERE m.type = 'table' AND c.type = 'TEXT' AND m.name NOT LIKE 'sqlite%'`
	}
	require.NoError(t, i.Database.Read.Raw(query).Scan(&columns).Error)
	return slices.DeleteFunc(columns, func(c textColumn) bool {
		return strings.HasPrefix(c.Table, "goose") || strings.HasPrefix(c.Table, "schema")
	})
}

// naming returns where a word stands in the database.
func (i installation) naming(t *testing.T, word string) (places []string) {
	t.Helper()
	for _, c := range i.textColumns(t) {
		var found int
		require.NoError(t, i.Database.Write.Raw("SELECT COUNT(*) FROM "+c.Table+" WHERE REPLACE(LOWER("+c.Name+"), ?, '') <> LOWER("+c.Name+")", word).Scan(&found).Error)
		if found > 0 {
			places = append(places, c.Table+"."+c.Name)
		}
	}
	return places
}

// allPersonal are the columns in which persons are replaced.
func allPersonal() []personal.Columns {
	return slices.Concat(gormauth.Personal, gormenergy.Personal, gormadvice.Personal)
}

// deletedWith are the tables whose rows are deleted with a person.
var deletedWith = []string{
	"auth_users", "auth_families", "auth_refresh_tokens", "auth_links", "auth_resets", "auth_untested_passwords", "auth_login_networks", "auth_throttle",
	"auth_second_factors", "auth_recovery_codes", "auth_sign_on_codes",
}

// impersonal are columns, by table and name, that hold nothing that a person writes, each with the reason.
var impersonal = map[string]string{
	`\w+\.((\w+_)?id|kind|level|status|digest|role|state|unit|plain|plain_unit|currency|time_zone|holidays|measures|dialect|burst|priority|end_reason|from_status|to_status|target_level|said)`: "ids of things, and words of lists",
	`auth_audit\.(action|client|request_id|relay_id)`: "the client is deleted where the person is the actor or the target",
	`auth_keys\.(devices)`:                            "ids of devices",
	`auth_first_user\.user_id`:                        "emptied",
	`auth_changes\.\w+`:                               "the id alone, for two hours: other processes must know that the user is gone",
	`auth_factor_demands\.\w+`:                        "roles",
	`energy_(tariffs|calendar)\.(valid_from|price|contribution|demand_price|footprint|avoided|periods|reactive|from_day|to_day|hours)`: "figures and days",
	`energy_imports\.file`:   "the digest of a file",
	`energy_deliveries\.\w+`: "MQTT sessions of devices, for minutes",
	`energy_(inbox|inbox_measures|newcomers|newcomer_measures|channels)\.address`: "addresses of devices",
	`energy_(inbox|letters)\.subject`:                                             "ids of keys",
	`energy_\w+\.(unit|last)`:                                                     "of devices",
	`advice_day_answers\.entries`:                                                 "ids of calendar entries",
	`events_\w+\.\w+`:                                                             "news of readings and recommendations, without persons, for minutes",
	`relay_\w+\.\w+`:                                                              "only in processes without auth, until auth has the entry",
	`standing_\w+\.\w+`:                                                           "only in processes without auth: ids, and names of keys",
}

// TestEveryTextColumnIsJudged refuses a text column that neither list has. Add it to the Personal list of its
// store, or here.
func TestEveryTextColumnIsJudged(t *testing.T) {
	t.Parallel()
	i := install(t, "sqlite://"+t.TempDir()+"/holotwin.db")
	listed := make(map[string]bool)
	for _, c := range allPersonal() {
		for _, name := range c.Names {
			listed[c.Table+"."+name] = true
		}
	}
	columns := i.textColumns(t)
	require.Greater(t, len(columns), 100)
	for _, c := range columns {
		place := c.Table + "." + c.Name
		judged := listed[place] || slices.Contains(deletedWith, c.Table)
		for form := range impersonal {
			judged = judged || regexp.MustCompile(`^`+form+`$`).MatchString(place)
		}
		require.True(t, judged, "%s: can it hold a person's id or address?", place)
	}
}

const (
	forgottenEmail = "eva.olvido@usc.edu.co"
	formerEmail    = "eva.antes@usc.edu.co"
)

// plant adds a row to a table in which each personal column names the person.
func (i installation) plant(t *testing.T, c personal.Columns, id string) {
	t.Helper()
	var columns []struct {
		Name, Type string
	}
	query := "SELECT column_name AS name, data_type AS type FROM information_schema.columns WHERE table_schema = current_schema() AND table_name = ? AND is_identity = 'NO'"
	if i.Database.Dialect == database.SQLite {
		query = "SELECT name, type FROM pragma_table_info(?)"
	}
	require.NoError(t, i.Database.Read.Raw(query, c.Table).Scan(&columns).Error)
	var names, marks []string
	var values []any
	for n, column := range columns {
		names, marks = append(names, column.Name), append(marks, "?")
		kind := strings.ToLower(column.Type)
		switch {
		case slices.Contains([]string{"by_subject", "made_by"}, column.Name):
			values = append(values, id)
		case slices.Contains(c.Names, column.Name):
			values = append(values, fmt.Sprintf(`{"By":%q,"text":"lo pidió %s (antes %s)."}`, id, strings.ToUpper(forgottenEmail), formerEmail))
		case kind == "text":
			values = append(values, "of eva")
		case kind == "boolean":
			values = append(values, false)
		case kind == "blob" || kind == "bytea":
			values = append(values, []byte{1})
		default:
			values = append(values, 100+n)
		}
	}
	require.NoError(t, i.Database.Write.Exec("INSERT INTO "+c.Table+" ("+strings.Join(names, ", ")+") VALUES ("+strings.Join(marks, ", ")+")", values...).Error, c.Table)
}

// live lets a person do all that leaves a trace.
func (i installation) live(t *testing.T) auth.Actor {
	t.Helper()
	ctx := t.Context()
	email, password, role, changed := formerEmail, testPassword, auth.Admin, forgottenEmail
	user, err := i.Accounts.Add(ctx, i.root, auth.UserEdit{Email: &email, Password: &password, Role: &role})
	require.NoError(t, err)
	eva := auth.Actor{ID: user.ID, Role: auth.Admin, Client: "192.0.2.77", Request: "rq_eva"}
	login := func(email, password string) {
		_, err := i.Sessions.Login(ctx, auth.LoginForm{Email: email, Password: password}, auth.Actor{Client: "192.0.2.77", Request: "rq_login"})
		require.Equal(t, password == testPassword, err == nil, "%v", err)
	}
	login(formerEmail, testPassword)
	_, err = i.Accounts.Change(ctx, i.root, user.ID, auth.UserEdit{Email: &changed})
	require.NoError(t, err)
	login(forgottenEmail, "otra clave cualquiera")
	login(forgottenEmail, testPassword)
	_, _, err = i.Accounts.ResetToken(ctx, i.root, user.ID)
	require.NoError(t, err)
	_, err = i.Users.Admit(ctx, auth.Account{Issuer: "https://idp.usc.edu.co", Subject: "eva-123"}, forgottenEmail, func(known auth.Candidates) (auth.Admission, error) {
		return auth.Admission{User: *known.Holder, Link: true, At: time.Now()}, nil
	})
	require.NoError(t, err)
	proposed, err := i.Factors.Propose(ctx, eva)
	require.NoError(t, err)
	secret, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(proposed.Secret)
	require.NoError(t, err)
	_, err = i.Factors.Confirm(ctx, eva, "", totp.Code(secret, totp.StepAt(time.Now())))
	require.NoError(t, err)
	require.NoError(t, i.Users.Note(ctx, auth.Entry{At: time.Now(), Actor: user.ID, Action: "PATCH /api/espacios/{id}", Target: "/api/espacios/sp_1", Client: "192.0.2.77"},
		auth.Entry{At: time.Now(), Actor: i.root.ID, Action: "GET /auth/usuarios/{id}", Target: "/auth/usuarios/" + user.ID, Client: "192.0.2.1"}))
	for _, c := range slices.Concat(gormenergy.Personal, gormadvice.Personal) {
		if c.Table == "advice_events" {
			continue // after the recommendation that it is about
		}
		i.plant(t, c, user.ID)
	}
	i.plant(t, gormadvice.Personal[0], user.ID)
	return eva
}

// TestAPersonIsForgotten lets a person leave traces everywhere, shows them, forgets the person, and looks for them in each text column.
func TestAPersonIsForgotten(t *testing.T) {
	t.Parallel()
	databasetest.Beside(t, map[string]func(*testing.T){
		"sqlite":   func(t *testing.T) { forgetIn(t, install(t, databasetest.SQLite(t))) },
		"postgres": func(t *testing.T) { forgetIn(t, install(t, databasetest.Postgres(t))) },
	})
}

func forgetIn(t *testing.T, i installation) {
	ctx := t.Context()
	eva := i.live(t)
	other := "mariaeva.olvido@usc.edu.co" // has the address inside
	require.NoError(t, i.Users.Note(ctx, auth.Entry{At: time.Now(), Actor: "", Action: auth.LoginRefused, Target: other, Client: "192.0.2.9"}))
	require.Greater(t, len(i.naming(t, forgottenEmail)), 15)
	require.NotEmpty(t, i.naming(t, formerEmail))

	person, kept, traces, err := i.Persons.Data(ctx, i.root, eva.ID)
	require.NoError(t, err)
	require.ElementsMatch(t, []string{forgottenEmail, formerEmail}, person.Emails)
	require.Equal(t, forgottenEmail, kept.User.Email)
	require.Len(t, kept.Sessions, 2)
	require.Len(t, kept.Accounts, 1)
	require.NotEmpty(t, kept.Networks)
	require.Equal(t, auth.RecoveryCodes, kept.Factor.RecoveryLeft)
	require.Empty(t, kept.Factor.Secret.Text)
	require.True(t, kept.Complete)
	require.Greater(t, len(kept.Audit), 8)
	require.Len(t, traces, len(gormenergy.Personal)+len(gormadvice.Personal))

	_, _, err = i.Persons.Forget(ctx, auth.Actor{ID: "us_x", Role: auth.Manager}, eva.ID)
	require.ErrorIs(t, err, auth.ErrForbidden)
	_, _, err = i.Persons.Forget(ctx, auth.Actor{ID: "us_x", Role: auth.Admin, Space: "sp_1"}, eva.ID)
	require.ErrorIs(t, err, auth.ErrNotFound)
	before := countAudit(t, i)
	pseudonym, changed, err := i.Persons.Forget(ctx, i.root, eva.ID)
	require.NoError(t, err)
	require.Greater(t, changed, 20)
	require.Equal(t, before+1, countAudit(t, i), "the audit keeps its entries")
	require.Equal(t, []string{"auth_audit.target"}, i.naming(t, forgottenEmail), "only inside of another address")
	require.Empty(t, i.naming(t, formerEmail))
	require.Equal(t, []string{"auth_changes.id"}, i.naming(t, eva.ID))
	require.Empty(t, i.naming(t, "eva-123"))
	require.NotEmpty(t, i.naming(t, pseudonym))
	var left int
	require.NoError(t, i.Database.Read.Raw("SELECT COUNT(*) FROM auth_audit WHERE client = '192.0.2.77' AND actor <> ''").Scan(&left).Error)
	require.Zero(t, left)
	_, _, _, err = i.Persons.Data(ctx, i.root, eva.ID)
	require.ErrorIs(t, err, auth.ErrNotFound)
	entries, err := i.Users.Entries(ctx, auth.AuditQuery{Limit: 1})
	require.NoError(t, err)
	require.Equal(t, []string{auth.PersonForgotten, pseudonym, i.root.ID}, []string{entries[0].Action, entries[0].Target, entries[0].Actor})

	_, _, err = i.Persons.Forget(ctx, i.root, i.root.ID)
	require.ErrorIs(t, err, auth.ErrLastAdmin)
	forgetRemoved(t, i)
}

// forgetRemoved forgets a user who was removed before, by what the audit has of them.
func forgetRemoved(t *testing.T, i installation) {
	t.Helper()
	ctx := t.Context()
	email, password := "ida@usc.edu.co", testPassword
	ida, err := i.Accounts.Add(ctx, i.root, auth.UserEdit{Email: &email, Password: &password})
	require.NoError(t, err)
	require.NoError(t, i.Accounts.Remove(ctx, i.root, ida.ID))
	require.NotEmpty(t, i.naming(t, email))
	again, err := i.Accounts.Add(ctx, i.root, auth.UserEdit{Email: &email, Password: &password})
	require.NoError(t, err)
	person, kept, _, err := i.Persons.Data(ctx, i.root, ida.ID)
	require.NoError(t, err)
	require.Empty(t, person.Emails, "the address is another user's now")
	require.Nil(t, kept.User)
	_, _, err = i.Persons.Forget(ctx, i.root, ida.ID)
	require.NoError(t, err)
	still, _, err := i.Users.User(ctx, again.ID)
	require.NoError(t, err)
	require.Equal(t, email, still.Email)
	_, _, err = i.Persons.Forget(ctx, i.root, again.ID)
	require.NoError(t, err)
	require.Empty(t, i.naming(t, email))
}

func countAudit(t *testing.T, i installation) (n int) {
	t.Helper()
	require.NoError(t, i.Database.Write.Raw("SELECT COUNT(*) FROM auth_audit").Scan(&n).Error)
	return n
}

// TestOldAuditEntriesAreDeleted keeps entries for as long as is set, and writes to the audit what it deleted.
func TestOldAuditEntriesAreDeleted(t *testing.T) {
	t.Parallel()
	databasetest.Beside(t, map[string]func(*testing.T){
		"sqlite":   func(t *testing.T) { deleteOldIn(t, install(t, databasetest.SQLite(t))) },
		"postgres": func(t *testing.T) { deleteOldIn(t, install(t, databasetest.Postgres(t))) },
	})
}

func deleteOldIn(t *testing.T, i installation) {
	ctx := context.Background()
	for days := range 6 {
		require.NoError(t, i.Users.Note(ctx, auth.Entry{At: time.Now().AddDate(0, 0, -days).Add(-time.Hour), Action: "test", Target: fmt.Sprint(days)}))
	}
	require.NoError(t, i.Persons.DeleteOldAudit(ctx, 0))
	require.Equal(t, 6, countAudit(t, i))
	for range 2 {
		require.NoError(t, i.Persons.DeleteOldAudit(ctx, 3))
	}
	entries, err := i.Users.Entries(ctx, auth.AuditQuery{Limit: 99})
	require.NoError(t, err)
	require.Len(t, entries, 4)
	require.Equal(t, []string{auth.AuditDeleted, "holotwin"}, []string{entries[0].Action, entries[0].Actor})
	require.Contains(t, entries[0].Detail, "3 entries before 20")
	for _, e := range entries[1:] {
		require.Contains(t, []string{"0", "1", "2"}, e.Target)
	}
}
