package workenv

func ownDescriptors() {}
