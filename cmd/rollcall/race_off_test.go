//go:build !race

package main

// raceSlows is how many times longer the program takes under the race detector, which is off here.
const raceSlows = 1
