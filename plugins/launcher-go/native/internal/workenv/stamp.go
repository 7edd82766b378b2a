package workenv

import (
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"flavor/launcher/internal/format"
)

// Stamp is the last file written into a generation, and the proof that it is whole. It names the package by the SHA-256
// of its signed metadata and the boot of the machine during which it was written: files that were not yet on the disk
// when the power went are caught by comparing sizes once after each boot.
type Stamp struct {
	// SHA-256 of the signed metadata, in hex.
	Metadata, Boot, Name, Version string
	// In bytes, of the regular files.
	Size uint64
	// Keys of the shared slots that are part of it.
	Shared []string
	// Paths in it that the command names; every start makes sure that they are there.
	Needs []string
}

const day = 24 * time.Hour

func sameBoot(a, b string) bool {
	if a == b {
		return true
	}
	if !strings.HasPrefix(a, "at ") || !strings.HasPrefix(b, "at ") {
		return false
	}
	one, _ := strconv.ParseFloat(a[3:], 64)
	other, _ := strconv.ParseFloat(b[3:], 64)
	return math.Abs(one-other) < 10
}

// ReadStamp is nil when there is none, or none of this layout.
func ReadStamp(generation string) *Stamp {
	bytes, err := readFile(stampPath(generation))
	if err != nil {
		return nil
	}
	value, ok := format.ParseJson(bytes)
	json, _ := value.(*format.Object)
	if !ok || json.Get("layout") != format.Digits(strconv.Itoa(format.LayoutVersion)) {
		return nil
	}
	text := func(key string) string { text, _ := json.Get(key).(string); return text }
	digits, _ := json.Get("size").(format.Digits)
	size, _ := strconv.ParseFloat(string(digits), 64)
	return &Stamp{
		Boot:     text("boot"),
		Metadata: text("metadata"),
		Name:     text("name"),
		Needs:    texts(json.Get("needs")),
		Shared:   texts(json.Get("shared")),
		Size:     uint64(max(0, size)),
		Version:  text("version"),
	}
}

func texts(value format.Value) []string {
	list, _ := value.([]format.Value)
	found := make([]string, len(list))
	for index, one := range list {
		found[index], _ = one.(string)
	}
	return found
}

// WriteStamp writes it whole or not at all.
func WriteStamp(generation string, stamp *Stamp) error {
	json := append(strconv.AppendInt([]byte(`{"layout":`), format.LayoutVersion, 10), ',')
	for _, pair := range [][2]string{{"boot", stamp.Boot}, {"metadata", stamp.Metadata}, {"name", stamp.Name}, {"version", stamp.Version}} {
		json = append(format.AppendJsonText(json, pair[0]), ':')
		json = append(format.AppendJsonText(json, pair[1]), ',')
	}
	json = appendTexts(append(json, `"needs":`...), stamp.Needs)
	json = appendTexts(append(json, `,"shared":`...), stamp.Shared)
	json = append(strconv.AppendUint(append(json, `,"size":`...), stamp.Size, 10), '}')
	path := stampPath(generation)
	draft := path + "." + strconv.Itoa(os.Getpid())
	err := os.WriteFile(draft, json, 0o644)
	if err == nil {
		err = os.Rename(draft, path)
	}
	if err != nil {
		os.Remove(draft)
	}
	return err
}

func appendTexts(json []byte, texts []string) []byte {
	json = append(json, '[')
	for index, text := range texts {
		if index > 0 {
			json = append(json, ',')
		}
		json = format.AppendJsonText(json, text)
	}
	return append(json, ']')
}

// IsOfThisBoot is false where a power cut may have left files empty.
func (s *Stamp) IsOfThisBoot() bool { return sameBoot(s.Boot, BootId()) }

// RenewBoot says that all files have their sizes still. A base directory that cannot be written to is compared at each start.
func RenewBoot(generation string, stamp *Stamp) {
	renewed := *stamp
	renewed.Boot = BootId()
	_ = WriteStamp(generation, &renewed)
}

// When the generation was last started, to the day.
func lastUsed(generation string) time.Time {
	stat, err := os.Stat(stampPath(generation))
	if err != nil {
		return time.Time{}
	}
	return stat.ModTime()
}

// TouchStamp notes a start, at most daily. A base directory that cannot be written to is used as it is.
func TouchStamp(generation string) {
	now := time.Now()
	if now.Sub(lastUsed(generation)) > day {
		_ = os.Chtimes(stampPath(generation), now, now)
	}
}

// WriteFileList notes regular files and their sizes.
func WriteFileList(path string, files map[string]uint64) error {
	return os.WriteFile(path, appendFileList(nil, files), 0o644)
}

func appendFileList(json []byte, files map[string]uint64) []byte {
	names := make([]string, 0, len(files))
	for name := range files {
		names = append(names, name)
	}
	slices.Sort(names)
	json = append(json, '[')
	for index, name := range names {
		if index > 0 {
			json = append(json, ',')
		}
		json = append(format.AppendJsonText(append(json, '['), name), ',')
		json = append(strconv.AppendUint(json, files[name], 10), ']')
	}
	return append(json, ']')
}

// ReadFileList is false when it cannot be read.
func ReadFileList(path string) (map[string]uint64, bool) {
	bytes, err := readFile(path)
	if err != nil {
		return nil, false
	}
	return parseFileList(bytes)
}

// AgreesWithFiles is true when each file of the generation is there and has its size.
func AgreesWithFiles(generation string) bool {
	return agreesWithList(FilesPath(generation), generation)
}

func agreesWithList(list, root string) bool {
	files, ok := ReadFileList(list)
	return ok && haveSizes(files, root)
}

func parseFileList(json []byte) (map[string]uint64, bool) {
	value, ok := format.ParseJson(json)
	rows, isList := value.([]format.Value)
	files := make(map[string]uint64, len(rows))
	for _, value := range rows {
		row, _ := value.([]format.Value)
		if len(row) != 2 {
			return nil, false
		}
		name, _ := row[0].(string)
		digits, _ := row[1].(format.Digits)
		size, err := strconv.ParseUint(string(digits), 10, 64)
		if err != nil {
			return nil, false
		}
		files[name] = size
	}
	return files, ok && isList
}

func haveSizes(files map[string]uint64, root string) bool {
	for name, size := range files {
		if stat, err := os.Lstat(root + separator + name); err != nil || uint64(stat.Size()) != size {
			return false
		}
	}
	return true
}

// SizesNow are those of files that are there, and regular.
func SizesNow(root string, paths []string) map[string]uint64 {
	sizes := make(map[string]uint64, len(paths))
	for _, path := range paths {
		if stat, err := os.Lstat(root + separator + filepath.FromSlash(path)); err == nil && stat.Mode().IsRegular() {
			sizes[path] = uint64(stat.Size())
		}
	}
	return sizes
}

func own(generation, name string) string {
	return generation + separator + ".flavor" + separator + name
}

func stampPath(generation string) string { return own(generation, "stamp") }

// FilesPath is the list of a generation's files.
func FilesPath(generation string) string { return own(generation, "files") }

// LivePath is the FIFO that every user of a generation holds open.
func LivePath(generation string) string { return own(generation, "live") }
