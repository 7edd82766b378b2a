package trust

import (
	"encoding/base64"
	"strings"
	"testing"

	"flavor/launcher/internal/format"
)

func keyOf(first byte) (key Key) {
	key[0] = first
	return key
}

func spelt(key Key) string { return base64.StdEncoding.EncodeToString(key[:]) }

func TestKeysHaveTwoSpellings(t *testing.T) {
	key := keyOf(0xfb)
	for text, wanted := range map[string]bool{
		spelt(key): true, key.String(): true, strings.ToUpper(key.String()): true,
		strings.TrimRight(spelt(key), "="): false, spelt(key)[:42] + "B=": false, " " + spelt(key): false, spelt(key)[:20] + "\r" + spelt(key)[20:]: false,
		key.String()[:62]: false, key.String() + "00": false, strings.ReplaceAll(spelt(key), "+", "-"): !strings.Contains(spelt(key), "+"), "": false,
	} {
		if found, ok := parseKey(text); ok != wanted || ok && found != key {
			t.Errorf("%q: %v", text, ok)
		}
	}
}

func TestLinesOfTrustedKeys(t *testing.T) {
	key := keyOf(1)
	text := "# a comment\n\n \t\nsample-* ed25519 " + spelt(key) + " somebody's key\r\n\t?\ted25519  " + key.String()
	lines, err := parseTrustedKeys("trusted_keys", text)
	if err != nil || len(lines) != 2 || lines[0] != (TrustedKey{"sample-*", key}) || lines[1] != (TrustedKey{"?", key}) {
		t.Fatalf("%v %v", lines, err)
	}
	for name, wanted := range map[string]int{"sample-a": 1, "a": 1, "ü": 1, "other": 0, "sample-": 1} {
		if found := keysFor(lines, name); len(found) != wanted {
			t.Errorf("%q: %d", name, len(found))
		}
	}
}

func TestLinesThatAreNone(t *testing.T) {
	key := spelt(keyOf(1))
	for _, line := range []string{"a", "a ed25519", "a rsa " + key, "a ed25519 " + key[1:], "a # a", "a Ed25519 " + key, "\ufeff a ed25519 " + key} {
		_, err := parseTrustedKeys("trusted_keys", "# first\n"+line+"\n")
		if format.CodeOf(err) != format.ErrPolicy || !strings.Contains(err.Error(), "trusted_keys:2 ") {
			t.Errorf("%q: %v", line, err)
		}
	}
}

func TestPinsAreOneLine(t *testing.T) {
	key := keyOf(7)
	line := "ed25519 " + spelt(key) + " a name\n"
	for text, wanted := range map[string]bool{line: true, "\t# x\n" + line: true, "ed25519 " + key.String(): true, line + line: false, "": false, "\n": false, "rsa " + spelt(key): false, "ed25519": false} {
		pin, err := parsePin("pin", text)
		if (err == nil) != wanted || wanted && *pin != key || !wanted && format.CodeOf(err) != format.ErrPolicy {
			t.Errorf("%q: %v %v", text, pin, err)
		}
	}
}
