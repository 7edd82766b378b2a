package format

import "testing"

func TestGlobsKnowTwoSigns(t *testing.T) {
	for _, one := range []struct {
		glob, name string
		matches    bool
	}{
		{"*", "", true}, {"*", "ANY", true}, {"A?C", "ABC", true}, {"A?C", "AC", false}, {"A?C", "AüC", true}, {"A*Z", "A-Z-Z", true},
		{"A*", "BA", false}, {"A.C", "ABC", false}, {"[A]", "A", false}, {"", "", true}, {"", "A", false}, {"**A", "A", true}, {"A", "a", false},
		{"*\xff*", "a\xffb", true}, {"a*a*a*a*a*a*a*a*a*a*b", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", false},
	} {
		if MatchesGlob(one.glob, one.name) != one.matches {
			t.Errorf("%q and %q: %v", one.glob, one.name, !one.matches)
		}
	}
}
