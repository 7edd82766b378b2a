package workenv

import (
	"math"
	"os"
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

// SurvivedBoot is true when the stamp is of this boot, or else when all files have their sizes still; then it is renewed.
func SurvivedBoot(generation string, stamp *Stamp) bool {
	now := BootId()
	if sameBoot(stamp.Boot, now) {
		return true
	}
	if !AgreesWithFiles(generation) {
		return false
	}
	renewed := *stamp
	renewed.Boot = now
	// A base directory that cannot be written to is compared at each start.
	_ = WriteStamp(generation, &renewed)
	return true
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
	names := make([]string, 0, len(files))
	for name := range files {
		names = append(names, name)
	}
	slices.Sort(names)
	json := []byte{'['}
	for index, name := range names {
		if index > 0 {
			json = append(json, ',')
		}
		json = append(format.AppendJsonText(append(json, '['), name), ',')
		json = append(strconv.AppendUint(json, files[name], 10), ']')
	}
	return os.WriteFile(path, append(json, ']'), 0o644)
}

// AgreesWithFiles is true when each file of the generation is there and has its size.
func AgreesWithFiles(generation string) bool {
	return agreesWithList(FilesPath(generation), generation)
}

func agreesWithList(list, root string) bool {
	bytes, err := readFile(list)
	if err != nil {
		return false
	}
	value, ok := format.ParseJson(bytes)
	files, isList := value.([]format.Value)
	if !ok || !isList {
		return false
	}
	for _, value := range files {
		row, _ := value.([]format.Value)
		if len(row) != 2 {
			return false
		}
		name, _ := row[0].(string)
		size, _ := row[1].(format.Digits)
		stat, err := os.Lstat(root + separator + name)
		if err != nil || strconv.FormatInt(stat.Size(), 10) != string(size) {
			return false
		}
	}
	return true
}

func own(generation, name string) string {
	return generation + separator + ".flavor" + separator + name
}

func stampPath(generation string) string { return own(generation, "stamp") }

// FilesPath is the list of a generation's files.
func FilesPath(generation string) string { return own(generation, "files") }

// LivePath is the FIFO that every user of a generation holds open.
func LivePath(generation string) string { return own(generation, "live") }

// LatePath is there when the slot was unpacked after the work environment was made; it goes together with the slot.
func LatePath(generation string, slot int) string { return own(generation, "late-"+strconv.Itoa(slot)) }
