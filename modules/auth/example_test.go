package auth_test

import (
	"context"
	"fmt"

	"github.com/holotwin/holotwin/modules/auth"
)

func ExampleKeys() {
	ctx, campus := context.Background(), newCampus()
	keys := auth.NewKeys(campus.store, campus.accounts, nil, campus)
	root := auth.Actor{ID: "us_1", Role: auth.Admin}
	key, secret, _ := keys.Add(ctx, root, auth.KeyEdit{Name: "Sala de juegos", Devices: []string{"tv-1", "ac-1"}})
	holder, _ := keys.Holder(ctx, secret)
	fmt.Println("the secret is that of", holder.Name, "and writes for", holder.Devices)
	_ = keys.Remove(ctx, root, key.ID)
	_, err := keys.Holder(ctx, secret)
	fmt.Println("once removed:", err)
	// Output:
	// the secret is that of Sala de juegos and writes for [tv-1 ac-1]
	// once removed: invalid token
}

func ExampleAccounts() {
	ctx, campus := context.Background(), newCampus()
	root := auth.Actor{ID: "us_1", Role: auth.Admin}
	email, first, space := "eva@usc.edu.co", "otra frase larga y propia", "games"
	user, err := campus.accounts.Add(ctx, root, auth.UserEdit{Email: &email, Password: &first, Space: &space})
	fmt.Println(user.Email, user.Role, user.Space, err)

	link, _, _ := campus.accounts.ResetToken(ctx, root, user.ID)
	next := "una tercera frase, también larga"
	fmt.Println("the link sets another password:", campus.accounts.Reset(ctx, auth.Actor{}, link, next) == nil)
	fmt.Println("and once more:", campus.accounts.Reset(ctx, auth.Actor{}, link, next))
	fmt.Println("the last administrator:", campus.accounts.Remove(ctx, root, "us_1"))
	// Output:
	// eva@usc.edu.co viewer games <nil>
	// the link sets another password: true
	// and once more: invalid token
	// the last administrator: the last administrator must stay
}
