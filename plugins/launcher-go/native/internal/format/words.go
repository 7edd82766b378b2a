package format

import "strings"

// SplitWords cuts a command line into words as a POSIX shell would, without doing anything else that a shell does
// (SPEC.md, section 17): single quotes keep everything, double quotes keep all but backslash, a backslash keeps the next
// character. False when a quote is not closed.
func SplitWords(line string) ([]string, bool) {
	var words []string
	var word strings.Builder
	inside := false
	quote := byte(0)
	for at := 0; at < len(line); at++ {
		char := line[at]
		switch {
		case quote == '\'':
			if char == quote {
				quote = 0
			} else {
				word.WriteByte(char)
			}
		case char == '\\' && at+1 < len(line):
			at++
			word.WriteByte(line[at])
			inside = true
		case quote != 0 && char == quote:
			quote = 0
		case quote == 0 && (char == '\'' || char == '"'):
			quote = char
			inside = true
		case quote == 0 && (char == ' ' || char == '\t' || char == '\r' || char == '\n'):
			if inside {
				words = append(words, word.String())
				word.Reset()
			}
			inside = false
		default:
			word.WriteByte(char)
			inside = true
		}
	}
	if quote != 0 {
		return nil, false
	}
	if inside {
		words = append(words, word.String())
	}
	return words, true
}
