package unpack

import (
	"bytes"
	"strconv"
	"strings"
	"unicode/utf8"

	"flavor/launcher/internal/format"
)

const blockSize = 512

type entryType byte

const (
	directoryEntry entryType = iota
	fileEntry
	hardlinkEntry
	symlinkEntry
)

// One tar entry's description, from its header and what precedes it: ustar, pax (`x`, `g`), GNU long names (`L`, `K`), old
// V7. Numbers may be octal or GNU's base-256; names must be UTF-8. Everything else that calls itself tar (sparse files,
// devices, multi-volume) is refused by name rather than guessed at.
type entry struct {
	kind entryType
	// As written: neither normalised nor checked.
	path, link string
	// Permission bits without setuid, setgid and sticky.
	mode uint32
	size uint64
}

// What an extension header says of the entry after it (pax keys).
type extension map[string]string

func badTar(parts ...string) error {
	return format.Fail(format.ErrTar, "the tar stream is unusable: ", strings.Join(parts, ""))
}

// The flag and the size of a header block whose sum is right.
func headerOf(block []byte) (flag byte, size uint64, err error) {
	sum := uint64(8 * 0x20)
	for at, one := range block {
		if at < 148 || at >= 156 {
			sum += uint64(one)
		}
	}
	stated, err := number(block[148:156])
	if err == nil && sum != stated {
		err = badTar("a header does not have the checksum it states")
	}
	if err == nil {
		size, err = number(block[124:136])
	}
	return block[156], size, err
}

func decodeEntry(block []byte, flag byte, size uint64, known extension) (entry, error) {
	path, err := known.or("path", block, headerName)
	if err != nil {
		return entry{}, err
	}
	link, err := known.or("linkpath", block, func(block []byte) (string, error) { return text(block[157:257]) })
	if err != nil {
		return entry{}, err
	}
	kind, ok := typeOf(flag, path)
	for key := range known {
		ok = ok && !strings.HasPrefix(key, "GNU.sparse")
	}
	if !ok {
		return entry{}, badTar(format.Quote(path), " is of type ", format.Quote(string(rune(flag))), ", which work environments cannot hold")
	}
	mode, err := number(block[100:108])
	if err != nil {
		return entry{}, err
	}
	found := entry{kind: kind, link: link, mode: uint32(mode) & 0o777, path: path}
	if kind == fileEntry {
		found.size, err = known.size(size)
	}
	return found, err
}

func typeOf(flag byte, path string) (entryType, bool) {
	switch flag {
	case 0, '0':
		if strings.HasSuffix(path, "/") {
			return directoryEntry, true
		}
		return fileEntry, true
	case '1':
		return hardlinkEntry, true
	case '2':
		return symlinkEntry, true
	case '5':
		return directoryEntry, true
	case '7':
		return fileEntry, true
	}
	return 0, false
}

func (e extension) or(key string, block []byte, otherwise func([]byte) (string, error)) (string, error) {
	if value, ok := e[key]; ok {
		return value, nil
	}
	return otherwise(block)
}

func (e extension) size(header uint64) (uint64, error) {
	stated, ok := e["size"]
	if !ok {
		return header, nil
	}
	if len(stated) > 15 || stated == "" || strings.Trim(stated, "0123456789") != "" {
		return 0, badTar("a pax record gives the size ", format.Quote(stated))
	}
	return strconv.ParseUint(stated, 10, 64)
}

// Adds what a `K`, `L`, `g` or `x` header holds.
func (e extension) read(flag byte, content []byte) error {
	if flag == 'L' || flag == 'K' {
		name, err := text(content)
		e[map[byte]string{'L': "path", 'K': "linkpath"}[flag]] = name
		return err
	}
	for len(content) > 0 {
		space := bytes.IndexByte(content, ' ')
		if space < 1 || space > 9 || content[0] == '+' {
			return badTar("a pax record is malformed")
		}
		length, err := strconv.Atoi(string(content[:space]))
		if err != nil || length < space+3 || length > len(content) || content[length-1] != '\n' {
			return badTar("a pax record is malformed")
		}
		record := content[space+1 : length-1]
		if !utf8.Valid(record) {
			return badTar("a name is not UTF-8")
		}
		key, value, ok := strings.Cut(string(record), "=")
		if !ok || key == "" || strings.IndexByte(value, 0) >= 0 {
			return badTar("a pax record is malformed")
		}
		e[key] = value
		content = content[length:]
	}
	return nil
}

func headerName(block []byte) (string, error) {
	name, err := text(block[:100])
	if err != nil || string(block[257:263]) != "ustar\x00" {
		return name, err
	}
	prefix, err := text(block[345:500])
	if prefix == "" {
		return name, err
	}
	return prefix + "/" + name, err
}

func text(field []byte) (string, error) {
	if end := bytes.IndexByte(field, 0); end >= 0 {
		field = field[:end]
	}
	if !utf8.Valid(field) {
		return "", badTar("a name is not UTF-8")
	}
	return string(field), nil
}

func number(field []byte) (uint64, error) {
	if field[0]&0x80 != 0 {
		return base256(field)
	}
	digits := strings.TrimSpace(strings.TrimRight(string(field), "\x00 "))
	if digits == "" {
		return 0, nil
	}
	value, err := strconv.ParseUint(digits, 8, 53)
	if err != nil || digits[0] == '+' {
		return 0, badTar("a header holds ", format.Quote(digits), " where a number belongs")
	}
	return value, nil
}

func base256(field []byte) (uint64, error) {
	value := uint64(field[0] & 0x7f)
	for _, one := range field[1:] {
		if value >= 1<<45 {
			return 0, badTar("a number is beyond any file")
		}
		value = value<<8 | uint64(one)
	}
	return value, nil
}
