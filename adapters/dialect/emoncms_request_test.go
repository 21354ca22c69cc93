package dialect_test

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/adapters/dialect"
	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/intake"
)

const emoncmsNow = energy.Instant(1_767_243_600_000)

// lines writes observations as address=number@seconds-before-now/source, or @local time +ms.
func lines(all []intake.Observation) string {
	var parts []string
	for _, o := range all {
		at := "-"
		switch {
		case o.LocalTime.IsLocal():
			at = fmt.Sprint(o.LocalTime, "+", o.LocalOffset)
		case o.At != 0:
			at = fmt.Sprint(float64(emoncmsNow-o.At) / 1000)
		}
		parts = append(parts, strings.TrimPrefix(o.Address, "emon/")+"="+o.Plain.String()+"@"+at+"/"+o.Source.String())
	}
	return strings.Join(parts, " ")
}

// fieldsOf writes the errors as field:rule.
func fieldsOf(t *testing.T, err error) string {
	t.Helper()
	if err == nil {
		return ""
	}
	var invalid energy.ErrInvalid
	require.True(t, errors.As(err, &invalid), "%v", err)
	parts := make([]string, len(invalid.Flaws))
	for i, f := range invalid.Flaws {
		parts[i] = f.Field + ":" + f.Rule
	}
	return strings.Join(parts, " ")
}

func formOf(t *testing.T, text string) url.Values {
	t.Helper()
	form, err := url.ParseQuery(text)
	require.NoError(t, err)
	return form
}

func TestEmoncmsPost(t *testing.T) {
	for form, want := range map[string]string{
		`node=emontx&fulljson={"power1":100,"power2":200.25}`:           "emontx/power1=100@-/ emontx/power2=200.25@-/",
		`node=emontx&csv=100,200,300`:                                   "emontx/1=100@-/ emontx/2=200@-/ emontx/3=300@-/",
		`node=emontx&csv=100,,300`:                                      "emontx/1=100@-/ emontx/3=300@-/",
		`node=emontx&json={power1:100,power2:200}`:                      "emontx/power1=100@-/ emontx/power2=200@-/",
		`data={"a":"7.5","b":null}`:                                     "0/a=7.5@-/",
		`node=5&fulljson={"a":1}&time=1767243540`:                       "5/a=1@60/device",
		`node=5&fulljson={"a":1}&time=1767243540000`:                    "5/a=1@60/device",
		`node=5&fulljson={"a":1,"time":1767243540000}`:                  "5/a=1@60/device",
		`node=5&fulljson={"a":1,"time":"2026-01-01T04:59:00Z"}`:         "5/a=1@60/device",
		`node=5&fulljson={"time":"2026-01-01T05:59:00%2B01:00","a":1}`:  "5/a=1@60/device",
		`node=5&fulljson={"a":1,"time":"2026-01-01T05:59:00+01:00"}`:    "5/a=1@60/device",
		`node=5&fulljson={"a":1}&time=2026-01-01 05:59:00%2B0100`:       "5/a=1@60/device",
		`node=5&fulljson={"a":1,"time":"2026-06-15T18:30:00"}`:          "5/a=1@2026-06-15T18:30:00+0/device_local",
		`node=5&fulljson={"a":1}&time=2026-06-15 18:30`:                 "5/a=1@2026-06-15T18:30:00+0/device_local",
		`node=5&json={a:1,time:1767243540}`:                             "5/a=1@60/device",
		`node=5&fulljson={"kwh":123456789012.123456}&time=1767243599.5`: "5/kwh=123456789012.123456@0.5/device",
	} {
		all, err := dialect.EmoncmsRequests{}.Post(formOf(t, form))
		require.NoError(t, err, form)
		require.Equal(t, want, lines(all), form)
	}
	for form, want := range map[string]string{
		`node=a`: "data:required", `node=a/b&csv=1`: "node:pattern", `node=a&csv=1,x`: "a/2:number", `node=a&fulljson=[1]`: "data:object",
		`node=a&fulljson={"a":NaN}`: "a/a:number", `node=a&csv=1&time=ayer`: "time:instant", `node=a&fulljson={"a":[1]}`: "a/a:number", `node=a&json={a}`: "data:object",
		`node=a&fulljson={"a":1,"b/c":2}`: "a/b/c:pattern", `node=a&fulljson={"a":null}`: "data:required", `node=a&fulljson={}`: "data:required",
		`node=a&fulljson={"a":1,"mac":"x"}`: "a/mac:number", `node=a&fulljson={"a":1,"time":"ayer"}`: "time:instant",
	} {
		_, err := dialect.EmoncmsRequests{}.Post(formOf(t, form))
		require.Equal(t, want, fieldsOf(t, err), form)
	}
	all, err := dialect.EmoncmsRequests{}.Post(formOf(t, `node=a&fulljson={"a":1,"b":"12,5","c":3}`))
	require.Equal(t, "a/b:number", fieldsOf(t, err))
	require.Equal(t, "a/a=1@-/ a/c=3@-/", lines(all), "the others are to be taken")
}

// TestEmoncmsBulk decodes the examples of the documentation in each mode.
func TestEmoncmsBulk(t *testing.T) {
	const data = `data=[[520,16,1137],[530,17,1437,3164],[535,19,1412,{"kwh":3077}]]`
	for form, want := range map[string]string{
		data:                 "16/1=1137@15/relative 17/1=1437@5/relative 17/2=3164@5/relative 19/1=1412@0/relative 19/kwh=3077@0/relative",
		data + `&sentat=543`: "16/1=1137@23/relative 17/1=1437@13/relative 17/2=3164@13/relative 19/1=1412@8/relative 19/kwh=3077@8/relative",
		`data=[[-10,16,1137],[-8,17,1437]]&offset=0`:             "16/1=1137@10/relative 17/1=1437@8/relative",
		`data=[[1,16,1137]]&time=1767243590`:                     "16/1=1137@9/device",
		`data=[[1,16,1137]]&time=1767243590000`:                  "16/1=1137@9/device",
		`data=[[1767243590,16,1137]]&time=0`:                     "16/1=1137@10/device",
		`data=[[1767243590000,16,1137]]&time=0`:                  "16/1=1137@10/device",
		`data=[[1767243590000,16,1]]&sentat=1767243599000`:       "16/1=1@9/relative",
		`data=[[1,16,1137]]&time=2026-01-01T04:59:50Z`:           "16/1=1137@9/device",
		`data=[[0,16,1],[90.5,16,2]]&time=2026-06-15T18:30:00`:   "16/1=1@2026-06-15T18:30:00+0/device_local 16/1=2@2026-06-15T18:30:00+90500/device_local",
		`data=[[0.5,"sala",1137,null,2]]&time=1767243590`:        "sala/1=1137@9.5/device sala/3=2@9.5/device",
		`data=[[0.5,"sala",1137,null,2],[1,16]]&time=1767243590`: "sala/1=1137@9.5/device sala/3=2@9.5/device",
	} {
		all, err := dialect.EmoncmsRequests{}.Bulk(formOf(t, form), emoncmsNow)
		require.NoError(t, err, form)
		require.Equal(t, want, lines(all), form)
	}
	for _, form := range []string{
		`data=`, `data=[]`, `data={}`, `data=[1]`, `data=[[1]]`, `data=[[1,2,"x"]]`, `data=[[1,2,3]`, `data=[[1,2,3]]x`, `data=[[x,2,3]]`, `data=[[1,2,3]]&sentat=x`,
		`data=[[1,2,3]]&time=ayer`, `data=[[1,2]]`, `data=[[1,2,null]]`,
	} {
		_, err := dialect.EmoncmsRequests{}.Bulk(formOf(t, form), emoncmsNow)
		require.NotEmpty(t, fieldsOf(t, err), form)
	}
}

// TestEmoncmsIsReadAlikeBothWays sends the same in a message and in a request.
func TestEmoncmsIsReadAlikeBothWays(t *testing.T) {
	for _, body := range []string{
		`{"e1":310000,"time":"2026-06-15T18:30:00"}`, `{"e1":310000,"time":"2026-06-15T18:30:00Z"}`, `{"e1":1,"e2":2,"time":1781541300000}`, `{"e1":1,"time":1781541300}`,
		`{"e1":1,"time":12}`, `{"e1":1,"time":0}`, `{"e1":"1.5"}`, `{e1:1}`, `{"e1":-1,"time":2040741000}`,
	} {
		byMessage, err := dialect.New().Decode(message("emon/em", body))
		require.NoError(t, err, body)
		byRequest, err := dialect.EmoncmsRequests{}.Post(url.Values{"node": {"em"}, "fulljson": {body}})
		require.NoError(t, err, body)
		require.Equal(t, byMessage, byRequest, body)
	}
}

func FuzzEmoncmsRequests(f *testing.F) {
	f.Add(`node=emontx&fulljson={"power1":100}&time=1581112821`)
	f.Add(`data=[[520,16,1137],[530,17,1437,3164],[535,19,1412,3077]]&sentat=543`)
	f.Add(`node=a&json={a:1,b:2}`)
	f.Fuzz(func(t *testing.T, text string) {
		form, err := url.ParseQuery(text)
		if err != nil {
			return
		}
		post, _ := dialect.EmoncmsRequests{}.Post(form)
		bulk, _ := dialect.EmoncmsRequests{}.Bulk(form, energy.InstantOf(time.Unix(1_767_243_600, 0)))
		for _, o := range append(post, bulk...) {
			require.Equal(t, 2, strings.Count(o.Address, "/"))
			_, ok := o.Plain.Thousandths()
			require.True(t, ok)
		}
	})
}
