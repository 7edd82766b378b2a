// Package launch is a launch, step by step as SPEC.md, section 14, states it: read, verify, find the work environment,
// start. What a warm start needs is in this file; cold.go builds work environments, late.go adds slots that come late,
// services.go is the launcher's own commands.
package launch

import (
	"crypto/sha256"
	"os"
	"path/filepath"
	"strings"

	"flavor/launcher/internal/format"
	"flavor/launcher/internal/trust"
	"flavor/launcher/internal/workenv"
)

// Request is a package, open for reading, and how it was called.
type Request struct {
	File *os.File
	// Where it was found, absolute.
	Path string
	Args []string
	Host *Variables
	// Done at the very last, before the application replaces this process; keeps the goroutine on its thread.
	BeforeStart func()
}

// Launch is a package that passed every check, and what follows from it.
type Launch struct {
	Request
	Opened *format.Package
	// SHA-256 of the signed metadata.
	digest, id string
	caller     *Variables
	// The one of several that this start is for, where the metadata says more of it than `execution`.
	command    *format.NamedCommand
	policy     policy
	validation trust.Validation
	log        Log
}

// A work environment ready for use.
type ready struct {
	base       string
	generation *workenv.Generation
	// The base was made for this run and goes with it.
	single bool
}

// Run does not come back from a start that succeeds on Unix.
func Run(request Request) (int, error) {
	launch, err := open(request)
	if err != nil {
		return 0, err
	}
	if asksForService(request.Host) {
		return launch.serve()
	}
	return launch.start()
}

func asksForService(host *Variables) bool {
	value := strings.ToLower(host.Get("FLAVOR_LAUNCHER_CLI"))
	return value == "1" || value == "true"
}

func (l *Launch) start() (int, error) {
	found, err := l.ready()
	if err != nil {
		return 0, err
	}
	session, err := l.addLateSlots(found)
	if err != nil {
		return 0, err
	}
	return l.startIn(found, session)
}

// Reads and verifies. Whether the key is one to trust is asked by whoever goes on to use the package.
func open(request Request) (*Launch, error) {
	launch := &Launch{Request: request, caller: callerEnvironment(request.Host), log: NewLog(request.Host)}
	source, err := format.OpenFileSource(request.File)
	if err != nil {
		return nil, err
	}
	if launch.log.asks(info) {
		launch.log.say(info, "start", "package", request.Path, "size", format.Number(source.Size()), "launcher", "go")
	}
	if err := refuseRaisedRights(); err != nil {
		return nil, err
	}
	launch.policy = policyOf(request.Host)
	launch.validation = launch.policy.validationOf(request.Host.Get("FLAVOR_VALIDATION"))
	verify := format.StrictCheck
	if launch.validation == trust.None {
		say(request.Path + ": FLAVOR_VALIDATION=none: the signature is not checked\n")
		verify = func(*[32]byte, *[64]byte, []byte) bool { return true }
	}
	if launch.Opened, err = format.OpenPackage(source, verify, launch.observer()); err != nil {
		return nil, err
	}
	digest := sha256.Sum256(launch.Opened.MetadataBytes)
	launch.digest = format.ToHex(digest[:])
	launch.id = workenv.Id(launch.Opened.Metadata.Name, launch.digest)
	if launch.validation == trust.Strict {
		err = format.RequireContent(launch.Opened)
	}
	return launch, err
}

// The work environment of this very package, if one is there and whole.
func (l *Launch) findReady() *ready { return l.look(true) }

// Not the first look of a start says nothing of what the first has said.
func (l *Launch) look(first bool) *ready {
	var found *ready
	var passed []passedOver
	workenv.ExistingBases(l.caller.Get, func(base, named string) bool {
		place := workenv.PlaceOf(base, l.id)
		generation := workenv.HoldCurrent(place)
		if generation == nil {
			return false
		}
		whole := l.isWhole(generation.Path)
		if whole && !l.canServe(generation.Path) {
			generation.Live.Close()
			passed = append(passed, passedOver{named, workenv.ErrLacksSlots})
			return false
		}
		if first {
			l.logBases(passed, named)
		}
		if whole {
			found = &ready{base: base, generation: generation}
			l.logFound(info, "warm", generation.Path)
			return true
		}
		generation.Live.Close()
		if first {
			l.logFound(warn, "damaged", generation.Path)
		}
		return true
	}, func(base string, problem error) { passed = append(passed, passedOver{base, problem}) })
	return found
}

// Slots that are missing can be put there.
func (l *Launch) canServe(generation string) bool {
	for index := range l.Opened.Slots {
		slot := &l.Opened.Slots[index]
		if slot.Lifecycle != format.Temporary && l.isMissing(generation, slot) {
			return workenv.IsWritable(filepath.Dir(workenv.LatePath(generation, 0)))
		}
	}
	return true
}

// A base directory, and why it is not used.
type passedOver struct {
	base    string
	problem error
}

func (l *Launch) logBases(passed []passedOver, used string) {
	for _, one := range passed {
		l.logBase(one.base, one.problem)
	}
	l.logBase(used, nil)
}

func (l *Launch) logBase(base string, problem error) {
	if !l.log.asks(debug) {
		return
	}
	if problem != nil {
		l.log.say(debug, "base", "path", base, "result", "passed over", "reason", workenv.BaseReason(problem))
		return
	}
	l.log.say(debug, "base", "path", base, "result", "used")
}

func (l *Launch) logFound(at level, state, generation string) {
	if l.log.asks(at) {
		l.log.say(at, "workenv", "state", state, "path", generation)
	}
}

func (l *Launch) isWhole(generation string) bool {
	stamp := workenv.ReadStamp(generation)
	if stamp == nil || stamp.Metadata != l.digest {
		return false
	}
	known := stamp.IsOfThisBoot()
	if (l.validation == trust.Strict || !known) && !isUndamaged(generation) {
		return false
	}
	if !l.hasNeeds(generation, stamp) {
		return false
	}
	if !known {
		workenv.RenewBoot(generation, stamp)
	}
	return true
}

// A power cut may leave files empty that were written shortly before it: their sizes are compared once after each boot.
func isUndamaged(generation string) bool {
	return workenv.AgreesWithFiles(generation) && workenv.ForgetDamagedSlots(generation)
}

func (l *Launch) startIn(found *ready, session *session) (int, error) {
	generation := found.generation.Path
	env := l.applicationEnvironment(generation, l.dataOf(found.base), session.variables)
	workenv.TouchStamp(generation)
	words, err := commandWords(l.Opened.Metadata, l.command, generation)
	if err != nil {
		return 0, err
	}
	program, err := findProgram(words[0], env, l.Host)
	if err != nil {
		return 0, err
	}
	l.logEnvironment(env)
	argv := append(append([]string{program}, words[1:]...), l.Args...)
	if l.log.asks(info) {
		l.log.say(info, "exec", "program", program, "arguments", format.Number(len(argv)-1))
	}
	if l.BeforeStart != nil {
		l.BeforeStart()
	}
	return execute(program, argv, env.List(), []*workenv.Live{found.generation.Live, session.end})
}

func (l *Launch) dataOf(base string) string {
	owner := workenv.DataOwner{Name: l.Opened.Metadata.Name, Key: "development", Predecessors: func() []string { return nil }}
	if !l.Opened.Metadata.Build.Development {
		owner.Key = format.ToHex(l.Opened.Index.PublicKey[:])
		owner.Predecessors = l.subject().Predecessors
	}
	return workenv.OpenAppData(l.caller.Get, base, owner)
}

// A launcher that was given rights its caller does not have would hand them to whatever the environment names.
func refuseRaisedRights() error {
	if hasRaisedRights() {
		return format.Fail(format.ErrSetuid, "a package cannot be started with raised rights (setuid or setgid)")
	}
	return nil
}
