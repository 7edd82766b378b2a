package launch

// The one place where a start is allowed or refused for who signed the package rather than for what is in it. So far
// every key that matches its package is accepted.
func (l *Launch) requireTrust() error { return nil }
