// Package logging makes the only logger: JSON lines for programs, readable lines on a terminal. An event is logged once, by the
// HTTP server or the background job, with the request id if there is one. No field ever contains a body, a header or a secret.
package logging

import (
	"os"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
)

// New returns a logger that writes to standard error. level is debug, info, warn or error. format is console, json or empty:
// then it is console on a terminal and JSON elsewhere.
func New(level, format string) (*zap.Logger, error) {
	parsed, err := zapcore.ParseLevel(level)
	if err != nil {
		return nil, err
	}
	core := zapcore.NewCore(encoder(format), zapcore.Lock(os.Stderr), parsed)
	return zap.New(core), nil
}

func encoder(format string) zapcore.Encoder {
	if format == "console" || (format == "" && isTerminal(os.Stderr)) {
		c := zap.NewDevelopmentEncoderConfig()
		c.EncodeTime = zapcore.TimeEncoderOfLayout("15:04:05.000")
		c.EncodeLevel = zapcore.CapitalLevelEncoder
		return zapcore.NewConsoleEncoder(c)
	}
	c := zap.NewProductionEncoderConfig()
	c.TimeKey, c.EncodeTime = "time", zapcore.RFC3339NanoTimeEncoder
	c.MessageKey = "message"
	c.EncodeDuration = zapcore.SecondsDurationEncoder
	return zapcore.NewJSONEncoder(c)
}

func isTerminal(f *os.File) bool {
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}
