package launch

import (
	"reflect"
	"strings"
	"testing"

	"flavor/launcher/internal/format"
)

func launchOf(args []string, variable, path string) *Launch {
	metadata := &format.Metadata{Argv: []string{"{workenv}/app/run"}, Commands: []format.NamedCommand{{Name: "serve", Argv: []string{"s"}}, {Name: "worker", Argv: []string{"w"}}}}
	return &Launch{
		Opened:  &format.Package{Metadata: metadata},
		Request: Request{Args: args, Host: NewVariables([]string{"FLAVOR_COMMAND=" + variable}), Path: path},
		log:     Log{threshold: off},
	}
}

func TestArgumentsGoBeforeTheVariableAndBothBeforeTheName(t *testing.T) {
	for _, one := range []struct {
		args           []string
		variable, path string
		command        string
		rest           []string
	}{
		{[]string{"--flavor-command", "serve", "a"}, "worker", "/bin/worker", "serve", []string{"a"}},
		{[]string{"--flavor-command=serve", "--flavor-command=x"}, "worker", "/bin/app", "serve", []string{"--flavor-command=x"}},
		{[]string{"--flavor-commands=serve"}, "worker", "/bin/app", "worker", []string{"--flavor-commands=serve"}},
		{[]string{"a", "--flavor-command=serve"}, "", "/bin/worker", "worker", []string{"a", "--flavor-command=serve"}},
		{nil, "", "/bin/serve", "serve", nil},
		{nil, "", "/bin/app", "", nil},
		{[]string{"--flavor-command", "default"}, "worker", "/bin/worker", "", []string{}},
		{nil, "default", "/bin/worker", "", nil},
	} {
		launch := launchOf(one.args, one.variable, one.path)
		err := launch.chooseCommand()
		name := ""
		if launch.command != nil {
			name = launch.command.Name
		}
		if err != nil || name != one.command || !reflect.DeepEqual(launch.Args, one.rest) {
			t.Errorf("%+v: %v, %q, %q", one, err, name, launch.Args)
		}
	}
}

func TestACommandThatIsNotThereIsRefused(t *testing.T) {
	for _, one := range []struct {
		args     []string
		variable string
	}{{[]string{"--flavor-command"}, ""}, {[]string{"--flavor-command="}, "serve"}, {[]string{"--flavor-command", "Serve"}, ""}, {nil, "x"}} {
		err := launchOf(one.args, one.variable, "/bin/serve").chooseCommand()
		if format.CodeOf(err) != format.ErrCommand || !strings.Contains(err.Error(), "default, serve, worker") {
			t.Errorf("%+v: %v", one, err)
		}
	}
	launch := launchOf([]string{"--flavor-command"}, "x", "/bin/serve")
	launch.Opened.Metadata.Commands = nil
	if err := launch.chooseCommand(); err != nil || len(launch.Args) != 1 {
		t.Errorf("%v, %q", err, launch.Args)
	}
}
