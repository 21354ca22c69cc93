package main

type demoCommand struct{}

// Run serves with the demo campus.
func (demoCommand) Run() error {
	settings, err := load()
	if err != nil {
		return err
	}
	return serve(settings)
}
