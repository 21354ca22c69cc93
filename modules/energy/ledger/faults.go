package ledger

import (
	"slices"

	"github.com/holotwin/holotwin/modules/energy"
)

// MaxFaults bounds the listed faults of a batch, MaxUnknown its listed unknown devices, and faultLines the lines named of a fault.
const (
	MaxFaults  = 50
	MaxUnknown = 1000
	faultLines = 3
)

// Fault is what rejected rows have in common: the field and the rule that it broke.
type Fault struct {
	// Flaw is that of the first row; the flaws of other rows may have other args. It is empty if the rows are Conflicting.
	Flaw        energy.Flaw
	Conflicting bool
	Rows        int
	// Lines are the first lines, in order.
	Lines []int
}

// UnknownDevice is a device that rows name and that the caller may not report for, or that does not exist.
type UnknownDevice struct {
	ID   energy.DeviceID
	Rows int
}

// Refuse counts a rejected row. It lists the rejection unless maxListed are listed, and its faults. At most MaxFaults faults are
// listed.
func (s *Summary) Refuse(r Rejection, maxListed int) {
	s.Rejected++
	if len(s.Rejections) < maxListed {
		s.Rejections = append(s.Rejections, r)
	}
	if r.Conflicting {
		s.addFault(Fault{Conflicting: true}, r.Line)
	}
	for i, flaw := range r.Flaws {
		same := func(f energy.Flaw) bool { return f.Field == flaw.Field && f.Rule == flaw.Rule }
		if !slices.ContainsFunc(r.Flaws[:i], same) { // a row counts once
			s.addFault(Fault{Flaw: flaw}, r.Line)
		}
	}
}

func (s *Summary) addFault(of Fault, line int) {
	i := slices.IndexFunc(s.Faults, func(f Fault) bool {
		return f.Conflicting == of.Conflicting && f.Flaw.Field == of.Flaw.Field && f.Flaw.Rule == of.Flaw.Rule
	})
	if i < 0 {
		if len(s.Faults) >= MaxFaults {
			return
		}
		i, s.Faults = len(s.Faults), append(s.Faults, of)
	}
	f := &s.Faults[i]
	f.Rows++
	if len(f.Lines) == faultLines && line >= f.Lines[faultLines-1] {
		return
	}
	f.Lines = append(f.Lines, line) // lanes may report a later line first
	slices.Sort(f.Lines)
	f.Lines = f.Lines[:min(len(f.Lines), faultLines)]
}

// unknownDevices counts the rows of unknown devices; it keeps at most MaxUnknown devices.
type unknownDevices struct {
	list  []UnknownDevice
	place map[energy.DeviceID]int
}

// add counts a rejected row if its device is unknown.
func (u *unknownDevices) add(draft Draft, flaws []energy.Flaw) {
	if !slices.ContainsFunc(flaws, func(f energy.Flaw) bool { return f.Field == "device_id" && f.Rule == "no_such" }) {
		return
	}
	id, _ := draft.Device.Value()
	i, known := u.place[id]
	if !known {
		if len(u.list) >= MaxUnknown {
			return
		}
		if u.place == nil {
			u.place = make(map[energy.DeviceID]int)
		}
		i = len(u.list)
		u.place[id], u.list = i, append(u.list, UnknownDevice{ID: id})
	}
	u.list[i].Rows++
}
