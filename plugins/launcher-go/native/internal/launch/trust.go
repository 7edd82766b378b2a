package launch

import (
	"flavor/launcher/internal/format"
	"flavor/launcher/internal/trust"
)

// The places and the settings that decide about this start. What is wrong with them is said after the checks of the package.
type policy struct {
	places   trust.Places
	settings trust.Settings
	err      error
}

func policyOf(env *Variables) policy {
	places := trust.PlacesOf(env.Get)
	settings, err := trust.ReadSettings(places)
	return policy{places, settings, err}
}

// A policy that cannot be understood waives nothing.
func (p policy) validationOf(wish string) trust.Validation {
	least := p.settings.AtLeast(wish)
	if p.err != nil {
		return max(least, trust.Standard)
	}
	return least
}

// The one place where a start is allowed or refused for who signed the package rather than for what is in it. `decide`
// is trust.Decide for those who only look, and trust.Keep for a start.
func (l *Launch) requireTrust(decide func(trust.Places, trust.Settings, *trust.Subject) (trust.Decision, error)) (trust.Decision, error) {
	if l.policy.err != nil {
		return trust.Decision{}, l.policy.err
	}
	decision, err := decide(l.policy.places, l.policy.settings, l.subject())
	if err == nil {
		l.logDecision(decision)
	}
	return decision, err
}

func (l *Launch) subject() *trust.Subject {
	return trust.SubjectOf(l.Opened, l.validation == trust.None)
}

func (l *Launch) logDecision(decision trust.Decision) {
	at := info
	if decision.Result == trust.Unpinned {
		at = warn
	}
	if l.log.asks(at) {
		fields := []string{"name", l.Opened.Metadata.Name, "key", format.ToHex(l.Opened.Index.PublicKey[:]), "result", decision.Result}
		l.log.say(at, "trust", append(fields, optional("file", decision.File)...)...)
	}
}
