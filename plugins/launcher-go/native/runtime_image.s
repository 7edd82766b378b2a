//go:build unix && image

// Where there is a file like this one, functions of other packages may be declared.
