package database

import (
	"context"

	"github.com/jackc/pgx/v5"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/trace"

	"github.com/holotwin/holotwin/platform/tracing"
)

// postgresTracer makes a span of each statement that belongs to a trace, sent by GORM, database/sql or pgx itself.
type postgresTracer struct{}

var (
	_ pgx.QueryTracer    = postgresTracer{}
	_ pgx.BatchTracer    = postgresTracer{}
	_ pgx.CopyFromTracer = postgresTracer{}
)

type statementKey struct{}

// held returns a context that knows the span of its statement.
func held(ctx context.Context, span tracing.Span) context.Context {
	if !span.Recorded() {
		return ctx
	}
	return context.WithValue(ctx, statementKey{}, span)
}

func endHeld(ctx context.Context, err error) {
	if span, ok := ctx.Value(statementKey{}).(tracing.Span); ok {
		span.End(err)
	}
}

// TraceQueryStart implements pgx.QueryTracer.
func (postgresTracer) TraceQueryStart(ctx context.Context, _ *pgx.Conn, d pgx.TraceQueryStartData) context.Context {
	return held(tracing.Statement(ctx, "postgresql", d.SQL))
}

// TraceQueryEnd implements pgx.QueryTracer.
func (postgresTracer) TraceQueryEnd(ctx context.Context, _ *pgx.Conn, d pgx.TraceQueryEndData) {
	endHeld(ctx, d.Err)
}

// TraceBatchStart implements pgx.BatchTracer: the statements of a batch go out together, and are one span.
func (postgresTracer) TraceBatchStart(ctx context.Context, _ *pgx.Conn, d pgx.TraceBatchStartData) context.Context {
	text := ""
	if d.Batch.Len() > 0 {
		text = d.Batch.QueuedQueries[0].SQL
	}
	ctx, span := tracing.Statement(ctx, "postgresql", text)
	span.Set(attribute.Int("db.operation.batch.size", d.Batch.Len()))
	return held(ctx, span)
}

// TraceBatchQuery implements pgx.BatchTracer.
func (postgresTracer) TraceBatchQuery(context.Context, *pgx.Conn, pgx.TraceBatchQueryData) {}

// TraceBatchEnd implements pgx.BatchTracer.
func (postgresTracer) TraceBatchEnd(ctx context.Context, _ *pgx.Conn, d pgx.TraceBatchEndData) {
	endHeld(ctx, d.Err)
}

// TraceCopyFromStart implements pgx.CopyFromTracer.
func (postgresTracer) TraceCopyFromStart(ctx context.Context, _ *pgx.Conn, d pgx.TraceCopyFromStartData) context.Context {
	return held(tracing.Continue(ctx, "COPY", trace.SpanKindClient,
		attribute.String("db.system.name", "postgresql"), attribute.String("db.query.text", "COPY "+d.TableName.Sanitize()+" FROM STDIN")))
}

// TraceCopyFromEnd implements pgx.CopyFromTracer.
func (postgresTracer) TraceCopyFromEnd(ctx context.Context, _ *pgx.Conn, d pgx.TraceCopyFromEndData) {
	endHeld(ctx, d.Err)
}
