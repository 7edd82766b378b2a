package format

import "strings"

// MatchesGlob compares the whole name, by characters: `*` stands for any of them and `?` for one. Takes time that is at
// most the product of both lengths.
func MatchesGlob(glob, name string) bool {
	star, mark := -1, 0
	at, in := 0, 0
	for in < len(name) {
		switch {
		case at < len(glob) && glob[at] == '*':
			star, mark = at, in
			at++
		case at < len(glob) && glob[at] == '?':
			at++
			in += width(name[in:])
		case at < len(glob) && glob[at] == name[in]:
			at++
			in++
		case star >= 0:
			mark += width(name[mark:])
			at, in = star+1, mark
		default:
			return false
		}
	}
	return strings.Trim(glob[at:], "*") == ""
}

// Of the first character, in bytes.
func width(text string) int {
	for at := range text[1:] {
		if text[at+1]&0xc0 != 0x80 {
			return at + 1
		}
	}
	return len(text)
}
