package database_test

import (
	"context"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/trace"
	"go.uber.org/zap"
	"gorm.io/gorm"

	"github.com/holotwin/holotwin/platform/database"
	"github.com/holotwin/holotwin/platform/database/databasetest"
	"github.com/holotwin/holotwin/platform/tracing"
	"github.com/holotwin/holotwin/platform/tracing/tracingtest"
)

// TestEachStatementIsASpan sends statements in every way that the stores use, on each kind of database. All are spans below the one that
// asked, with their text and no value; without a trace none is.
func TestEachStatementIsASpan(t *testing.T) {
	databasetest.Beside(t, map[string]func(*testing.T){
		"sqlite":   func(t *testing.T) { traceStatements(t, database.Options{URL: databasetest.SQLite(t)}) },
		"postgres": func(t *testing.T) { traceStatements(t, database.Options{URL: databasetest.Postgres(t)}) },
		"pgbouncer": func(t *testing.T) {
			pooled, direct := databasetest.Pooled(t)
			traceStatements(t, database.Options{URL: pooled, DirectURL: direct})
		},
	})
}

func traceStatements(t *testing.T, o database.Options) {
	o.Traced = true
	db, err := database.Open(t.Context(), o)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	require.NoError(t, db.Migrate(t.Context(), "things", migrations))
	collector := tracingtest.New(t)
	tracer, err := tracing.New(tracing.Options{Endpoint: collector.URL, Share: 1}, zap.NewNop(), prometheus.NewRegistry())
	require.NoError(t, err)

	sendStatements(t, t.Context(), db, "untraced")
	ctx, span := tracer.Begin(t.Context(), "request", trace.SpanKindServer)
	sendStatements(t, ctx, db, "hunter2")
	span.End(nil)
	require.NoError(t, tracer.Stop(t.Context()))

	found := map[string]int{}
	var root tracingtest.Span
	for _, s := range collector.Spans() {
		if s.Name == "request" {
			root = s
		}
	}
	for _, s := range collector.Spans() {
		if s.ID == root.ID {
			continue
		}
		require.Equal(t, root.ID, s.Parent)
		require.Equal(t, map[database.Dialect]string{database.SQLite: "sqlite", database.Postgres: "postgresql"}[db.Dialect], s.About["db.system.name"])
		require.NotEmpty(t, s.About["db.query.text"])
		found[s.Name]++
		require.Equal(t, s.Name == "DELETE", s.Failed, s.About)
	}
	for _, verb := range []string{"INSERT", "SELECT", "UPDATE", "DELETE"} {
		require.Positive(t, found[verb], "%s in %v", verb, found)
	}
	if db.Dialect == database.Postgres {
		require.Equal(t, 1, found["COPY"], found)
	}
	require.NotContains(t, collector.Raw(), "hunter2")
	require.NotContains(t, collector.Raw(), "untraced")
}

func sendStatements(t *testing.T, ctx context.Context, db *database.Database, id string) {
	t.Helper()
	require.NoError(t, db.Transact(ctx, func(tx *gorm.DB) error {
		if err := tx.Table("things").Create(&thing{ID: id, N: 1}).Error; err != nil {
			return err
		}
		prepared, err := tx.Statement.ConnPool.PrepareContext(ctx, "UPDATE things SET n = n + 1 WHERE id <> 'hunter2-literal'")
		if err != nil {
			return err
		}
		defer func() { _ = prepared.Close() }()
		_, err = prepared.ExecContext(ctx)
		return err
	}))
	var all []thing
	require.NoError(t, db.Read.WithContext(ctx).Table("things").Where("id = ?", id).Find(&all).Error)
	require.Len(t, all, 1)
	require.Error(t, db.Write.WithContext(ctx).Exec("DELETE FROM nothing WHERE id = 'hunter2'").Error)
	if db.Dialect != database.Postgres {
		return
	}
	require.NoError(t, db.OnPostgres(ctx, func(conn *pgx.Conn) error {
		_, err := conn.CopyFrom(ctx, pgx.Identifier{"things"}, []string{"id", "n"}, pgx.CopyFromRows([][]any{{id + "-copied", 1}}))
		return err
	}))
	require.NoError(t, db.OnPostgres(ctx, func(conn *pgx.Conn) error {
		batch := &pgx.Batch{}
		batch.Queue("SELECT n FROM things WHERE id = $1", id)
		return conn.SendBatch(ctx, batch).Close()
	}))
}
