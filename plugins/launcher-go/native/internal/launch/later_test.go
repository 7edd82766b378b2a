package launch

import (
	"testing"

	"flavor/launcher/internal/trust"
)

func TestSettingsStateBytesAndDays(t *testing.T) {
	for text, wanted := range map[string]float64{"500M": 500e6, "4G": 4e9, "4 T": 4e12, "123": 123, "1.5kB": 1500, "0": 0} {
		if found, ok := bytesOf(text); !ok || found != wanted {
			t.Errorf("%q: %g", text, found)
		}
	}
	for _, text := range []string{"", "many", "M", "-1", "1e9", "+1", "1.", ".5", "1.2.3", "0x10", "1GG", "inf"} {
		if found, ok := bytesOf(text); ok {
			t.Errorf("%q: %g", text, found)
		}
		if found, ok := decimal(text); ok {
			t.Errorf("%q: %g", text, found)
		}
	}
}

func TestTheLastSettingThatIsOneCounts(t *testing.T) {
	launch := &Launch{}
	launch.policy.settings.Others = []trust.Line{{Key: "cache_idle_days", Value: "7"}, {Key: "cache_idle_days", Value: "0"}, {Key: "cache_idle_days", Value: "soon"}, {Key: "cache_budget", Value: "5"}}
	if found := launch.setting("cache_idle_days", decimal, 1); found != 0 {
		t.Errorf("%g", found)
	}
	if found := launch.setting("other", decimal, 1); found != 1 {
		t.Errorf("%g", found)
	}
}
