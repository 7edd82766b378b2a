package launch

import (
	"reflect"
	"testing"

	"flavor/launcher/internal/format"
)

func TestBytesThatAreNoTextPassUnchanged(t *testing.T) {
	caller := NewVariables([]string{"A=\xff\xfe", "\xffB=1", "", "no variable", "A=second", "=C:=x", "A=third"})
	if found := caller.List(); !reflect.DeepEqual(found, []string{"A=\xff\xfe", "\xffB=1", "no variable", "=C:=x"}) {
		t.Errorf("%q", found)
	}
}

func TestRulesApplyInTheirOrder(t *testing.T) {
	caller := NewVariables([]string{"A_1=a", "A_2=b", "KEEP=c", "OLD=d", "SET=e"})
	env := applyRules(caller, &format.RuntimeEnvironment{
		Unset: []string{"A_*", "KEEP"}, Pass: []string{"A_2", "KE?P"}, Map: format.Environment{{Name: "OLD", Value: "NEW"}, {Name: "KEEP", Value: "X"}},
		Set: format.Environment{{Name: "SET", Value: "f"}},
	})
	if found := env.List(); !reflect.DeepEqual(found, []string{"A_2=b", "KEEP=c", "SET=f", "NEW=d"}) {
		t.Errorf("%q", found)
	}
}
