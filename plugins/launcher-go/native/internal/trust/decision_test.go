//go:build unix

package trust

import (
	"crypto/ed25519"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"flavor/launcher/internal/format"
)

type pair struct {
	public  Key
	private ed25519.PrivateKey
}

func pairOf(seed byte) pair {
	private := ed25519.NewKeyFromSeed(append(make([]byte, 31), seed))
	return pair{Key(private.Public().(ed25519.PublicKey)), private}
}

var a, b, c = pairOf(1), pairOf(2), pairOf(3)

func statement(from pair, to Key, name string) format.Rotation {
	text := "flavor key rotation 1\n" + from.public.String() + "\n" + to.String() + "\n" + name
	return format.Rotation{From: from.public, To: to, Signature: [64]byte(ed25519.Sign(from.private, []byte(text)))}
}

func placesIn(t *testing.T) Places {
	t.Helper()
	root := t.TempDir()
	return Places{System: Directory{root + "/system", true}, User: Directory{root + "/user/flavor", false}}
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

func line(key Key) string { return "sample ed25519 " + spelt(key) + "\n" }

func TestTheDecision(t *testing.T) {
	forth := []format.Rotation{statement(a, b.public, "sample")}
	for name, one := range map[string]struct {
		system, user, pin      string
		known, emptyPin        bool
		rotations              []format.Rotation
		development, unchecked bool
		result                 string
		code                   format.Code
	}{
		"nobody knows the name":                           {result: FirstUse},
		"the system lists it":                             {system: line(b.public), result: Listed},
		"the system lists another":                        {system: line(a.public), code: format.ErrKeyMismatch},
		"the system lists both":                           {system: line(a.public) + line(b.public), result: Listed},
		"the system decides alone":                        {system: line(b.public), user: line(a.public), pin: "ed25519 " + spelt(a.public), result: Listed},
		"the system decides alone against it":             {system: line(a.public), user: line(b.public), pin: "ed25519 " + spelt(b.public), code: format.ErrKeyMismatch},
		"the system speaks of other names":                {system: "other ed25519 " + spelt(a.public) + "\n", result: FirstUse},
		"the system's key rotated":                        {system: line(a.public), rotations: forth, result: Rotated},
		"the user lists it":                               {user: line(b.public), result: Listed},
		"the user lists another":                          {user: line(a.public), pin: "ed25519 " + spelt(b.public), code: format.ErrKeyMismatch},
		"the user's key rotated":                          {user: line(a.public), rotations: forth, result: Rotated},
		"pinned":                                          {pin: "ed25519 " + spelt(b.public), result: Pinned},
		"pinned to another":                               {pin: "ed25519 " + spelt(a.public), code: format.ErrKeyMismatch},
		"the pin rotated":                                 {pin: "ed25519 " + spelt(a.public), rotations: forth, result: Rotated},
		"the statement is of another name":                {pin: "ed25519 " + spelt(a.public), rotations: []format.Rotation{statement(a, b.public, "other")}, code: format.ErrKeyMismatch},
		"the statement leads the other way":               {pin: "ed25519 " + spelt(a.public), rotations: []format.Rotation{statement(b, a.public, "sample")}, code: format.ErrKeyMismatch},
		"a way of two statements in any order":            {pin: "ed25519 " + spelt(a.public), rotations: []format.Rotation{statement(c, b.public, "sample"), statement(a, c.public, "sample")}, result: Rotated},
		"a way with a gap":                                {pin: "ed25519 " + spelt(a.public), rotations: []format.Rotation{statement(c, b.public, "sample")}, code: format.ErrKeyMismatch},
		"statements that go in a circle":                  {pin: "ed25519 " + spelt(a.public), rotations: []format.Rotation{statement(a, c.public, "sample"), statement(c, a.public, "sample")}, code: format.ErrKeyMismatch},
		"a statement signed by somebody else":             {pin: "ed25519 " + spelt(a.public), rotations: []format.Rotation{{From: a.public, To: b.public, Signature: statement(b, b.public, "sample").Signature}}, code: format.ErrKeyMismatch},
		"trust = known and nobody knows":                  {known: true, code: format.ErrUnknownKey},
		"trust = known and pinned":                        {known: true, pin: "ed25519 " + spelt(b.public), result: Pinned},
		"trust = known and development":                   {known: true, development: true, code: format.ErrUnknownKey},
		"development":                                     {development: true, result: Development},
		"development against a pin":                       {development: true, pin: "ed25519 " + spelt(a.public), code: format.ErrKeyMismatch},
		"development that is listed":                      {development: true, user: line(b.public), result: Listed},
		"unchecked":                                       {unchecked: true, result: Unchecked},
		"unchecked against a pin":                         {unchecked: true, pin: "ed25519 " + spelt(a.public), code: format.ErrKeyMismatch},
		"a pin that is none":                              {pin: "ed25519", code: format.ErrPolicy},
		"an empty pin":                                    {pin: "\n", code: format.ErrPolicy},
		"a pin that was never written":                    {pin: "", emptyPin: true, code: format.ErrPolicy},
		"a list that is none":                             {user: "sample\n", code: format.ErrPolicy},
		"a list that is not UTF-8":                        {user: "# \xff\n", code: format.ErrPolicy},
		"a list that is too large":                        {user: strings.Repeat("#\n", 1<<19+1), code: format.ErrPolicy},
		"a list as large as can be":                       {user: strings.Repeat("#\n", 1<<19), result: FirstUse},
		"the user's list is not read once the system has": {system: line(b.public), user: "sample\n", result: Listed},
	} {
		t.Run(name, func(t *testing.T) {
			places := placesIn(t)
			for path, text := range map[string]string{places.System.file(trustedKeysFile): one.system, places.User.file(trustedKeysFile): one.user, pinPath(places.User, "sample"): one.pin} {
				if text != "" {
					write(t, path, text)
				}
			}
			if one.emptyPin {
				write(t, pinPath(places.User, "sample"), "")
			}
			subject := &Subject{Name: "sample", Key: b.public, Rotations: one.rotations, Development: one.development, Unchecked: one.unchecked}
			decision, err := Decide(places, Settings{Known: one.known}, subject)
			if decision.Result != one.result || format.CodeOf(err) != one.code {
				t.Errorf("%q %v", decision.Result, err)
			}
			if one.result == FirstUse {
				if _, err := os.Stat(places.User.file("pins")); err == nil {
					t.Error("a decision has written")
				}
			}
		})
	}
}

func TestAFirstUseIsPinnedAndARotationMovesThePin(t *testing.T) {
	places := placesIn(t)
	steps := []struct {
		key       Key
		rotations []format.Rotation
		result    string
		pin       Key
	}{
		{a.public, nil, FirstUse, a.public},
		{a.public, nil, Pinned, a.public},
		{b.public, nil, "", a.public},
		{b.public, []format.Rotation{statement(a, b.public, "s\nx")}, Rotated, b.public},
		{b.public, nil, Pinned, b.public},
		{a.public, []format.Rotation{statement(a, b.public, "s\nx")}, "", b.public},
	}
	for index, step := range steps {
		decision, _ := Keep(places, Settings{}, &Subject{Name: "s\nx", Key: step.key, Rotations: step.rotations})
		pin, err := readPin(places.User, "s\nx")
		if decision.Result != step.result || err != nil || *pin != step.pin {
			t.Errorf("step %d: %v %v %v", index, decision, pin, err)
		}
	}
	left, _ := os.ReadDir(places.User.file("pins"))
	if len(left) != 1 {
		t.Errorf("%v", left)
	}
}

func TestOfTwoFirstUsesOneCounts(t *testing.T) {
	places := placesIn(t)
	var group sync.WaitGroup
	results := make([]Decision, 16)
	for index := range results {
		group.Go(func() {
			results[index], _ = Keep(places, Settings{}, &Subject{Name: "sample", Key: []Key{a.public, b.public}[index%2]})
		})
	}
	group.Wait()
	pin, err := readPin(places.User, "sample")
	if err != nil || pin == nil {
		t.Fatal(err)
	}
	firsts := 0
	for index, one := range results {
		if passed := one.Result != ""; passed != (*pin == []Key{a.public, b.public}[index%2]) {
			t.Errorf("%d: %v", index, one)
		}
		if one.Result == FirstUse {
			firsts++
		}
	}
	if firsts != 1 {
		t.Errorf("%d first uses", firsts)
	}
}

func TestFilesThatOthersHaveASayInAreRefused(t *testing.T) {
	places := placesIn(t)
	path := places.User.file(trustedKeysFile)
	write(t, path, line(b.public))
	subject := &Subject{Name: "sample", Key: b.public}
	if err := os.Chmod(path, 0o664); err != nil {
		t.Fatal(err)
	}
	if _, err := Decide(places, Settings{}, subject); format.CodeOf(err) != format.ErrPolicy || err.(*format.Error).Hint != "chmod go-w "+path {
		t.Errorf("%v", err)
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(path, 0o755); err != nil {
		t.Fatal(err)
	}
	if _, err := Decide(places, Settings{}, subject); format.CodeOf(err) != format.ErrPolicy {
		t.Errorf("%v", err)
	}
}

func TestWhatCannotBePinnedStartsAllTheSame(t *testing.T) {
	places := placesIn(t)
	write(t, places.User.path, "a file where the directory belongs")
	decision, err := Keep(places, Settings{}, &Subject{Name: "sample", Key: a.public})
	if decision.Result != Unpinned || err != nil {
		t.Errorf("%v %v", decision, err)
	}
	if decision, err = Keep(Places{}, Settings{}, &Subject{Name: "sample", Key: a.public}); decision.Result != Unpinned || err != nil {
		t.Errorf("%v %v", decision, err)
	}
}

func TestALinkThatLeadsNowhereIsNoPin(t *testing.T) {
	places := placesIn(t)
	path := pinPath(places.User, "sample")
	write(t, filepath.Dir(path)+"/other", "")
	if err := os.Symlink("nowhere", path); err != nil {
		t.Fatal(err)
	}
	if decision, err := Keep(places, Settings{}, &Subject{Name: "sample", Key: a.public}); decision.Result != Unpinned || err != nil {
		t.Errorf("%v %v", decision, err)
	}
}
