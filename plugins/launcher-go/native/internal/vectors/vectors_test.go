// Package vectors holds this reader to format/vectors, which every implementation shares.
package vectors

import (
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"strconv"
	"testing"

	"flavor/launcher/internal/format"
	"flavor/launcher/internal/unpack"
)

const vectors = "../../../../../format/vectors"

type mutation struct {
	Name, Base, Stage, Code string
	Exit                    int
	Accept                  bool
	Edits                   []struct {
		At, Remove, Repeat int
		Insert             string
	}
	Cuts  []int
	Flips [][2]int
}

func read[T any](t testing.TB, path string) (value T) {
	t.Helper()
	bytes, err := os.ReadFile(filepath.Join(vectors, path))
	if err == nil {
		err = json.Unmarshal(bytes, &value)
	}
	if err != nil {
		t.Fatal(err)
	}
	return value
}

func packageOf(t testing.TB, name string) []byte {
	t.Helper()
	bytes, err := os.ReadFile(filepath.Join(vectors, name, "package.pspf"))
	if err != nil {
		t.Fatal(err)
	}
	return bytes
}

func names(t testing.TB) (names []string) {
	t.Helper()
	entries, err := os.ReadDir(vectors)
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		if entry.IsDir() {
			names = append(names, entry.Name())
		}
	}
	return names
}

func openCode(bytes []byte) format.Code {
	_, err := format.OpenPackage(format.MemorySource(bytes), format.StrictCheck, nil)
	return format.CodeOf(err)
}

func contentCode(t testing.TB, bytes []byte) format.Code {
	t.Helper()
	opened, err := format.OpenPackage(format.MemorySource(bytes), format.StrictCheck, nil)
	if err != nil {
		t.Fatal(err)
	}
	return format.CodeOf(format.RequireContent(opened))
}

func extractCode(t testing.TB, bytes []byte) format.Code {
	t.Helper()
	opened, err := format.OpenPackage(format.MemorySource(bytes), format.StrictCheck, nil)
	if err != nil {
		t.Fatal(err)
	}
	tree := unpack.NewDiskTree(t.TempDir())
	for index := range opened.Slots {
		if err := unpack.Slot(opened, &opened.Slots[index], tree, func(int) {}); err != nil {
			return format.CodeOf(err)
		}
	}
	_, err = tree.Finish()
	return format.CodeOf(err)
}

func TestPackagesThatMustBeAccepted(t *testing.T) {
	type region struct {
		Name         string
		Offset, Size uint64
	}
	for _, name := range names(t) {
		t.Run(name, func(t *testing.T) {
			expect := read[struct {
				Key            string
				Exact          bool
				MetadataSha256 string
				Regions        [][3]any
				Slots          []struct {
					Id, Path, Mode, Lifecycle string
					Chain                     []int
					Offset, Size              uint64
				}
			}](t, name+"/expect.json")
			bytes := packageOf(t, name)
			opened, err := format.OpenPackage(format.MemorySource(bytes), format.StrictCheck, nil)
			if err != nil {
				t.Fatal(err)
			}
			var regions []region
			for _, one := range opened.Regions {
				regions = append(regions, region(one))
			}
			var wanted []region
			for _, one := range expect.Regions {
				wanted = append(wanted, region{one[0].(string), uint64(one[1].(float64)), uint64(one[2].(float64))})
			}
			equal(t, "regions", regions, wanted)
			equal(t, "key", format.ToHex(opened.Index.PublicKey[:]), expect.Key)
			equal(t, "exact", opened.Metadata.Exact, expect.Exact)
			digest, _ := format.HashRegion(format.MemorySource(opened.MetadataBytes), 0, uint64(len(opened.MetadataBytes)))
			equal(t, "metadata", digest, expect.MetadataSha256)
			equal(t, "slots", len(opened.Slots), len(expect.Slots))
			for index, slot := range opened.Slots {
				one := expect.Slots[index]
				mode, _ := strconv.ParseUint(one.Mode, 8, 32)
				equal(t, "id", slot.Id, one.Id)
				equal(t, "path", format.TargetPath(slot.Target), one.Path)
				equal(t, "place", []uint64{slot.Offset, slot.StoredSize, uint64(slot.Mode)}, []uint64{one.Offset, one.Size, mode})
				equal(t, "lifecycle", slot.Lifecycle, one.Lifecycle)
				equal(t, "chain", numbers(slot.Chain), one.Chain)
			}
			equal(t, "content", contentCode(t, bytes), "")
			equal(t, "extraction", extractCode(t, bytes), "")
			for _, result := range format.Examine(format.MemorySource(bytes), format.StrictCheck) {
				equal(t, result.Name, result.Err, nil)
			}
		})
	}
}

func TestPackagesWithOneThingChanged(t *testing.T) {
	for _, one := range read[struct{ Mutations []mutation }](t, "mutations.json").Mutations {
		t.Run(one.Base+": "+one.Name, func(t *testing.T) {
			base := packageOf(t, one.Base)
			first := true
			for bytes := range mutants(base, one) {
				requireOutcome(t, bytes, one, first)
				first = false
			}
			if first {
				t.Error("there is no mutant")
			}
		})
	}
}

// Flips are many: of the first, everything is looked at; of the others, what a start would meet.
func requireOutcome(t *testing.T, bytes []byte, one mutation, first bool) {
	t.Helper()
	wanted := format.Code(one.Code)
	if !one.Accept {
		equal(t, "exit", wanted.Exit(), one.Exit)
	}
	switch {
	case one.Stage == "" && !one.Accept:
		equal(t, "opening", openCode(bytes), wanted)
	case one.Stage == "content":
		equal(t, "content", contentCode(t, bytes), wanted)
		if first && wanted == format.ErrSlotChecksum {
			equal(t, "extraction", extractCode(t, bytes), wanted)
		}
	case one.Stage == "extract":
		equal(t, "content", contentCode(t, bytes), "")
		equal(t, "extraction", extractCode(t, bytes), wanted)
	default:
		equal(t, "content", contentCode(t, bytes), "")
	}
}

func mutants(base []byte, one mutation) func(func([]byte) bool) {
	return func(yield func([]byte) bool) {
		for _, cut := range one.Cuts {
			if !yield(base[:cut]) {
				return
			}
		}
		for _, flip := range one.Flips {
			for at := flip[0]; at < flip[1]; at++ {
				bytes := append([]byte(nil), base...)
				bytes[at] ^= 1
				if !yield(bytes) {
					return
				}
			}
		}
		if len(one.Edits) > 0 {
			yield(edited(base, one))
		}
	}
}

func edited(base []byte, one mutation) []byte {
	var bytes []byte
	at := 0
	for _, edit := range one.Edits {
		insert, _ := hex.DecodeString(edit.Insert)
		bytes = append(bytes, base[at:edit.At]...)
		for range max(1, edit.Repeat) {
			bytes = append(bytes, insert...)
		}
		at = edit.At + edit.Remove
	}
	return append(bytes, base[at:]...)
}

func TestSingleValues(t *testing.T) {
	values := read[struct {
		Chain []struct {
			Codes        []int
			Packed, Word string
		}
		StoredGzip []struct{ Hex, Gzip string }
		Mode       []struct {
			Text string
			Mode uint32
		}
		Target    []struct{ Target, Path string }
		Lifecycle []struct {
			Word, Means string
			Code        *byte
		}
		Command []struct {
			Line  string
			Words []string
		}
	}](t, "values.json")
	for _, one := range values.Chain {
		var codes []byte
		for _, code := range one.Codes {
			codes = append(codes, byte(code))
		}
		packed := make([]byte, 8)
		for at := range packed {
			packed[at] = byte(format.PackChain(codes) >> (8 * at))
		}
		equal(t, "packed", format.ToHex(packed), one.Packed)
		equal(t, "unpacked", numbers(format.UnpackChain(format.PackChain(codes))), one.Codes)
		if one.Word != "" {
			equal(t, "word", format.ChainWord(codes), one.Word)
		}
	}
	for _, one := range values.StoredGzip {
		content, _ := hex.DecodeString(one.Hex)
		equal(t, "gzip", format.ToHex(format.StoreGzip(content)), one.Gzip)
	}
	for _, one := range values.Mode {
		equal(t, one.Text, format.ParseMode(one.Text), one.Mode)
	}
	for _, one := range values.Target {
		equal(t, one.Target, format.TargetPath(one.Target), one.Path)
	}
	for _, one := range values.Lifecycle {
		equal(t, one.Word, format.LifecycleOf(one.Word), one.Means)
		if one.Code != nil {
			equal(t, one.Word, format.LifecycleCode(one.Means), *one.Code)
		}
	}
	for _, one := range values.Command {
		words, ok := format.SplitWords(one.Line)
		equal(t, one.Line, ok, one.Words != nil)
		if ok && len(words)+len(one.Words) > 0 {
			equal(t, one.Line, words, one.Words)
		}
	}
}

func numbers(codes []byte) []int {
	list := []int{}
	for _, code := range codes {
		list = append(list, int(code))
	}
	return list
}

func equal[T any](t *testing.T, what string, found, wanted T) {
	t.Helper()
	if !reflect.DeepEqual(found, wanted) {
		t.Errorf("%s: %v, not %v", what, found, wanted)
	}
}
