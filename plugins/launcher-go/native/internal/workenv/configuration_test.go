package workenv

import (
	"os"
	"path/filepath"
	"reflect"
	"testing"
)

// A generation with these files, settled; says what became of each.
func settleThese(t *testing.T, data string, files map[string]string) (root string, actions map[string]string) {
	t.Helper()
	root = t.TempDir()
	write(t, filepath.Join(root, ".flavor", "x"), "")
	var paths []string
	for path, text := range files {
		write(t, filepath.Join(root, path), text)
		paths = append(paths, path)
	}
	actions = map[string]string{}
	SettleConfiguration(data, root, paths, func(path, action string) { actions[path] = action })
	if left, err := os.ReadDir(filepath.Join(root, ".flavor")); err != nil || len(left) != 1 {
		t.Errorf("left behind: %v", left)
	}
	return root, actions
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func expectActions(t *testing.T, found, wanted map[string]string) {
	t.Helper()
	if !reflect.DeepEqual(found, wanted) {
		t.Errorf("%v, not %v", found, wanted)
	}
}

func TestConfigurationThatNobodyChangedIsReplaced(t *testing.T) {
	data := t.TempDir()
	root, actions := settleThese(t, data, map[string]string{"etc/a": "1", "etc/b": "1"})
	expectActions(t, actions, map[string]string{"etc/a": "new", "etc/b": "new"})
	write(t, filepath.Join(root, "etc/b"), "mine")
	root, actions = settleThese(t, data, map[string]string{"etc/a": "2", "etc/b": "2", "etc/c": "2"})
	expectActions(t, actions, map[string]string{"etc/a": "replaced", "etc/b": "kept", "etc/c": "new"})
	for path, text := range map[string]string{"etc/a": "2", "etc/b": "mine", "etc/c": "2"} {
		if target, err := os.Readlink(filepath.Join(root, path)); err != nil || target != filepath.Join(data, "config", path) || read(t, target) != text {
			t.Errorf("%s: %s, %v", path, target, err)
		}
	}
}

func TestSumsOfOthersStayAndLinesThatAreNoneGo(t *testing.T) {
	data := t.TempDir()
	other := "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef  other file\n"
	write(t, sumsPath(data), "nonsense\n"+other)
	settleThese(t, data, map[string]string{"a": ""})
	if found, wanted := read(t, sumsPath(data)), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855  a\n"+other; found != wanted {
		t.Errorf("%s", found)
	}
}

func TestConfigurationStaysWhereItsPlaceIsTaken(t *testing.T) {
	data, elsewhere := t.TempDir(), t.TempDir()
	write(t, filepath.Join(data, "config/a/b"), "taken")
	if err := os.Symlink(elsewhere, filepath.Join(data, "config/link")); err != nil {
		t.Skip(err)
	}
	root, actions := settleThese(t, data, map[string]string{"a": "1", "link": "1", "link2/x": "1", "new\nline": "1"})
	expectActions(t, actions, map[string]string{"a": "left", "link": "left", "link2/x": "new", "new\nline": "left"})
	if read(t, filepath.Join(root, "a")) != "1" {
		t.Error("changed")
	}
	_, actions = settleThese(t, data, map[string]string{"link/x": "1"})
	expectActions(t, actions, map[string]string{"link/x": "left"})
	_, actions = settleThese(t, "", map[string]string{"a": "1"})
	expectActions(t, actions, map[string]string{"a": "left"})
}
