// Hello-go greets whoever is named. As `hello-go table N` it prints what N is multiplied by one to ten.
package main

import (
	"fmt"
	"os"
	"strconv"
)

func main() {
	if len(os.Args) > 1 && os.Args[1] == "table" {
		table(os.Args[2:])
		return
	}
	name := "world"
	if len(os.Args) > 1 {
		name = os.Args[1]
	}
	fmt.Printf("Hello, %s!\n", name)
}

func table(args []string) {
	number := 2
	if len(args) > 0 {
		parsed, err := strconv.Atoi(args[0])
		if err != nil {
			fmt.Fprintln(os.Stderr, "hello-go:", err)
			os.Exit(2)
		}
		number = parsed
	}
	for factor := 1; factor <= 10; factor++ {
		fmt.Printf("%2d × %d = %d\n", factor, number, factor*number)
	}
}
