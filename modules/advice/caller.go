package advice

// Role determines what a caller may do.
type Role string

// The roles that may read or manage.
const (
	Admin   Role = "admin"
	Manager Role = "manager"
	Viewer  Role = "viewer"
)

// Caller is the person or program that a use case runs for.
type Caller struct {
	Subject string
	Role    Role
	// Space limits the caller to a subtree of spaces; empty limits nothing.
	Space string
}

// MayRead reports whether the caller may read recommendations.
func (c Caller) MayRead() bool { return c.MayManage() || c.Role == Viewer }

// MayManage reports whether the caller may change their status.
func (c Caller) MayManage() bool { return c.Role == Admin || c.Role == Manager }
