// Package personal finds what a database keeps of a person, and replaces it by a pseudonym. A store names the columns that may hold the
// person's id, or a text that people write, which may hold an e-mail address.
package personal

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"gorm.io/gorm"
)

// Columns are columns of one table that may hold a person.
type Columns struct {
	// Kind is what a row is, for people.
	Kind, Table string
	// At is the column with the time in ms since 1970, What the one that says what the row is about; empty if there is none.
	At, What string
	Names    []string
}

// Row is a row that holds a person.
type Row struct {
	Kind, What string
	// At is zero if the table has no time.
	At time.Time
	// Texts are the columns that hold the person.
	Texts map[string]string
}

// holds is the condition that one of the columns holds one of the words, also as a part of another word.
func (c Columns) holds(words []string) (condition string, values []any) {
	var parts []string
	for _, name := range c.Names {
		for _, word := range words {
			parts = append(parts, "REPLACE(LOWER("+name+"), ?, '') <> LOWER("+name+")")
			values = append(values, strings.ToLower(word))
		}
	}
	return strings.Join(parts, " OR "), values
}

// Find returns the rows that hold one of the words: a person's id and their e-mail addresses.
func Find(db *gorm.DB, all []Columns, words []string) ([]Row, error) {
	var found []Row
	for _, c := range all {
		rows, err := c.find(db, words)
		if err != nil {
			return nil, fmt.Errorf("find a person in %s: %w", c.Table, err)
		}
		found = append(found, rows...)
	}
	return found, nil
}

func (c Columns) find(db *gorm.DB, words []string) (found []Row, err error) {
	condition, values := c.holds(words)
	columns := slices.Clone(c.Names)
	for _, name := range []string{c.At, c.What} {
		if name != "" && !slices.Contains(columns, name) {
			columns = append(columns, name)
		}
	}
	var rows []map[string]any
	if err := db.Raw("SELECT "+strings.Join(columns, ", ")+" FROM "+c.Table+" WHERE "+condition, values...).Scan(&rows).Error; err != nil {
		return nil, err
	}
	for _, r := range rows {
		row := Row{Kind: c.Kind, Texts: make(map[string]string)}
		for _, name := range c.Names {
			if text := textOf(r[name]); Replace(text, words, "") != text {
				row.Texts[name] = text
			}
		}
		if c.What != "" {
			row.What = textOf(r[c.What])
		}
		if ms, isNumber := r[c.At].(int64); isNumber {
			row.At = time.UnixMilli(ms).UTC()
		}
		if len(row.Texts) > 0 {
			found = append(found, row)
		}
	}
	return found, nil
}

func textOf(value any) string {
	if value == nil {
		return ""
	}
	return fmt.Sprint(value)
}

// Forget replaces the words by a pseudonym in all columns, and returns how many rows it changed. It is called in a transaction.
func Forget(tx *gorm.DB, all []Columns, words []string, pseudonym string) (changed int, err error) {
	for _, c := range all {
		for _, name := range c.Names {
			rows, err := forget(tx, c, name, words, pseudonym)
			if err != nil {
				return changed, fmt.Errorf("forget a person in %s: %w", c.Table, err)
			}
			changed += rows
		}
	}
	return changed, nil
}

func forget(tx *gorm.DB, c Columns, name string, words []string, pseudonym string) (changed int, err error) {
	condition, values := Columns{Names: []string{name}}.holds(words)
	var texts []string
	if err := tx.Raw("SELECT DISTINCT "+name+" FROM "+c.Table+" WHERE "+condition, values...).Scan(&texts).Error; err != nil {
		return 0, err
	}
	for _, text := range texts {
		without := Replace(text, words, pseudonym)
		if without == text {
			continue
		}
		updated := tx.Exec("UPDATE "+c.Table+" SET "+name+" = ? WHERE "+name+" = ?", without, text)
		if updated.Error != nil {
			return changed, updated.Error
		}
		changed += int(updated.RowsAffected)
	}
	return changed, nil
}

// Replace replaces words in a text. A word is not replaced inside a longer one: ana@usc.edu.co stays in mariana@usc.edu.co, and in
// ana@usc.edu.com.
func Replace(text string, words []string, with string) string {
	for _, word := range words {
		if word == "" {
			continue
		}
		whole := regexp.MustCompile(`(?i)(^|[^\pL\pN._%+-])` + regexp.QuoteMeta(word) + `($|[^\pL\pN.@_-]|\.(?:[^\pL\pN]|$))`)
		// A separator between two words is a part of the first match, so the second one is found in another round.
		for range 2 {
			text = whole.ReplaceAllString(text, "${1}"+strings.ReplaceAll(with, "$", "$$")+"${2}")
		}
	}
	return text
}
