// Package energy has the vocabulary of the energy module: amounts, instants, the grid of quarter hours, readings, callers and
// errors. The packages inside it record where the energy of a campus goes: by space, hour and tariff.
//
// Start reading at ledger.Ledger, which stores readings, and at campus.Catalog, which holds spaces and devices. One rule
// holds everywhere: energy is a whole number of milliwatt-hours, and an instant a whole number of milliseconds, from the edge
// to the database. So sums are exactly equal, whether readings arrive in another order, twice or late.
package energy
