package trust

import (
	"encoding/base64"
	"encoding/hex"
	"strings"

	"flavor/launcher/internal/format"
)

const trustedKeysFile = "trusted_keys"

// Key is a publisher's, Ed25519.
type Key [32]byte

func (k Key) String() string { return hex.EncodeToString(k[:]) }

// TrustedKey is a line: packages whose names match may be signed by the key.
type TrustedKey struct {
	Pattern string
	Key     Key
}

// None where there is no file. EFLAVOR_POLICY.
func trustedKeys(directory Directory) ([]TrustedKey, error) {
	path := directory.file(trustedKeysFile)
	text, found, err := directory.read(path)
	if err != nil || !found {
		return nil, err
	}
	return parseTrustedKeys(path, text)
}

func parseTrustedKeys(file, text string) (lines []TrustedKey, err error) {
	err = eachLine(text, func(number int, line string) error {
		words := wordsOf(line, 4)
		if len(words) < 3 || words[1] != algorithm {
			return badLine(file, number, "it is not a pattern, ed25519 and a key")
		}
		key, ok := parseKey(words[2])
		if !ok {
			return badLine(file, number, "it holds no key of 44 characters of base64 or 64 hex digits")
		}
		lines = append(lines, TrustedKey{words[0], key})
		return nil
	})
	return lines, err
}

func keysFor(lines []TrustedKey, name string) (keys []Key) {
	for _, line := range lines {
		if format.MatchesGlob(line.Pattern, name) {
			keys = append(keys, line.Key)
		}
	}
	return keys
}

const algorithm = "ed25519"

// Base64 in its one canonical spelling, or hex in either case.
func parseKey(text string) (key Key, ok bool) {
	if len(text) == 2*len(key) {
		_, err := hex.Decode(key[:], []byte(text))
		return key, err == nil
	}
	bytes, err := base64.StdEncoding.DecodeString(text)
	if err != nil || len(bytes) != len(key) || base64.StdEncoding.EncodeToString(bytes) != text {
		return key, false
	}
	return Key(bytes), true
}

// Without those that say nothing.
func eachLine(text string, take func(number int, line string) error) error {
	for number := 1; text != ""; number++ {
		var line string
		line, text, _ = strings.Cut(text, "\n")
		line = strings.TrimLeft(strings.TrimSuffix(line, "\r"), blanks)
		if line == "" || line[0] == '#' {
			continue
		}
		if err := take(number, line); err != nil {
			return err
		}
	}
	return nil
}

const blanks = " \t"

// At most so many; the last is the rest of the line.
func wordsOf(line string, most int) (words []string) {
	for line = strings.TrimLeft(line, blanks); line != ""; line = strings.TrimLeft(line, blanks) {
		end := strings.IndexAny(line, blanks)
		if end < 0 || len(words) == most-1 {
			return append(words, line)
		}
		words = append(words, line[:end])
		line = line[end:]
	}
	return words
}

func badLine(file string, number int, problem string) error {
	return unusable(file+":"+format.Number(number), problem, "")
}
