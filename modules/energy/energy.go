// Package energy knows where the energy of a campus goes: what devices reported, what that adds up to, and in
// which space, hour and tariff it was used.
//
// Start reading at Ledger, which takes readings and books them; Catalog, which holds spaces and devices; and
// Reports, which answers totals. The rule that everything rests on: energy is a whole number of milliwatt-hours
// and an instant a whole number of milliseconds, from the edge to the database, so that sums are equal and not
// nearly equal, whatever the order, repetition or lateness in which readings came.
package energy
