package advice

// Role is what a caller may do.
type Role string

// The roles that read or manage.
const (
	Admin   Role = "admin"
	Manager Role = "manager"
	Viewer  Role = "viewer"
)

// Caller is on whose behalf a use case runs.
type Caller struct {
	Subject string
	Role    Role
	// Space limits the caller to a subtree of spaces; empty limits nothing.
	Space string
}

// MayRead reports whether the caller may read recommendations.
func (c Caller) MayRead() bool { return c.MayManage() || c.Role == Viewer }

// MayManage reports whether the caller may decide on them.
func (c Caller) MayManage() bool { return c.Role == Admin || c.Role == Manager }
