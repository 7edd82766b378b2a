// Package unpack is a slot's way from the file to the disk: its stored bytes through the hasher and the decoders of its
// chain, last applied first, into a tree. One pass, bounded memory, whatever the size of the slot (SPEC.md, section 12).
//
// Promise: when Slot returns nil, the stored bytes had the SHA-256 that the metadata signs and came to exactly the size it
// states. Until then nothing of the slot may be used. A slot whose bytes were altered is always reported as that
// (EFLAVOR_SLOT_CHECKSUM), also when a decoder stumbled over it first.
package unpack

import (
	"crypto/sha256"
	"errors"
	"hash"
	"io"

	"flavor/launcher/internal/format"
)

// For packages that do not sign a size: what one slot may grow to.
const foreignLimit = 64 << 30

const chunkSize = 256 * 1024

// Slot unpacks at the root of the tree: members carry the slot's target as a prefix. The tree's Finish is the caller's.
func Slot(opened *format.Package, slot *format.Slot, tree Tree, progress func(bytes int)) error {
	if slot.Sha256 == "" {
		return nil
	}
	err := decode(opened, slot, tree, progress)
	if err == nil {
		return nil
	}
	// When the bytes were altered, that is what is reported.
	if altered := format.RequireSlot(opened, slot); altered != nil {
		return altered
	}
	var known *format.Error
	if errors.As(err, &known) {
		return known
	}
	return &format.Error{Code: format.ErrDecode, Message: describe(slot) + " cannot be decompressed: " + err.Error(), Cause: err}
}

func describe(slot *format.Slot) string {
	return "slot " + format.Number(slot.Index) + " (" + slot.Id + ")"
}

func decode(opened *format.Package, slot *format.Slot, tree Tree, progress func(bytes int)) error {
	chain := slot.Chain
	if format.IsTree(chain) {
		chain = chain[1:]
	}
	for _, code := range chain {
		if decoderOf(code) == nil {
			return format.Fail(format.ErrOperation, describe(slot), " is stored with ", format.OperationWord(code), ", which nothing here undoes")
		}
	}
	stored := &storedReader{hash: sha256.New(), left: slot.StoredSize, offset: slot.Offset, progress: progress, source: opened.Source}
	sink, err := sinkOf(slot, tree)
	if err != nil {
		return err
	}
	err = drain(stored, chain, slot, sink)
	if ended := sink.End(); err == nil {
		err = ended
	}
	if err == nil && stored.left > 0 {
		err = errors.New("bytes follow its end")
	}
	if err == nil && format.ToHex(stored.hash.Sum(nil)) != slot.Sha256 {
		err = format.AlteredSlot(slot)
	}
	return err
}

func sinkOf(slot *format.Slot, tree Tree) (Sink, error) {
	target := format.TargetPath(slot.Target)
	if format.IsTree(slot.Chain) {
		if slot.Exact == nil {
			target = ""
		}
		return NewUntar(tree, target), nil
	}
	path, err := ConfinedPath(target)
	if err != nil {
		return nil, err
	}
	if path == "" {
		if path, err = ConfinedPath("slot_" + format.Number(slot.Index) + "_" + slot.Id); err != nil {
			return nil, err
		}
	}
	return tree.File(path, slot.Mode)
}

// Reads the slot through its decoders, in the order they are undone, while what was decoded before is being written.
func drain(stored *storedReader, chain []byte, slot *format.Slot, sink Sink) error {
	limit := uint64(foreignLimit)
	if slot.Exact != nil {
		limit = slot.Exact.OriginalSize
	}
	var input io.Reader = stored
	if len(chain) > 0 && slot.StoredSize > chunkSize {
		ahead := readAhead(stored, chunkSize)
		defer ahead.stop()
		input = ahead
	}
	for at := len(chain) - 1; at >= 0; at-- {
		decoder, err := decoderOf(chain[at])(input)
		if err != nil {
			return err
		}
		if closer, ok := decoder.(interface{ Close() }); ok {
			defer closer.Close()
		}
		input = decoder
	}
	if slot.StoredSize > chunkSize {
		decoded := readAhead(input, chunkSize)
		defer decoded.stop()
		input = decoded
	}
	size := uint64(0)
	err := pour(input, func(chunk []byte) error {
		if size += uint64(len(chunk)); size > limit {
			return format.Fail(format.ErrSlotLimit, describe(slot), " holds more than ", format.Number(limit), " bytes")
		}
		return sink.Write(chunk)
	})
	if err == nil && slot.Exact != nil && size != limit {
		return format.Fail(format.ErrSlotLimit, describe(slot), " holds ", format.Number(size), " bytes; the metadata states ", format.Number(limit))
	}
	return err
}

// Hands over chunk after chunk, as they come.
func pour(input io.Reader, take func([]byte) error) error {
	if ahead, ok := input.(*aheadReader); ok {
		return ahead.pour(take)
	}
	buffer := make([]byte, chunkSize)
	for {
		next := fill(input, buffer)
		if len(next.bytes) > 0 {
			if err := take(next.bytes); err != nil {
				return err
			}
		}
		if next.err == io.EOF {
			return nil
		}
		if next.err != nil {
			return next.err
		}
	}
}

// The stored bytes of a slot, hashed as they are read.
type storedReader struct {
	source       format.Source
	offset, left uint64
	hash         hash.Hash
	progress     func(bytes int)
}

func (s *storedReader) Read(into []byte) (int, error) {
	if s.left == 0 {
		return 0, io.EOF
	}
	count := min(uint64(len(into)), s.left)
	if err := format.ReadInto(s.source, into[:count], s.offset); err != nil {
		return 0, err
	}
	s.hash.Write(into[:count])
	s.offset += count
	s.left -= count
	s.progress(int(count))
	return int(count), nil
}
