package blocks

// Attachment is a text that goes to one person as a file.
type Attachment struct {
	Name  string // with its ending
	Title string // what stands over it
	Text  string
	Again bool // it was asked for, and goes out although it has been sent lately
}
