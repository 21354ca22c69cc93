package gormauth

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"gorm.io/gorm"

	"github.com/holotwin/holotwin/modules/auth"
	"github.com/holotwin/holotwin/platform/audit"
	"github.com/holotwin/holotwin/platform/database/personal"
)

// Personal are the columns in which a person is replaced by a pseudonym. Their other rows are deleted.
var Personal = []personal.Columns{
	{Kind: "audit", Table: "auth_audit", At: "at", What: "action", Names: []string{"actor", "target", "detail"}},
	{Kind: "key", Table: "auth_keys", At: "created_at", What: "id", Names: []string{"name"}},
}

// PersonOf returns a user, or one whom only the audit knows.
func (s *Store) PersonOf(ctx context.Context, id string) (person auth.Person, found bool, err error) {
	user, found, err := s.User(ctx, id)
	if err != nil {
		return auth.Person{}, false, err
	}
	person.ID = id
	if found {
		person.Emails = []string{user.Email}
	}
	var details []string
	err = s.db.Read.WithContext(ctx).Raw("SELECT detail FROM auth_audit WHERE target = ?", id).Scan(&details).Error
	if err != nil {
		return auth.Person{}, false, fmt.Errorf("find a person in the audit: %w", err)
	}
	for _, detail := range details {
		for _, address := range auth.AddressesIn(detail) {
			if !slices.Contains(person.Emails, address) {
				person.Emails = append(person.Emails, address)
			}
		}
	}
	person.Emails, err = s.withoutOthers(ctx, id, person.Emails)
	return person, found || len(details) > 0, err
}

// withoutOthers returns the addresses that no other user has.
func (s *Store) withoutOthers(ctx context.Context, id string, emails []string) (own []string, err error) {
	for _, email := range emails {
		holder, found, err := s.UserByEmail(ctx, email)
		if err != nil {
			return nil, err
		}
		if !found || holder.ID == id {
			own = append(own, email)
		}
	}
	return own, nil
}

// KeptOf returns what is kept of a person.
func (s *Store) KeptOf(ctx context.Context, person auth.Person) (kept auth.Kept, err error) {
	user, found, err := s.User(ctx, person.ID)
	if err != nil {
		return auth.Kept{}, err
	}
	if found {
		kept.User = &user
	}
	factor, found, err := s.Factor(ctx, person.ID)
	if err != nil {
		return auth.Kept{}, err
	}
	if found {
		factor.Secret = auth.Sealed{}
		kept.Factor = &factor
	}
	db := s.db.Read.WithContext(ctx)
	var families []familyRow
	var links []linkRow
	var resets []int64
	var networks []struct {
		Network string
		LastAt  int64
	}
	err = errors.Join(
		db.Where("user_id = ?", person.ID).Order("begun_at").Find(&families).Error,
		db.Where("user_id = ?", person.ID).Order("linked_at").Find(&links).Error,
		db.Raw("SELECT expires_at FROM auth_resets WHERE user_id = ?", person.ID).Scan(&resets).Error,
		db.Raw("SELECT network, last_at FROM auth_login_networks WHERE account IN ? ORDER BY last_at", append([]string{""}, person.Emails...)).Scan(&networks).Error,
	)
	if err != nil {
		return auth.Kept{}, fmt.Errorf("read what is kept of a person: %w", err)
	}
	for _, f := range families {
		kept.Sessions = append(kept.Sessions, f.family())
	}
	for _, l := range links {
		kept.Accounts = append(kept.Accounts, auth.LinkedAccount{Account: auth.Account{Issuer: l.Issuer, Subject: l.Subject}, Linked: fromMs(l.LinkedAt)})
	}
	for _, n := range networks {
		kept.Networks = append(kept.Networks, auth.KnownNetwork{Network: n.Network, Last: fromMs(n.LastAt)})
	}
	if len(resets) > 0 {
		kept.ResetUntil = fromMs(resets[0])
	}
	kept.Audit, kept.Complete, err = s.auditOf(ctx, person)
	return kept, err
}

// auditOf returns the entries that name a person, newest first.
func (s *Store) auditOf(ctx context.Context, person auth.Person) (entries []auth.NumberedEntry, complete bool, err error) {
	var rows []auditRow
	where, values := s.auditNames(person.Words())
	err = s.db.Read.WithContext(ctx).Where(where, values...).Order("number DESC").Limit(auth.MaxAuditOfPerson + 1).Find(&rows).Error
	if err != nil {
		return nil, false, fmt.Errorf("read the audit of a person: %w", err)
	}
	for _, r := range rows[:min(len(rows), auth.MaxAuditOfPerson)] {
		for _, text := range []string{r.Actor, r.Target, r.Detail} {
			if personal.Replace(text, person.Words(), "") != text {
				entries = append(entries, auth.NumberedEntry{Number: r.Number, Entry: r.entry()})
				break
			}
		}
	}
	return entries, len(rows) <= auth.MaxAuditOfPerson, nil
}

// auditNames is the condition that an entry has one of the words, also as a part of another word.
func (s *Store) auditNames(words []string) (condition string, values []any) {
	var parts []string
	for _, name := range []string{"actor", "target", "detail"} {
		for _, word := range words {
			parts = append(parts, "REPLACE(LOWER("+name+"), ?, '') <> LOWER("+name+")")
			values = append(values, strings.ToLower(word))
		}
	}
	return strings.Join(parts, " OR "), values
}

// ForgetPerson deletes a user and all that belongs to them, and replaces the person in the audit.
func (s *Store) ForgetPerson(ctx context.Context, person auth.Person, pseudonym string, check func(*auth.User) error, note auth.Entry) (changed int, err error) {
	err = s.db.Transact(audit.Without(ctx), func(tx *gorm.DB) error {
		was, err := lockUserForChange(tx, person.ID)
		switch {
		case errors.Is(err, auth.ErrNotFound):
			err = check(nil)
		case err == nil:
			user := was.user()
			err = check(&user)
		}
		if err != nil {
			return err
		}
		if err := deletePerson(tx, person, note.At); err != nil {
			return err
		}
		if was.isCampusAdmin() {
			if err := requireAdministrator(tx); err != nil {
				return err
			}
		}
		// First, while the entries still name the person.
		if err := tx.Exec("UPDATE auth_audit SET client = '' WHERE actor = ? OR target IN ?", person.ID, append([]string{person.ID}, person.Emails...)).Error; err != nil {
			return err
		}
		if changed, err = personal.Forget(tx, Personal, person.Words(), pseudonym); err != nil {
			return err
		}
		return addEntry(tx, note)
	})
	return changed, err
}

// deletePerson deletes a user's rows. What other processes must know is recorded: that the user is gone and their sessions ended.
func deletePerson(tx *gorm.DB, person auth.Person, at time.Time) error {
	if err := endFamilies(tx, person.ID, "", at); err != nil {
		return err
	}
	if err := recordChanges(tx, at, changedUser, person.ID); err != nil {
		return err
	}
	if _, err := deleteFactor(tx, person.ID); err != nil {
		return err
	}
	for _, statement := range []string{
		"DELETE FROM auth_refresh_tokens WHERE family_id IN (SELECT id FROM auth_families WHERE user_id = ?)",
		"DELETE FROM auth_families WHERE user_id = ?",
		"DELETE FROM auth_links WHERE user_id = ?",
		"DELETE FROM auth_resets WHERE user_id = ?",
		"DELETE FROM auth_untested_passwords WHERE user_id = ?",
		"DELETE FROM auth_users WHERE id = ?",
		"UPDATE auth_first_user SET user_id = '' WHERE user_id = ?",
	} {
		if err := tx.Exec(statement, person.ID).Error; err != nil {
			return err
		}
	}
	for _, email := range person.Emails {
		if err := deleteNetworks(tx, email); err != nil {
			return err
		}
		account := "account " + email
		err := tx.Exec("DELETE FROM auth_throttle WHERE subject = ? OR substr(subject, 1, ?) = ?", account, len([]rune(account+" from ")), account+" from ").Error
		if err != nil {
			return err
		}
	}
	return nil
}

// DeleteAudit deletes old entries.
func (s *Store) DeleteAudit(ctx context.Context, before time.Time, limit int, note func(deleted int) auth.Entry) (deleted int, err error) {
	err = s.db.Transact(ctx, func(tx *gorm.DB) error {
		old := tx.Exec("DELETE FROM auth_audit WHERE number IN (SELECT number FROM auth_audit WHERE at < ? ORDER BY at LIMIT ?)", before.UnixMilli(), limit)
		deleted = int(old.RowsAffected)
		if old.Error != nil || deleted == 0 {
			return old.Error
		}
		return addEntry(tx, note(deleted))
	})
	return deleted, err
}
