package vectors

import (
	"bytes"
	"os"
	"testing"

	"flavor/launcher/internal/format"
	"flavor/launcher/internal/unpack"
)

// Whatever the bytes, the answer is a package or an Error of the catalogue, never a panic and never an endless loop.

func anything(*[32]byte, *[64]byte, []byte) bool { return true }

func requireKnown(t *testing.T, err error) {
	t.Helper()
	if err != nil && format.CodeOf(err) == "" {
		t.Errorf("an error without a code: %v", err)
	}
}

// Replaces a stretch of a good package and makes its sums right again, so that what comes later is reached.
func fuzzRegion(f *testing.F, region string) {
	for _, name := range names(f) {
		if opened, err := format.OpenPackage(format.MemorySource(packageOf(f, name)), anything, nil); err == nil {
			for _, one := range opened.Regions {
				if one.Name == region {
					f.Add(packageOf(f, name)[one.Offset : one.Offset+one.Size])
				}
			}
		}
	}
	base := packageOf(f, "the-complete-vector-v1")
	opened, err := format.OpenPackage(format.MemorySource(base), anything, nil)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		for _, one := range opened.Regions {
			if one.Name != region {
				continue
			}
			changed := bytes.Clone(base)
			copy(changed[one.Offset:one.Offset+one.Size], content)
			// Sums that are not set are not looked at.
			trailer := changed[len(changed)-format.TrailerSize:]
			copy(trailer[8:12], make([]byte, 4))
			_, err := format.OpenPackage(format.MemorySource(changed), anything, nil)
			requireKnown(t, err)
		}
	})
}

func FuzzIndex(f *testing.F) { fuzzRegion(f, "trailer") }

func FuzzTable(f *testing.F) { fuzzRegion(f, "slot table") }

func FuzzMetadata(f *testing.F) {
	for _, name := range names(f) {
		if opened, err := format.OpenPackage(format.MemorySource(packageOf(f, name)), anything, nil); err == nil {
			f.Add(opened.MetadataBytes)
		}
	}
	f.Add([]byte(`{"a":"\ud83d\ude00\ud83d\u0000","a":[1e999,-0,16.0]}`))
	f.Fuzz(func(t *testing.T, json []byte) {
		metadata, err := format.ParseMetadata(json)
		requireKnown(t, err)
		if err == nil {
			again, ok := format.ParseJson(format.AppendJson(nil, metadata.Json, ""))
			if object, isObject := again.(*format.Object); !ok || !isObject || len(object.Keys) != len(metadata.Json.Keys) {
				t.Error("what was printed is not what was read")
			}
		}
	})
}

func FuzzChain(f *testing.F) {
	for _, name := range names(f) {
		bytes := packageOf(f, name)
		if opened, err := format.OpenPackage(format.MemorySource(bytes), anything, nil); err == nil {
			for _, slot := range opened.Slots {
				f.Add(format.PackChain(slot.Chain), bytes[slot.Offset:slot.Offset+slot.StoredSize])
			}
		}
	}
	for _, code := range []uint64{format.OperationGzip, format.OperationBzip2, format.OperationXz, format.OperationZstd, format.OperationBrotli} {
		f.Add(code, []byte("BZh91AY&SY"))
	}
	f.Fuzz(func(t *testing.T, chain uint64, stored []byte) {
		slot := format.Slot{Chain: format.UnpackChain(chain), StoredSize: uint64(len(stored))}
		slot.Id, slot.Target, slot.Mode = "x", "x", 0o600
		slot.Sha256, _ = format.HashRegion(format.MemorySource(stored), 0, slot.StoredSize)
		slot.Exact = &format.ExactSlot{Chain: slot.Chain, OriginalSize: 1 << 16}
		err := unpack.Slot(&format.Package{Source: format.MemorySource(stored)}, &slot, unpack.NewDiskTree(t.TempDir()), func(int) {})
		requireKnown(t, err)
	})
}

func FuzzUntar(f *testing.F) {
	f.Add(bytes.Repeat([]byte{0}, 1024))
	f.Fuzz(func(t *testing.T, stream []byte) {
		outside := t.TempDir()
		root := outside + "/a/b"
		if err := os.MkdirAll(root, 0o700); err != nil {
			t.Fatal(err)
		}
		tree := unpack.NewDiskTree(root)
		untar := unpack.NewUntar(tree, "")
		// Header sums are made right, so that more than one stream in a million is a tar.
		for at := 0; at+512 <= len(stream); at += 512 {
			repair(stream[at : at+512])
		}
		err := untar.Write(stream)
		if ended := untar.End(); err == nil {
			err = ended
		}
		if err == nil {
			_, err = tree.Finish()
		}
		requireKnown(t, err)
		for _, directory := range []string{outside, outside + "/a"} {
			if entries, err := os.ReadDir(directory); err != nil || len(entries) != 1 {
				t.Error("something was created outside of the tree")
			}
		}
	})
}

func repair(header []byte) {
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
}
