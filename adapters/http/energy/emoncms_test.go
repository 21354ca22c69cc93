package httpenergy

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/modules/energy"
)

const emoncmsNow = energy.Instant(1_767_243_600_000)

// listed writes observations as address=number@seconds-before-now/source.
func listed(in inputs) string {
	var parts []string
	for _, o := range in.said {
		at := "-"
		if o.At != 0 {
			at = fmt.Sprint(float64(emoncmsNow-o.At) / 1000)
		}
		parts = append(parts, strings.TrimPrefix(o.Address, "emon/")+"="+o.Plain+"@"+at+"/"+o.Source.String())
	}
	return strings.Join(parts, " ")
}

func TestEmoncmsPost(t *testing.T) {
	for form, want := range map[string]string{
		`node=emontx&fulljson={"power1":100,"power2":200.25}`:           "emontx/power1=100@-/ emontx/power2=200.25@-/",
		`node=emontx&csv=100,200,300`:                                   "emontx/1=100@-/ emontx/2=200@-/ emontx/3=300@-/",
		`node=emontx&json={power1:100,power2:200}`:                      "emontx/power1=100@-/ emontx/power2=200@-/",
		`data={"a":"7.5","b":null}`:                                     "0/a=7.5@-/",
		`node=5&fulljson={"a":1}&time=1767243540`:                       "5/a=1@60/device",
		`node=5&fulljson={"a":1,"time":"2026-01-01T04:59:00Z"}`:         "5/a=1@60/device",
		`node=5&fulljson={"kwh":123456789012.123456}&time=1767243599.5`: "5/kwh=123456789012.123456@0.5/device",
	} {
		values, err := url.ParseQuery(strings.ReplaceAll(form, "+", "%2B"))
		require.NoError(t, err)
		var in inputs
		require.NoError(t, in.post(values), form)
		require.Equal(t, want, listed(in), form)
	}
	for form, want := range map[string]string{
		`node=a`: "data: required", `node=a/b&csv=1`: "node: pattern", `node=a&csv=1,x`: "data: number", `node=a&fulljson=[1]`: "data: object",
		`node=a&fulljson={"a":NaN}`: "data: malformed", `node=a&csv=1&time=ayer`: "time: instant", `node=a&fulljson={"a":[1]}`: "data: number", `node=a&json={a}`: "data: object",
	} {
		values, err := url.ParseQuery(form)
		require.NoError(t, err)
		var in inputs
		require.EqualError(t, in.post(values), want, form)
	}
}

// TestEmoncmsBulk reads the documentation's own examples in each of its modes.
func TestEmoncmsBulk(t *testing.T) {
	const data = `data=[[520,16,1137],[530,17,1437,3164],[535,19,1412,{"kwh":3077}]]`
	for form, want := range map[string]string{
		data:                 "16/1=1137@15/relative 17/1=1437@5/relative 17/2=3164@5/relative 19/1=1412@0/relative 19/kwh=3077@0/relative",
		data + `&sentat=543`: "16/1=1137@23/relative 17/1=1437@13/relative 17/2=3164@13/relative 19/1=1412@8/relative 19/kwh=3077@8/relative",
		`data=[[-10,16,1137],[-8,17,1437]]&offset=0`:      "16/1=1137@10/relative 17/1=1437@8/relative",
		`data=[[1,16,1137]]&time=1767243590`:              "16/1=1137@9/device",
		`data=[[0.5,"sala",1137,null,2]]&time=1767243590`: "sala/1=1137@9.5/device sala/3=2@9.5/device",
	} {
		values, err := url.ParseQuery(form)
		require.NoError(t, err)
		var in inputs
		require.NoError(t, in.bulk(values, emoncmsNow), form)
		require.Equal(t, want, listed(in), form)
	}
	for _, form := range []string{`data=`, `data=[]`, `data={}`, `data=[1]`, `data=[[1]]`, `data=[[1,2,"x"]]`, `data=[[1,2,3]`, `data=[[1,2,3]]x`, `data=[[x,2,3]]`, `data=[[1,2,3]]&sentat=x`} {
		values, err := url.ParseQuery(form)
		require.NoError(t, err)
		var in inputs
		require.Error(t, in.bulk(values, emoncmsNow), form)
	}
}

func FuzzEmoncms(f *testing.F) {
	f.Add(`node=emontx&fulljson={"power1":100}&time=1581112821`)
	f.Add(`data=[[520,16,1137],[530,17,1437,3164],[535,19,1412,3077]]&sentat=543`)
	f.Add(`node=a&json={a:1,b:2}`)
	f.Fuzz(func(t *testing.T, form string) {
		values, err := url.ParseQuery(form)
		if err != nil {
			return
		}
		var post, bulk inputs
		_, _ = post.post(values), bulk.bulk(values, energy.InstantOf(time.Unix(1_767_243_600, 0)))
		for _, o := range append(post.said, bulk.said...) {
			require.Equal(t, 2, strings.Count(o.Address, "/"))
			_, ok := energy.ReadThousandths(o.Plain)
			require.True(t, ok)
		}
	})
}
