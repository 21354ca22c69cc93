package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/holotwin/holotwin/adapters/bcrypt"
	gormauth "github.com/holotwin/holotwin/adapters/gorm/auth"
	gormenergy "github.com/holotwin/holotwin/adapters/gorm/energy"
	"github.com/holotwin/holotwin/adapters/local"
	"github.com/holotwin/holotwin/adapters/remote"
	"github.com/holotwin/holotwin/modules/auth"
	"github.com/holotwin/holotwin/modules/energy/campus"
	"github.com/holotwin/holotwin/platform/clock"
	"github.com/holotwin/holotwin/platform/config"
	"github.com/holotwin/holotwin/platform/database"
	"github.com/holotwin/holotwin/platform/problem"
	"github.com/holotwin/holotwin/platform/random"
)

// userCommand manages users when no administrator can log in, or from a script. A password is read from standard input, or it is
// generated and printed once. It is never a flag, because other users see the command line.
type userCommand struct {
	Create   createUser   `cmd:"" help:"Create a user; the password is generated and printed once, or read from standard input."`
	Password giveUser     `cmd:"" help:"Change a user's password; all sessions of the user end."`
	Disable  disableUser  `cmd:"" help:"Disable a user, who can no longer log in; all sessions of the user end."`
	Enable   enableUser   `cmd:"" help:"Enable a disabled user, who can log in again."`
	NoFactor removeFactor `cmd:"" name:"remove-second-factor" help:"Remove the second factor of a user who lost it, or whose codes the server cannot check after JWT_SECRET was changed."`
	List     listUsersCmd `cmd:"" help:"List the users."`
}

type createUser struct {
	Email string `arg:""`
	Role  string `default:"viewer" enum:"admin,manager,viewer" help:"admin, manager or viewer."`
	Space string `help:"The id of the space that the user is limited to."`
	Stdin bool   `name:"password-stdin" help:"Read the password from standard input."`
}

// Run creates a user.
func (c createUser) Run() error {
	return withAccounts(func(ctx context.Context, accounts *auth.Accounts) error {
		password, madeUp, err := newPassword(accounts, c.Stdin)
		if err != nil {
			return err
		}
		role := auth.Role(c.Role)
		user, err := accounts.Add(ctx, commander, auth.UserEdit{Email: &c.Email, Password: &password, Role: &role, Space: &c.Space})
		if err != nil {
			return err
		}
		fmt.Println(user.Email, user.Role)
		tellPassword(password, madeUp)
		return nil
	})
}

type giveUser struct {
	Email string `arg:""`
	Stdin bool   `name:"password-stdin" help:"Read the password from standard input."`
}

// Run changes a user's password.
func (c giveUser) Run() error {
	return withAccounts(func(ctx context.Context, accounts *auth.Accounts) error {
		password, madeUp, err := newPassword(accounts, c.Stdin)
		if err != nil {
			return err
		}
		if err := change(ctx, accounts, c.Email, auth.UserEdit{Password: &password}); err != nil {
			return err
		}
		tellPassword(password, madeUp)
		return nil
	})
}

type disableUser struct {
	Email string `arg:""`
}

// Run disables a user.
func (c disableUser) Run() error {
	return withAccounts(func(ctx context.Context, accounts *auth.Accounts) error {
		disabled := true
		return change(ctx, accounts, c.Email, auth.UserEdit{Disabled: &disabled})
	})
}

type enableUser struct {
	Email string `arg:""`
}

// Run enables a user.
func (c enableUser) Run() error {
	return withAccounts(func(ctx context.Context, accounts *auth.Accounts) error {
		disabled := false
		return change(ctx, accounts, c.Email, auth.UserEdit{Disabled: &disabled})
	})
}

type removeFactor struct {
	Email string `arg:""`
}

// Run removes a user's second factor.
func (c removeFactor) Run() error {
	return withAccounts(func(ctx context.Context, accounts *auth.Accounts) error {
		user, err := accounts.ByEmail(ctx, c.Email)
		if err == nil && !user.SecondFactor {
			err = fmt.Errorf("%s has no second factor", user.Email)
		}
		if err != nil {
			return err
		}
		return accounts.RemoveFactor(ctx, commander, user.ID)
	})
}

type listUsersCmd struct{}

// Run lists the users.
func (listUsersCmd) Run() error {
	return withAccounts(func(ctx context.Context, accounts *auth.Accounts) error {
		const all = 100_000
		users, err := accounts.List(ctx, commander, "", all)
		for _, u := range users {
			state := ""
			if u.Disabled {
				state = " disabled"
			}
			if u.SecondFactor {
				state += " second-factor"
			}
			fmt.Println(strings.TrimSpace(fmt.Sprintf("%s %s %s%s", u.Email, u.Role, u.Space, state)))
		}
		return err
	})
}

// commander is the actor in the audit for commands on this machine.
var commander = auth.Actor{ID: "holotwin", Role: auth.Admin}

func change(ctx context.Context, accounts *auth.Accounts, email string, edit auth.UserEdit) error {
	user, err := accounts.ByEmail(ctx, email)
	if err != nil {
		return err
	}
	_, err = accounts.Change(ctx, commander, user.ID, edit)
	return err
}

func newPassword(accounts *auth.Accounts, stdin bool) (password string, madeUp bool, err error) {
	if !stdin {
		return accounts.GeneratePassword(), true, nil
	}
	line, err := bufio.NewReader(os.Stdin).ReadString('\n')
	if line = strings.TrimRight(line, "\r\n"); line == "" {
		return "", false, errors.Join(errors.New("standard input holds no password"), err)
	}
	return line, false, nil
}

func tellPassword(password string, madeUp bool) {
	if madeUp {
		fmt.Printf("%s   (se muestra una sola vez · shown once)\n", password)
	}
}

// withAccounts runs a command on the database, and returns its errors as texts for a person.
func withAccounts(do func(context.Context, *auth.Accounts) error) error {
	settings, err := load()
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if err := requireRuns(settings, config.Auth); err != nil {
		return err
	}
	db, err := openDatabase(ctx, settings)
	if err != nil {
		return err
	}
	if err = migrate(ctx, settings, db); err == nil {
		var accounts *auth.Accounts
		if accounts, err = newAccounts(settings, db); err == nil {
			err = worded(settings.Locale, do(ctx, accounts))
		}
	}
	return errors.Join(err, db.Close())
}

// newAccounts returns the accounts of a command. The spaces are of this database, or of the process that runs energy.
func newAccounts(settings config.Config, db *database.Database) (*auth.Accounts, error) {
	hasher, err := bcrypt.New(bcrypt.Cost)
	if err != nil {
		return nil, err
	}
	var spaces auth.Spaces = local.Spaces{Catalog: campus.NewCatalog(gormenergy.New(db, instants{}), instants{}, random.ID, settings.Zone)}
	if !settings.Runs(config.Energy) {
		tokens, err := newPeerTokens(settings)
		if err != nil {
			return nil, err
		}
		others, err := newPeers(settings, tokens, prometheus.NewRegistry())
		if err != nil {
			return nil, err
		}
		spaces = remote.Spaces{Client: others.energy}
	}
	store := gormauth.New(db)
	return auth.NewAccounts(auth.AccountsNeed{
		Users: store, Resets: store, Untested: store, Links: store, Factors: store, Spaces: spaces, Hasher: hasher, Clock: clock.System{}, NewID: random.ID, Random: random.Bytes,
	}), nil
}

// worded returns which fields are invalid, and why.
func worded(language string, err error) error {
	var invalid auth.ErrInvalid
	if !errors.As(err, &invalid) {
		return err
	}
	var lines []error
	for _, f := range invalid.Flaws {
		field := problem.Field{Field: f.Field, Rule: problem.Rule(f.Rule), Params: f.Args}
		lines = append(lines, fmt.Errorf("%s: %s", f.Field, field.In(language)))
	}
	return errors.Join(lines...)
}
