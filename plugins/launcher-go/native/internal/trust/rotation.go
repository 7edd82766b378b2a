package trust

import (
	"encoding/hex"

	"flavor/launcher/internal/format"
)

// Whether good statements of the package, each used once and in any order, form a way from the key to the one that signed it.
func leads(subject *Subject, from Key) bool {
	reached := []Key{from}
	used := make([]bool, len(subject.Rotations))
	for at := 0; at < len(reached); at++ {
		if reached[at] == subject.Key {
			return true
		}
		for index := range subject.Rotations {
			statement := &subject.Rotations[index]
			if used[index] || statement.From != [32]byte(reached[at]) || !isGood(statement, subject.Name) {
				continue
			}
			used[index] = true
			reached = append(reached, statement.To)
		}
	}
	return false
}

// Predecessors are the keys from which a rotation leads to the package's own, in hex, in the order of the statements.
func (s *Subject) Predecessors() (keys []string) {
	for index := range s.Rotations {
		if from := Key(s.Rotations[index].From); from != s.Key && leads(s, from) {
			keys = append(keys, from.String())
		}
	}
	return keys
}

func isGood(statement *format.Rotation, name string) bool {
	text := "flavor key rotation 1\n" + hex.EncodeToString(statement.From[:]) + "\n" + hex.EncodeToString(statement.To[:]) + "\n" + name
	return format.StrictCheck(&statement.From, &statement.Signature, []byte(text))
}
