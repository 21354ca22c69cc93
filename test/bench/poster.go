package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"time"
)

// poster sends readings over one connection that it keeps. It does little more than write and read, as pgbench
// does: the load generator has to share the processors with what it measures.
type poster struct {
	conn    net.Conn
	answers *bufio.Reader
	head    []byte
	body    []byte
	request []byte
}

func dialPoster(host, token string) (*poster, error) {
	conn, err := net.Dial("tcp", host)
	if err != nil {
		return nil, err
	}
	head := fmt.Sprintf("POST /consumo HTTP/1.1\r\nHost: %s\r\nAuthorization: Bearer %s\r\nContent-Type: application/json\r\nContent-Length: ", host, token)
	return &poster{conn: conn, answers: bufio.NewReader(conn), head: []byte(head)}, nil
}

// post sends a reading and waits for its 201.
func (p *poster) post(device string, at time.Time) error {
	p.body = append(p.body[:0], `{"device_id":"`...)
	p.body = append(p.body, device...)
	p.body = append(p.body, `","kwh":0.001,"interval_s":1,"timestamp":"`...)
	p.body = at.AppendFormat(p.body, "2006-01-02T15:04:05.000Z07:00")
	p.body = append(p.body, `"}`...)
	p.request = strconv.AppendInt(append(p.request[:0], p.head...), int64(len(p.body)), 10)
	p.request = append(append(p.request, "\r\n\r\n"...), p.body...)
	if _, err := p.conn.Write(p.request); err != nil {
		return err
	}
	return p.await201()
}

func (p *poster) await201() error {
	status, err := p.answers.ReadSlice('\n')
	if err != nil {
		return err
	}
	if !bytes.HasPrefix(status, []byte("HTTP/1.1 201")) {
		return fmt.Errorf("a reading was not stored: %s", bytes.TrimSpace(status))
	}
	length := -1
	for {
		line, err := p.answers.ReadSlice('\n')
		if err != nil {
			return err
		}
		if len(line) == len("\r\n") {
			break
		}
		if rest, found := bytes.CutPrefix(line, []byte(http.CanonicalHeaderKey("Content-Length")+": ")); found {
			if length, err = strconv.Atoi(string(bytes.TrimSpace(rest))); err != nil {
				return err
			}
		}
	}
	if length < 0 {
		return errors.New("an answer has no Content-Length")
	}
	_, err = io.CopyN(io.Discard, p.answers, int64(length))
	return err
}
