package trust

import (
	"slices"
	"strings"
	"testing"

	"flavor/launcher/internal/format"
)

func TestTheStricterSettingCounts(t *testing.T) {
	for text, wanted := range map[string]Settings{
		"":                                     {},
		"trust = known":                        {Known: true},
		"trust=known\ntrust=first-use":         {Known: true},
		"validation = strict\nvalidation=none": {Validation: Strict},
		"\tvalidation\t=\tstandard\r\n":        {Validation: Standard},
		"# trust = nobody\nno sign\n":          {},
	} {
		var settings Settings
		if err := settings.parse("launcher.conf", text); err != nil || settings.Known != wanted.Known || settings.Validation != wanted.Validation {
			t.Errorf("%q: %v %v", text, settings, err)
		}
	}
}

func TestOtherSettingsAreKept(t *testing.T) {
	var settings Settings
	if err := settings.parse("launcher.conf", "cache_budget = 4G\ncache_budget = 5G\n= x\n"); err != nil || !slices.Equal(settings.Others, []Line{{"cache_budget", "4G"}, {"cache_budget", "5G"}, {"", "x"}}) {
		t.Errorf("%v %v", settings, err)
	}
}

func TestValuesThatDoNotExist(t *testing.T) {
	for _, line := range []string{"trust = all", "trust =", "validation = STRICT", "validation = relaxed", "trust = known # really"} {
		var settings Settings
		if err := settings.parse("launcher.conf", line); format.CodeOf(err) != format.ErrPolicy || !strings.Contains(err.Error(), "launcher.conf:1 ") {
			t.Errorf("%q: %v", line, err)
		}
	}
}

func TestWishesAreRaised(t *testing.T) {
	for _, one := range []struct {
		least  Validation
		wish   string
		wanted Validation
	}{
		{None, "none", None}, {None, "NONE", None}, {None, "", Standard}, {None, "relaxed", Standard}, {None, "Strict", Strict},
		{Standard, "none", Standard}, {Strict, "none", Strict}, {Strict, "", Strict}, {Standard, "strict", Strict},
	} {
		if found := (Settings{Validation: one.least}).AtLeast(one.wish); found != one.wanted {
			t.Errorf("%v: %v", one, found)
		}
	}
}
