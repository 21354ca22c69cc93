package gormauth

import (
	"context"
	"fmt"
	"time"

	"gorm.io/gorm"

	"github.com/holotwin/holotwin/modules/auth"
	"github.com/holotwin/holotwin/platform/database"
)

type linkRow struct {
	Issuer   string `gorm:"primaryKey"`
	Subject  string `gorm:"primaryKey"`
	UserID   string
	LinkedAt int64
}

func (linkRow) TableName() string { return "auth_links" }

// Admit calls decide for an account and an address and writes its decision. If two concurrent calls add the same account or
// address, the second one is decided again on the result of the first.
func (s *Store) Admit(ctx context.Context, account auth.Account, email string, decide func(auth.Candidates) (auth.Admission, error)) (user auth.User, err error) {
	const tries = 3
	for range tries {
		err = s.db.Transact(ctx, func(tx *gorm.DB) error {
			user, err = admit(tx, account, email, decide)
			return err
		})
		if !database.IsUnique(err) {
			break
		}
	}
	if err != nil {
		return auth.User{}, err
	}
	return user, nil
}

func admit(tx *gorm.DB, account auth.Account, email string, decide func(auth.Candidates) (auth.Admission, error)) (auth.User, error) {
	if err := lockAdministrators(tx); err != nil {
		return auth.User{}, err
	}
	known, err := candidatesOf(tx, account, email)
	if err != nil {
		return auth.User{}, err
	}
	admission, err := decide(known)
	if err != nil {
		return auth.User{}, err
	}
	if admission.Add {
		row := rowOf(admission.User)
		err = tx.Create(&row).Error
	} else {
		err = tx.Exec("UPDATE auth_users SET email = ?, role = ? WHERE id = ?", admission.User.Email, string(admission.User.Role), admission.User.ID).Error
		if err == nil {
			err = recordUser(tx, rowOf(admitted(known)), rowOf(admission.User), admission.At)
		}
	}
	if err == nil && admission.Link {
		err = link(tx, account, admission.User.ID, admission.At)
	}
	for _, entry := range admission.Notes {
		if err == nil {
			err = addEntry(tx, entry)
		}
	}
	return admission.User, err
}

// admitted returns the user who is admitted, before the admission changes them.
func admitted(known auth.Candidates) auth.User {
	if known.Linked != nil {
		return *known.Linked
	}
	return *known.Holder
}

// link stores an account's user, replacing a link to a removed user.
func link(tx *gorm.DB, account auth.Account, user string, at time.Time) error {
	if err := tx.Exec("DELETE FROM auth_links WHERE issuer = ? AND subject = ?", account.Issuer, account.Subject).Error; err != nil {
		return err
	}
	return tx.Create(&linkRow{Issuer: account.Issuer, Subject: account.Subject, UserID: user, LinkedAt: at.UnixMilli()}).Error
}

// candidatesOf reads the users of an account and an address.
func candidatesOf(tx *gorm.DB, account auth.Account, email string) (known auth.Candidates, err error) {
	if known.Linked, err = oneUser(tx.Joins("JOIN auth_links ON auth_links.user_id = auth_users.id").
		Where("auth_links.issuer = ? AND auth_links.subject = ?", account.Issuer, account.Subject)); err != nil {
		return known, err
	}
	if known.Holder, err = oneUser(tx.Where("email = ?", email)); err != nil {
		return known, err
	}
	if known.Holder != nil {
		var others int64
		err = tx.Model(&linkRow{}).Where("user_id = ? AND issuer = ? AND subject <> ?", known.Holder.ID, account.Issuer, account.Subject).Count(&others).Error
		if err != nil {
			return known, err
		}
		known.HolderLinked = others > 0
	}
	var admins []string
	err = tx.Model(&userRow{}).Where("role = ? AND space_id = '' AND NOT disabled", string(auth.Admin)).Limit(2).Pluck("id", &admins).Error
	if len(admins) == 1 {
		known.LastAdmin = admins[0]
	}
	return known, err
}

func oneUser(where *gorm.DB) (*auth.User, error) {
	var rows []userRow
	if err := withFactors(where).Limit(1).Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("find user: %w", err)
	}
	if len(rows) == 0 {
		return nil, nil
	}
	user := rows[0].user()
	return &user, nil
}

// EndSessions ends the sessions of the user linked to an account.
func (s *Store) EndSessions(ctx context.Context, account auth.Account, entry auth.Entry) (user string, found bool, err error) {
	err = s.db.Transact(ctx, func(tx *gorm.DB) error {
		var users []string
		err := tx.Raw("SELECT user_id FROM auth_links WHERE issuer = ? AND subject = ?", account.Issuer, account.Subject).Scan(&users).Error
		if err != nil || len(users) == 0 {
			return err
		}
		user, found, entry.Target = users[0], true, users[0]
		if err := endFamilies(tx, user, "", entry.At); err != nil {
			return err
		}
		return addEntry(tx, entry)
	})
	return user, found, err
}

// Unlink deletes a user's links and ends their sessions.
func (s *Store) Unlink(ctx context.Context, user string, entry auth.Entry) error {
	return s.db.Transact(ctx, func(tx *gorm.DB) error {
		if err := lockAdministrators(tx); err != nil {
			return err
		}
		forgotten := tx.Exec("DELETE FROM auth_links WHERE user_id = ?", user)
		if forgotten.Error != nil {
			return forgotten.Error
		}
		if forgotten.RowsAffected == 0 {
			return auth.ErrNotFound
		}
		if err := endFamilies(tx, user, "", entry.At); err != nil {
			return err
		}
		return addEntry(tx, entry)
	})
}
