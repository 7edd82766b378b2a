package workenv

import (
	"io/fs"
	"path/filepath"
)

// How much room work environments take together. Each knows the size of all its files; what several of them share is on
// the disk once.
type room struct {
	base  string
	bytes int64
	sizes map[string]int64
	users map[string]int
}

func roomOf(base string, tenants []WorkEnvironment) *room {
	r := &room{base: base, sizes: map[string]int64{}, users: map[string]int{}}
	for _, tenant := range tenants {
		r.bytes += int64(tenant.Size)
		for _, key := range tenant.Shared {
			if r.users[key] > 0 {
				r.bytes -= r.sizeOf(key)
			}
			r.users[key]++
		}
	}
	return r
}

// Without one of them; what others share with it stays.
func (r *room) leave(tenant WorkEnvironment) {
	r.bytes -= int64(tenant.Size)
	for _, key := range tenant.Shared {
		r.users[key]--
		if r.users[key] > 0 {
			r.bytes += r.sizeOf(key)
		}
	}
}

func (r *room) sizeOf(key string) int64 {
	size, known := r.sizes[key]
	if !known {
		size = sizeBelow(slotsOf(r.base) + separator + key + separator + "tree")
		r.sizes[key] = size
	}
	return size
}

// Of the regular files.
func sizeBelow(root string) int64 {
	sum := int64(0)
	_ = filepath.WalkDir(root, func(_ string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return nil
		}
		if stat, err := entry.Info(); err == nil {
			sum += stat.Size()
		}
		return nil
	})
	return sum
}
