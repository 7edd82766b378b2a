package format

import "strings"

const longestChain = 8

// A chain is what was done to a slot's content, first thing first: on disk a 64-bit number, one byte an operation, the
// first in the lowest byte, ended by a zero byte (SPEC.md, section 7). Others' operations pass through as numbers.

// PackChain expects at most eight operations, none of them zero.
func PackChain(codes []byte) uint64 {
	var packed uint64
	for index, code := range codes {
		packed |= uint64(code) << (8 * index)
	}
	return packed
}

// UnpackChain stops at the first zero byte.
func UnpackChain(packed uint64) []byte {
	var codes []byte
	for ; packed&0xff != 0; packed >>= 8 {
		codes = append(codes, byte(packed))
	}
	return codes
}

// IsTree is true when the content is a tree: its first operation was tar.
func IsTree(codes []byte) bool { return len(codes) > 0 && codes[0] == OperationTar }

// OperationWord is the operation's name, or its number.
func OperationWord(code byte) string {
	if name := OperationName(code); name != "" {
		return name
	}
	return "0x" + ToHex([]byte{code})
}

// ChainWord is the chain for people: `none`, `tgz`, `tar.zst`, `tar.0xd0`.
func ChainWord(codes []byte) string {
	switch {
	case len(codes) == 0:
		return "none"
	case len(codes) == 1:
		return OperationWord(codes[0])
	case len(codes) == 2 && IsTree(codes) && codes[1] == OperationGzip:
		return "tgz"
	}
	words := make([]string, len(codes))
	for index, code := range codes {
		words[index] = shortWord(code)
	}
	return strings.Join(words, ".")
}

func shortWord(code byte) string {
	switch code {
	case OperationBrotli:
		return "br"
	case OperationBzip2:
		return "bz2"
	case OperationGzip:
		return "gz"
	case OperationZstd:
		return "zst"
	}
	return OperationWord(code)
}
