//go:build windows || !image

package main

func restoreSignals() {}
