package personal_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/platform/database"
	"github.com/holotwin/holotwin/platform/database/databasetest"
	"github.com/holotwin/holotwin/platform/database/personal"
)

func TestMain(m *testing.M) { databasetest.Main(m) }

func TestReplace(t *testing.T) {
	words := []string{"us_abc", "ana@usc.edu.co"}
	for text, want := range map[string]string{
		"ana@usc.edu.co": "X", "Ana@USC.edu.co admin": "X admin", "a ana@usc.edu.co.": "a X.", "(ana@usc.edu.co)": "(X)",
		"ana@usc.edu.co,ana@usc.edu.co": "X,X", `{"By":"us_abc"}`: `{"By":"X"}`, "/auth/datos/us_abc/olvido": "/auth/datos/X/olvido",
		"mariana@usc.edu.co": "mariana@usc.edu.co", "ana@usc.edu.com": "ana@usc.edu.com", "ana@usc.edu.co.uk": "ana@usc.edu.co.uk", "x.ana@usc.edu.co": "x.ana@usc.edu.co",
		"us_abcd": "us_abcd", "bus_abc": "bus_abc", "": "", "ñana@usc.edu.co": "ñana@usc.edu.co",
	} {
		require.Equal(t, want, personal.Replace(text, words, "X"), text)
	}
}

func TestFindAndForget(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.Database) {
		require.NoError(t, db.Write.Exec("CREATE TABLE notes (id TEXT PRIMARY KEY, made_by TEXT NOT NULL, note TEXT, at BIGINT NOT NULL)").Error)
		for _, row := range [][]any{{"1", "us_abc", "hecho", 1000}, {"2", "us_z", "lo pidió Ana@usc.edu.co hoy", 2000}, {"3", "us_z", "mariana@usc.edu.co", 3000}, {"4", "us_abc", nil, 4000}} {
			require.NoError(t, db.Write.Exec("INSERT INTO notes (id, made_by, note, at) VALUES (?, ?, ?, ?)", row...).Error)
		}
		columns := []personal.Columns{{Kind: "note", Table: "notes", At: "at", What: "id", Names: []string{"made_by", "note"}}}
		words := []string{"us_abc", "ana@usc.edu.co"}
		found, err := personal.Find(db.Read, columns, words)
		require.NoError(t, err)
		require.ElementsMatch(t, []personal.Row{
			{Kind: "note", What: "1", At: time.UnixMilli(1000).UTC(), Texts: map[string]string{"made_by": "us_abc"}},
			{Kind: "note", What: "2", At: time.UnixMilli(2000).UTC(), Texts: map[string]string{"note": "lo pidió Ana@usc.edu.co hoy"}},
			{Kind: "note", What: "4", At: time.UnixMilli(4000).UTC(), Texts: map[string]string{"made_by": "us_abc"}},
		}, found)
		changed, err := personal.Forget(db.Write, columns, words, "fg_1")
		require.NoError(t, err)
		require.Equal(t, 3, changed)
		found, err = personal.Find(db.Read, columns, words)
		require.NoError(t, err)
		require.Empty(t, found)
		found, err = personal.Find(db.Read, columns, []string{"fg_1"})
		require.NoError(t, err)
		require.Len(t, found, 3)
	})
}
