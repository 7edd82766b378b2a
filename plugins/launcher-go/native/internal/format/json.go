package format

import (
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// JSON (RFC 8259), kept as it was written where that matters here: keys exact and in their order, the last of two of a
// name, numbers as their digits, half a surrogate pair as bytes that are no UTF-8. encoding/json matches keys in any case,
// and turns such halves into a replacement character.

// Value is nil, bool, Digits, string, []Value or *Object.
type Value any

// Digits is a number as it was written.
type Digits string

// Object keeps its keys in the order in which they came first.
type Object struct {
	Keys   []string
	values []Value
	// The places of the keys, where they are many.
	places map[string]int
}

// Get is nil for a key that is missing, as for one that is null. A nil object has no keys.
func (o *Object) Get(key string) Value {
	if o == nil {
		return nil
	}
	if at := o.place(key); at >= 0 {
		return o.values[at]
	}
	return nil
}

// Keys that are looked through one by one.
const fewKeys = 16

func (o *Object) place(key string) int {
	if len(o.Keys) <= fewKeys {
		return slices.Index(o.Keys, key)
	}
	if at, known := o.places[key]; known {
		return at
	}
	return -1
}

func (o *Object) set(key string, value Value) {
	if at := o.place(key); at >= 0 {
		o.values[at] = value
		return
	}
	o.Keys, o.values = append(o.Keys, key), append(o.values, value)
	if o.places == nil && len(o.Keys) > fewKeys {
		o.places = make(map[string]int, 2*len(o.Keys))
		for at, known := range o.Keys {
			o.places[known] = at
		}
	} else if o.places != nil {
		o.places[key] = len(o.Keys) - 1
	}
}

// What it gives shares the memory of one copy of the text.
type jsonParser struct {
	text  string
	at    int
	depth int
}

// ParseJson is false for anything but one value, nested no deeper than the limit, with white space around it or none.
func ParseJson(text []byte) (Value, bool) {
	if !utf8.Valid(text) {
		return nil, false
	}
	parser := &jsonParser{text: string(text)}
	value, ok := parser.value()
	parser.space()
	return value, ok && parser.at == len(text)
}

func (p *jsonParser) space() {
	for p.at < len(p.text) && (p.text[p.at] == ' ' || p.text[p.at] == '\t' || p.text[p.at] == '\n' || p.text[p.at] == '\r') {
		p.at++
	}
}

func (p *jsonParser) peek() byte {
	if p.at < len(p.text) {
		return p.text[p.at]
	}
	return 0
}

func (p *jsonParser) take(char byte) bool {
	if p.peek() != char || p.at >= len(p.text) {
		return false
	}
	p.at++
	return true
}

func (p *jsonParser) word(word string) bool {
	if !strings.HasPrefix(p.text[p.at:], word) {
		return false
	}
	p.at += len(word)
	return true
}

func (p *jsonParser) value() (Value, bool) {
	p.space()
	switch p.peek() {
	case '{', '[':
		if p.depth++; p.depth > LimitMetadataDepth {
			return nil, false
		}
		defer func() { p.depth-- }()
		if p.peek() == '{' {
			return p.object()
		}
		return p.list()
	case '"':
		return p.string()
	case 't':
		return true, p.word("true")
	case 'f':
		return false, p.word("false")
	case 'n':
		return nil, p.word("null")
	}
	return p.number()
}

func (p *jsonParser) object() (Value, bool) {
	p.at++
	object := &Object{Keys: make([]string, 0, fewKeys/2), values: make([]Value, 0, fewKeys/2)}
	if p.space(); p.take('}') {
		return object, true
	}
	for {
		if p.space(); p.peek() != '"' {
			return nil, false
		}
		key, ok := p.string()
		if p.space(); !ok || !p.take(':') {
			return nil, false
		}
		value, ok := p.value()
		if !ok {
			return nil, false
		}
		object.set(key.(string), value)
		if p.space(); p.take('}') {
			return object, true
		}
		if !p.take(',') {
			return nil, false
		}
	}
}

func (p *jsonParser) list() (Value, bool) {
	p.at++
	list := []Value{}
	if p.space(); p.take(']') {
		return list, true
	}
	for {
		value, ok := p.value()
		if !ok {
			return nil, false
		}
		list = append(list, value)
		if p.space(); p.take(']') {
			return list, true
		}
		if !p.take(',') {
			return nil, false
		}
	}
}

func (p *jsonParser) digits() bool {
	start := p.at
	for p.peek() >= '0' && p.peek() <= '9' {
		p.at++
	}
	return p.at > start
}

func (p *jsonParser) number() (Value, bool) {
	start := p.at
	p.take('-')
	if !p.take('0') && !p.digits() {
		return nil, false
	}
	if p.take('.') && !p.digits() {
		return nil, false
	}
	if p.peek() == 'e' || p.peek() == 'E' {
		p.at++
		if !p.take('+') {
			p.take('-')
		}
		if !p.digits() {
			return nil, false
		}
	}
	return Digits(p.text[start:p.at]), true
}

func (p *jsonParser) string() (Value, bool) {
	p.at++
	start := p.at
	for p.at < len(p.text) && p.text[p.at] != '"' && p.text[p.at] != '\\' && p.text[p.at] >= 0x20 {
		p.at++
	}
	if p.take('"') {
		return p.text[start : p.at-1], true
	}
	text := append([]byte(nil), p.text[start:p.at]...)
	for p.at < len(p.text) {
		char := p.text[p.at]
		p.at++
		switch {
		case char == '"':
			return string(text), true
		case char < 0x20:
			return nil, false
		case char != '\\':
			text = append(text, char)
		default:
			var ok bool
			if text, ok = p.escape(text); !ok {
				return nil, false
			}
		}
	}
	return nil, false
}

func (p *jsonParser) escape(text []byte) ([]byte, bool) {
	char := p.peek()
	p.at++
	switch char {
	case '"', '\\', '/':
		return append(text, char), true
	case 'b':
		return append(text, '\b'), true
	case 'f':
		return append(text, '\f'), true
	case 'n':
		return append(text, '\n'), true
	case 'r':
		return append(text, '\r'), true
	case 't':
		return append(text, '\t'), true
	case 'u':
		unit, ok := p.unit()
		if !ok {
			return nil, false
		}
		return p.rune(text, unit), true
	}
	return nil, false
}

// Four hex digits.
func (p *jsonParser) unit() (rune, bool) {
	if len(p.text)-p.at < 4 {
		return 0, false
	}
	value := rune(0)
	for _, char := range []byte(p.text[p.at : p.at+4]) {
		digit, ok := hexDigit(char)
		if !ok {
			return 0, false
		}
		value = value<<4 | rune(digit)
	}
	p.at += 4
	return value, true
}

func hexDigit(char byte) (byte, bool) {
	switch {
	case char >= '0' && char <= '9':
		return char - '0', true
	case char >= 'a' && char <= 'f':
		return char - 'a' + 10, true
	case char >= 'A' && char <= 'F':
		return char - 'A' + 10, true
	}
	return 0, false
}

// Halves of surrogate pairs that do not find each other are kept as three bytes that are no UTF-8.
func (p *jsonParser) rune(text []byte, unit rune) []byte {
	if unit >= 0xd800 && unit < 0xdc00 && p.word(`\u`) {
		before := p.at
		if low, ok := p.unit(); ok && low >= 0xdc00 && low < 0xe000 {
			return utf8.AppendRune(text, 0x10000+(unit-0xd800)<<10+(low-0xdc00))
		}
		p.at = before - 2
	}
	if unit >= 0xd800 && unit < 0xe000 {
		return append(text, 0xe0|byte(unit>>12), 0x80|byte(unit>>6&0x3f), 0x80|byte(unit&0x3f))
	}
	return utf8.AppendRune(text, unit)
}

// AppendJsonText writes a text as JSON does, as it is wherever it can be.
func AppendJsonText(out []byte, text string) []byte {
	const digits = "0123456789abcdef"
	out = append(out, '"')
	for at := 0; at < len(text); at++ {
		char := text[at]
		switch {
		case char == '"' || char == '\\':
			out = append(out, '\\', char)
		case char == '\n':
			out = append(out, `\n`...)
		case char == '\t':
			out = append(out, `\t`...)
		case char == '\r':
			out = append(out, `\r`...)
		case char == '\b':
			out = append(out, `\b`...)
		case char == '\f':
			out = append(out, `\f`...)
		case char < 0x20:
			out = append(out, '\\', 'u', '0', '0', digits[char>>4], digits[char&15])
		default:
			out = append(out, char)
		}
	}
	return append(out, '"')
}

// AppendJson writes a value indented by two spaces a level.
func AppendJson(out []byte, value Value, indent string) []byte {
	switch value := value.(type) {
	case bool:
		return strconv.AppendBool(out, value)
	case Digits:
		return append(out, value...)
	case string:
		return AppendJsonText(out, value)
	case []Value:
		return appendItems(out, '[', ']', len(value), indent, func(out []byte, index int, deeper string) []byte {
			return AppendJson(out, value[index], deeper)
		})
	case *Object:
		return appendItems(out, '{', '}', len(value.Keys), indent, func(out []byte, index int, deeper string) []byte {
			out = append(AppendJsonText(out, value.Keys[index]), ": "...)
			return AppendJson(out, value.values[index], deeper)
		})
	}
	return append(out, "null"...)
}

func appendItems(out []byte, open, end byte, count int, indent string, item func([]byte, int, string) []byte) []byte {
	out = append(out, open)
	for index := range count {
		if index > 0 {
			out = append(out, ',')
		}
		out = append(append(append(out, '\n'), indent...), "  "...)
		out = item(out, index, indent+"  ")
	}
	if count > 0 {
		out = append(append(out, '\n'), indent...)
	}
	return append(out, end)
}
