package unpack

import (
	"maps"

	"flavor/launcher/internal/format"
)

const largestExtension = 1024 * 1024

// Untar is tar into a tree, chunk by chunk: a state machine that keeps at most one header and one extension in memory. Fed
// with chunks of any size; files are written as their bytes come. Fails with EFLAVOR_TAR for what is malformed or
// unsupported, and as the tree does.
type Untar struct {
	tree Tree
	// Every member must be this path or lie below it; empty for anywhere in the tree.
	within string
	block  []byte
	ended  bool
	skip   uint64
	// Where the next bytes go: a file, an extension, or else a header.
	file    Sink
	left    uint64
	padding uint64
	flag    byte
	content []byte
	global  extension
	next    extension
}

func NewUntar(tree Tree, within string) *Untar {
	return &Untar{block: make([]byte, 0, blockSize), global: extension{}, next: extension{}, tree: tree, within: within}
}

func (u *Untar) Write(bytes []byte) error {
	for len(bytes) > 0 && !u.ended {
		count, err := u.take(bytes)
		if err != nil {
			return err
		}
		bytes = bytes[count:]
	}
	return nil
}

// End fails with EFLAVOR_TAR when the stream stopped inside an entry.
func (u *Untar) End() error {
	if u.file != nil {
		u.file.End()
	}
	if u.ended || u.file == nil && u.flag == 0 && len(u.block) == 0 && u.skip == 0 {
		return nil
	}
	return badTar("it stops in the middle of an entry")
}

// Consumes some bytes, at least one; gives how many.
func (u *Untar) take(bytes []byte) (int, error) {
	switch {
	case u.skip > 0:
		count := min(u.skip, uint64(len(bytes)))
		u.skip -= count
		return int(count), nil
	case u.file != nil:
		count := min(u.left, uint64(len(bytes)))
		u.left -= count
		if err := u.file.Write(bytes[:count]); err != nil {
			return 0, err
		}
		return int(count), u.endFile()
	case u.flag != 0:
		count := min(u.left, uint64(len(bytes)))
		u.left -= count
		u.content = append(u.content, bytes[:count]...)
		return int(count), u.endExtension()
	case len(u.block) == 0 && len(bytes) >= blockSize:
		return blockSize, u.header(bytes[:blockSize])
	}
	count := min(blockSize-len(u.block), len(bytes))
	u.block = append(u.block, bytes[:count]...)
	if len(u.block) < blockSize {
		return count, nil
	}
	block := u.block
	u.block = u.block[:0]
	return count, u.header(block)
}

// A block of zeros ends the archive; what builders write after it is not looked at.
func (u *Untar) header(block []byte) error {
	if block[0] == 0 && allZero(block) {
		u.ended = true
		return nil
	}
	flag, size, err := headerOf(block)
	if err != nil {
		return err
	}
	u.padding = (blockSize - size%blockSize) % blockSize
	if flag == 'x' || flag == 'g' || flag == 'L' || flag == 'K' {
		if size > largestExtension {
			return badTar("an extension header of ", format.Number(size), " bytes")
		}
		u.flag, u.left, u.content = flag, size, u.content[:0]
		return u.endExtension()
	}
	known := u.next
	if len(u.global) > 0 {
		known = maps.Clone(u.global)
		maps.Copy(known, u.next)
	}
	found, err := decodeEntry(block, flag, size, known)
	if err != nil {
		return err
	}
	clear(u.next)
	return u.start(found)
}

func (u *Untar) start(found entry) error {
	path, err := ConfinedPath(found.path)
	if err == nil {
		err = u.requireWithin(path)
	}
	if err != nil {
		return err
	}
	switch found.kind {
	case directoryEntry:
		return u.tree.Directory(path, found.mode)
	case symlinkEntry:
		return u.tree.Symlink(path, found.link)
	case hardlinkEntry:
		target, err := ConfinedPath(found.link)
		if err == nil {
			err = u.requireWithin(target)
		}
		if err != nil {
			return err
		}
		return u.tree.Hardlink(path, target)
	}
	if path == "" {
		return badTar("a file without a name")
	}
	if u.file, err = u.tree.File(path, found.mode); err != nil {
		return err
	}
	u.left = found.size
	u.padding = (blockSize - found.size%blockSize) % blockSize
	return u.endFile()
}

func (u *Untar) endFile() error {
	if u.left > 0 {
		return nil
	}
	file := u.file
	u.file, u.skip = nil, u.padding
	return file.End()
}

func (u *Untar) endExtension() error {
	if u.left > 0 {
		return nil
	}
	records := u.next
	if u.flag == 'g' {
		records = u.global
	}
	err := records.read(u.flag, u.content)
	u.flag, u.skip = 0, u.padding
	return err
}

func (u *Untar) requireWithin(path string) error {
	if u.within == "" || path == u.within || len(path) > len(u.within) && path[len(u.within)] == '/' && path[:len(u.within)] == u.within {
		return nil
	}
	return format.Fail(format.ErrConfined, format.Quote(path), " lies outside ", format.Quote(u.within), ", the slot's place in the work environment")
}

func allZero(bytes []byte) bool {
	for _, one := range bytes {
		if one != 0 {
			return false
		}
	}
	return true
}
