package vectors

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"flavor/launcher/internal/format"
	"flavor/launcher/internal/unpack"
)

// Whatever the bytes, the answer is a package or an Error of the catalogue, never a panic and never an endless loop. The
// fuzzers begin with `format/corpus`, which the other languages' share; for its inputs all of them give the same answers.

const corpus = "../../../../../format/corpus"

// What a compressed slot is said to hold: enough for any of the corpus, and no burden on the disk.
const largest = 1 << 16

var targets = map[string]func(t testing.TB, input []byte) error{
	"chain": func(t testing.TB, input []byte) error {
		if len(input) < 8 {
			return nil
		}
		return unpacked(t, format.UnpackChain(binary.LittleEndian.Uint64(input)), input[8:], largest)
	},
	"index":    func(t testing.TB, input []byte) error { return opened(t, "trailer", input) },
	"metadata": func(t testing.TB, input []byte) error { return parsed(t, input) },
	"table":    func(t testing.TB, input []byte) error { return opened(t, "slot table", input) },
	// Sums of headers are made right, so that more than one stream in a million is a tar.
	"untar": func(t testing.TB, input []byte) error {
		stream := bytes.Clone(input)
		for at := 0; at+512 <= len(stream); at += repair(stream[at : at+512]) {
		}
		return unpacked(t, []byte{format.OperationTar}, stream, uint64(len(stream)))
	},
}

func FuzzChain(f *testing.F)    { fuzz(f, "chain") }
func FuzzIndex(f *testing.F)    { fuzz(f, "index") }
func FuzzMetadata(f *testing.F) { fuzz(f, "metadata") }
func FuzzTable(f *testing.F)    { fuzz(f, "table") }
func FuzzUntar(f *testing.F)    { fuzz(f, "untar") }

func fuzz(f *testing.F, target string) {
	for _, input := range inputs(f, target) {
		f.Add(input)
	}
	f.Fuzz(func(t *testing.T, input []byte) { answer(t, targets[target](t, input)) })
}

func TestEveryInputOfTheCorpusIsAnsweredAsTheOthersDo(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(corpus, "outcomes.json"))
	if err != nil {
		t.Fatal(err)
	}
	var outcomes map[string]map[string]string
	if err := json.Unmarshal(text, &outcomes); err != nil {
		t.Fatal(err)
	}
	for target, ask := range targets {
		found := inputs(t, target)
		if len(found) < 3 || len(found) != len(outcomes[target]) {
			t.Errorf("%s: %d inputs, %d outcomes", target, len(found), len(outcomes[target]))
		}
		for name, input := range found {
			if code := answer(t, ask(t, input)); code != outcomes[target][name] {
				t.Errorf("%s/%s: %s, not %s", target, name, code, outcomes[target][name])
			}
		}
	}
}

func inputs(t testing.TB, target string) map[string][]byte {
	t.Helper()
	entries, err := os.ReadDir(filepath.Join(corpus, target))
	if err != nil {
		t.Fatal(err)
	}
	found := map[string][]byte{}
	for _, entry := range entries {
		if found[entry.Name()], err = os.ReadFile(filepath.Join(corpus, target, entry.Name())); err != nil {
			t.Fatal(err)
		}
	}
	return found
}

// A code of the catalogue, or `ok`.
func answer(t testing.TB, err error) string {
	t.Helper()
	if err == nil {
		return "ok"
	}
	code := format.CodeOf(err)
	if code == "" {
		t.Errorf("an error without a code: %v", err)
	}
	return string(code)
}

func anything(*[32]byte, *[64]byte, []byte) bool { return true }

// A good package with a stretch of it replaced, and the sum not set, so that what comes after it is reached.
func opened(t testing.TB, region string, input []byte) error {
	changed := packageOf(t, "the-complete-vector-v1")
	sound, err := format.OpenPackage(format.MemorySource(bytes.Clone(changed)), anything, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, one := range sound.Regions {
		if one.Name == region {
			copy(changed[one.Offset:one.Offset+one.Size], input)
		}
	}
	copy(changed[len(changed)-format.TrailerSize+8:][:4], make([]byte, 4))
	_, err = format.OpenPackage(format.MemorySource(changed), anything, nil)
	return err
}

func parsed(t testing.TB, input []byte) error {
	metadata, err := format.ParseMetadata(input)
	if err != nil {
		return err
	}
	again, ok := format.ParseJson(format.AppendJson(nil, metadata.Json, ""))
	if object, isObject := again.(*format.Object); !ok || !isObject || len(object.Keys) != len(metadata.Json.Keys) {
		t.Error("what was printed is not what was read")
	}
	return nil
}

func unpacked(t testing.TB, chain []byte, stored []byte, originalSize uint64) error {
	slot := format.Slot{Chain: chain, StoredSize: uint64(len(stored))}
	slot.Id, slot.Mode = "x", 0o600
	slot.Sha256, _ = format.HashRegion(format.MemorySource(stored), 0, slot.StoredSize)
	slot.Exact = &format.ExactSlot{Chain: slot.Chain, OriginalSize: originalSize}
	outside := t.TempDir()
	root := filepath.Join(outside, "a", "b")
	if err := os.MkdirAll(root, 0o700); err != nil {
		t.Fatal(err)
	}
	tree := unpack.NewDiskTree(root)
	err := unpack.Slot(&format.Package{Source: format.MemorySource(stored)}, &slot, tree, func(int) {})
	if err == nil {
		_, err = tree.Finish()
	}
	for _, directory := range []string{outside, filepath.Join(outside, "a")} {
		if entries, readError := os.ReadDir(directory); readError != nil || len(entries) != 1 {
			t.Error("something was created outside of the tree")
		}
	}
	return err
}

// Gives how far away the next header is.
func repair(header []byte) int {
	if bytes.Count(header, []byte{0}) == len(header) {
		return 512
	}
	copy(header[148:156], "        ")
	sum := 0
	for _, one := range header {
		sum += int(one)
	}
	for at := 153; at >= 148; at-- {
		header[at] = byte('0' + sum&7)
		sum >>= 3
	}
	header[154] = 0
	size := 0
	for _, one := range header[129:135] {
		if one < '0' || one > '7' {
			break
		}
		size = size*8 + int(one-'0')
	}
	return 512 + (size+511)/512*512
}
