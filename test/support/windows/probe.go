// A program for Windows that says how it was started, as JSON. It waits for a line on standard input when PROBE_WAIT is
// set, and ends with the code in PROBE_EXIT.
package main

import (
	"bufio"
	"encoding/json"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

func main() {
	directory, _ := os.Getwd()
	program, _ := os.Executable()
	neighbour, _ := os.ReadFile(filepath.Join(filepath.Dir(program), "..", "text", "hällo wörld.txt"))
	variables := map[string]string{}
	for _, entry := range os.Environ() {
		if name, value, ok := strings.Cut(entry, "="); ok {
			variables[name] = value
		}
	}
	_ = json.NewEncoder(os.Stdout).Encode(map[string]any{
		"args": os.Args[1:], "directory": directory, "neighbour": string(neighbour), "program": program, "variables": variables,
	})
	if os.Getenv("PROBE_WAIT") != "" {
		_, _ = bufio.NewReader(os.Stdin).ReadString('\n')
	}
	code, _ := strconv.Atoi(os.Getenv("PROBE_EXIT"))
	os.Exit(code)
}
