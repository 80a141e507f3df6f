//go:build race

package main

// raceSlows is how many times longer the program takes under the race detector, by the detector's own documentation
// five to ten times; what is promised of time is promised without it.
const raceSlows = 8
