package core

// tx is one operation at work.
type tx struct{}
